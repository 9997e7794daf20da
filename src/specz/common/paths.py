"""Folders and files of the repository. Everything generated is under ``build/``."""

import os
from pathlib import Path

ROOT = Path(os.environ.get("SPECZ_ROOT", Path(__file__).resolve().parents[3]))
BOOK = ROOT / "book"
NOTEBOOKS = ROOT / "notebooks"
PROFILES = ROOT / "profiles"
CONFIG = ROOT / "_config.yml"
RESULTS = ROOT / "results"
BUILD = Path(os.environ.get("SPECZ_BUILD", ROOT / "build"))
STORE = BUILD / "store"
EXECUTED = BUILD / "notebooks"
FIGURES = Path(os.environ.get("SPECZ_FIGURES", BUILD / "figures"))

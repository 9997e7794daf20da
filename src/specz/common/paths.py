"""Folders and files: the sources of pages, the archive, and ``build/``, for everything generated.

The sources are those of the checkout that the package lies in, or, in an installed wheel, a copy
inside the package (``setup.py`` makes it). That copy is only read: ``build`` and ``results`` are
then in the working folder. ``SPECZ_ROOT`` names another checkout, ``SPECZ_BUILD`` and
``SPECZ_RESULTS`` other folders of what is generated and of the archive.
"""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def _named(variable: str, default: Path) -> Path:
    return Path(os.environ.get(variable) or default).absolute()


def _find() -> tuple[Path, Path]:
    """Return where the sources are, and where output goes if nothing else is said."""
    packed, checkout = PACKAGE / "_source", PACKAGE.parents[1]
    if os.environ.get("SPECZ_ROOT") or not packed.is_dir():
        root = _named("SPECZ_ROOT", checkout)
        return root, root
    return packed, Path.cwd()


ROOT, _WORK = _find()
BOOK = ROOT / "book"
NOTEBOOKS = ROOT / "notebooks"
PROFILES = ROOT / "profiles"
CONFIG = ROOT / "_config.yml"
RESULTS = _named("SPECZ_RESULTS", _WORK / "results")
BUILD = _named("SPECZ_BUILD", _WORK / "build")
STORE = BUILD / "store"
EXECUTED = BUILD / "notebooks"
FIGURES = _named("SPECZ_FIGURES", BUILD / "figures")

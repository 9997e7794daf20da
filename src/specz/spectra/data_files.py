"""Committed arrays of measured spectra, with their origin."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray
from specz.common.fingerprint import file_digest

DATA = Path(__file__).parent / "data"


def load(name: str) -> tuple[dict[str, Any], FloatArray, npt.NDArray[np.floating]]:
    """Read the spectra of ``data/<name>.npy`` and their description in ``data/<name>.json``.

    Returns
    -------
    about : dict
        Names of the spectra, source, licence.
    wave_rest : ndarray, shape (n_nodes,), Å
    flux : ndarray, shape (n_spectra, n_nodes)
        Flux density, arbitrary units per Å.

    Raises
    ------
    ValueError
        If the array does not match its digest, does not have the shape that its description
        states, or holds a value that is not a positive number.
    """
    about, flux = read(DATA, name)
    expected = (len(about["names"]), about["n_nodes"])
    if flux.shape != expected:
        raise ValueError(f"{name}.npy: expected shape {expected}, got {flux.shape}")
    if not (np.isfinite(flux).all() and (flux > 0).all()):
        raise ValueError(f"{name}.npy: expected positive finite flux everywhere")
    wave = about["wave_min"] + about["wave_step"] * np.arange(about["n_nodes"], dtype=float)
    return about, wave, flux


def read(folder: Path, name: str) -> tuple[dict[str, Any], npt.NDArray[np.floating]]:
    """Read ``<name>.json`` and the array ``<name>.npy`` of a folder, and hold it to its digest.

    Raise ValueError if the array does not match.
    """
    about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    path = folder / f"{name}.npy"
    digest = file_digest(path)
    if digest != about["array_sha256"]:
        raise ValueError(
            f"{name}.npy does not match its digest: expected SHA-256 {about['array_sha256']}, "
            f"got {digest}; check it out again"
        )
    with path.open("rb") as file:
        return about, np.load(file, allow_pickle=False)

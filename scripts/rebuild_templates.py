"""Rebuild the committed template array from the wheel it came from.

Usage: ``python scripts/rebuild_templates.py pz_rail_base-2.0.11-py3-none-any.whl [OUT]``
(get the wheel with ``pip download --no-deps pz_rail_base==2.0.11``). The result is the same
byte for byte as ``src/specz/spectra/data/cosmos_templates.npy``; a test proves it where the wheel
is at hand.

Each template is averaged over bins of 10 Å, conserving the flux of the piecewise-linear
original, and stored as float32 at the bin centres.
"""

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent.parent / "src" / "specz" / "spectra" / "data"
SEDS = "rail/examples_data/estimation_data/data/SED"


def rebuild(wheel: Path) -> bytes:
    """Return the bytes of ``cosmos_templates.npy`` made from ``wheel``."""
    about = json.loads((DATA / "cosmos_templates.json").read_text())
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != about["wheel_sha256"]:
        raise ValueError(f"{wheel.name}: expected SHA-256 {about['wheel_sha256']}, got {digest}")
    step = about["wave_step"]
    edges = about["wave_min"] - step / 2 + step * np.arange(about["n_nodes"] + 1)
    rows = []
    with zipfile.ZipFile(wheel) as archive:
        for name in about["names"]:
            wave, flux = np.loadtxt(io.BytesIO(archive.read(f"{SEDS}/{name}.sed")), unpack=True)
            rows.append(bin_average(wave, flux, edges))
    out = io.BytesIO()
    np.save(out, np.array(rows, dtype="<f4"), allow_pickle=False)
    return out.getvalue()


def bin_average(wave: np.ndarray, flux: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Average a piecewise-linear spectrum over bins, exactly."""
    node = np.union1d(wave, edges)
    flux_node = np.interp(node, wave, flux)
    steps = 0.5 * (flux_node[1:] + flux_node[:-1]) * np.diff(node)
    cumulative = np.concatenate([[0.0], np.cumsum(steps)])
    return np.diff(cumulative[np.searchsorted(node, edges)]) / np.diff(edges)


if __name__ == "__main__":
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else DATA / "cosmos_templates.npy"
    target.write_bytes(rebuild(Path(sys.argv[1])))

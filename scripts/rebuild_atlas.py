"""Rebuild the committed array of observed galaxies from the source archive it came from.

Usage: ``python scripts/rebuild_atlas.py frankenz-0.1.5.tar.gz [OUT]`` (get the archive with
``pip download --no-deps --no-binary :all: frankenz==0.1.5``). The result is the same byte for byte
as ``src/specz/spectra/data/brown_atlas.npy``; a test proves it where the archive is at hand.

Of the 129 galaxies of Brown et al. (2014) those are kept whose Hα and [N II] together have an
equivalent width of at least that which the library asks of Hα, 20 Å, times 1.35 for [N II]. Each
spectrum is averaged over bins of 2.5 Å, scaled to a mean of one and stored as float16 at the
bin centres: a precision of 0.05 %, far below any noise that is added.
"""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import numpy as np
from rebuild_templates import bin_average

DATA = Path(__file__).parent.parent / "src" / "specz" / "spectra" / "data"
SEDS = "frankenz-0.1.5/frankenz/seds/brown/"
EW_MIN = 27.0
"""Å, of Hα and [N II] together."""


def rebuild(archive: Path) -> tuple[bytes, list[str]]:
    """Return the bytes of ``brown_atlas.npy`` made from ``archive``, and the galaxies' names."""
    about = json.loads((DATA / "brown_atlas.json").read_text())
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != about["archive_sha256"]:
        raise ValueError(f"{archive.name}: expected {about['archive_sha256']}, got {digest}")
    step = about["wave_step"]
    edges = about["wave_min"] - step / 2 + step * np.arange(about["n_nodes"] + 1)
    rows, names = [], []
    with tarfile.open(archive) as files:
        for member in sorted(files.getnames()):
            if not (member.startswith(SEDS) and member.endswith("_spec.dat")):
                continue
            with files.extractfile(member) as text:  # type: ignore[union-attr]
                wave, flux = np.loadtxt(text, unpack=True)
            if equivalent_width(wave, flux) >= EW_MIN:
                row = bin_average(wave, flux, edges)
                rows.append(row / row.mean())
                names.append(Path(member).name.removesuffix("_spec.dat"))
    out = io.BytesIO()
    np.save(out, np.array(rows, dtype="<f2"), allow_pickle=False)
    return out.getvalue(), names


def equivalent_width(wave: np.ndarray, flux: np.ndarray) -> float:
    """Equivalent width of Hα and [N II] above a straight continuum on either side, Å."""
    beside = ((wave > 6480) & (wave < 6520)) | ((wave > 6610) & (wave < 6650))
    line = (wave > 6535) & (wave < 6600)
    continuum = np.polyval(np.polyfit(wave[beside], flux[beside], 1), wave[line])
    return float(np.trapezoid(flux[line] / continuum - 1, wave[line]))


if __name__ == "__main__":
    data, names = rebuild(Path(sys.argv[1]))
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else DATA / "brown_atlas.npy"
    target.write_bytes(data)
    print("\n".join(names))

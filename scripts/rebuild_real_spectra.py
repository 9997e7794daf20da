"""Rebuild the committed spectra of real galaxies from the two wheels they came from.

Usage: ``python scripts/rebuild_real_spectra.py FOLDER [OUT]``, where FOLDER holds both wheels (get
them with ``pip download --no-deps sdss-mangadap==4.5.0 fastspecfit==3.6.1``). The result is the
same byte for byte as ``src/specz/own/data/real_spectra.npy``; a test proves it where the wheels
are at hand. It needs astropy.

Each row is a pixel: wavelength in Å (observed, in vacuum), flux per Å and its inverse variance,
zero where the survey masks the pixel; one spectrum after the other, float32.
"""

import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from astropy.io import fits

from specz.common.fingerprint import file_digest
from specz.own.reader import read
from specz.own.spectrum import Spectrum

DATA = Path(__file__).parent.parent / "src" / "specz" / "own" / "data"


def rebuild(folder: Path) -> bytes:
    """Return the bytes of ``real_spectra.npy``, made from the wheels in ``folder``."""
    about = json.loads((DATA / "real_spectra.json").read_text(encoding="utf-8"))
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for source in about["sources"]:
            wheel = folder / source["wheel"]
            digest = file_digest(wheel)
            if digest != source["sha256"]:
                raise ValueError(f"{wheel.name}: expected {source['sha256']}, got {digest}")
            with zipfile.ZipFile(wheel) as files:
                for member in source["files"]:
                    rows += _rows(Path(files.extract(member, temporary)))
    out = io.BytesIO()
    np.save(out, np.concatenate(rows).astype("<f4"), allow_pickle=False)
    return out.getvalue()


def _rows(path: Path) -> list[np.ndarray]:
    """Pixels of each spectrum of a file, shape (n_pixels, 3)."""
    with fits.open(path) as hdus:
        if "WAVE" in hdus:  # of MaNGA, one image for all spectra
            wave = hdus["WAVE"].data
            ivar = np.where(hdus["MASK"].data == 0, hdus["IVAR"].data, 0)
            pairs = zip(hdus["FLUX"].data, ivar, strict=True)
            return [np.stack([wave, *pair], axis=1) for pair in pairs]
    spectra = [each for each in read(path) if isinstance(each, Spectrum)]
    return [np.stack([each.wave, each.flux, each.ivar], axis=1) for each in spectra]


if __name__ == "__main__":
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else DATA / "real_spectra.npy"
    target.write_bytes(rebuild(Path(sys.argv[1])))

"""Spectra from a reader's files. Whatever is wrong with one is a ``ValueError`` or ``OSError``."""

from collections.abc import Iterator
from pathlib import Path

from specz.own.fits import read_fits
from specz.own.spectrum import Spectrum, Unreadable
from specz.own.text import read_text


def read(path: Path, unit: str | None = None, air: bool = False) -> Iterator[Spectrum | Unreadable]:
    """Read the spectra of a file, one after the other.

    Parameters
    ----------
    path : Path
        FITS by its suffix, or else a text table.
    unit : str, optional
        Of wavelength, where the file does not say it; Å by default.
    air : bool
        Whether wavelengths are those in air, where the file does not say it.

    Raises
    ------
    ValueError, OSError
        If it is no spectrum with a noise, or cannot be read; the message says why.
    """
    if path.exists() and not path.is_file():  # a pipe would wait for ever
        raise ValueError("expected a file or a folder that can be read")
    suffixes = {suffix.lower() for suffix in path.suffixes}
    fits = bool(suffixes & {".fits", ".fit", ".fz"})
    yield from read_fits(path, unit, air) if fits else [read_text(path, unit, air)]

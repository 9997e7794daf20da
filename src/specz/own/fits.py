"""Spectra from FITS files: of Euclid (one table per object), of SDSS, of DESI (coadded), or others.

They need astropy; those of other formats also specutils. Both are imported when a file is read.
"""

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from specz.common.arrays import BoolArray, FloatArray
from specz.own.spectrum import Spectrum, Unreadable, angstrom, made
from specz.spectra.grid import GRIDS

INSTALL = "needs astropy and specutils: pip install 'specz[spectra]'"

EUCLID = {"WAVELENGTH", "SIGNAL", "VAR"}
SDSS = {"LOGLAM", "FLUX", "IVAR"}
DESI_ARMS = ("B", "R", "Z")


Found = Iterator[Spectrum | Unreadable]


def read_fits(path: Path, unit: str | None, air: bool) -> Found:
    """Read the spectra of a FITS file; parameters and errors are those of ``reader.read``."""
    try:
        from astropy.io import fits
    except ImportError:
        raise ValueError(f"a FITS file {INSTALL}") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", message=".*truncated")
        try:
            with fits.open(path, memmap=True) as hdus:
                yield from _of_hdus(path, hdus, unit, air)
        except (ValueError, OSError):
            raise
        except Exception as error:  # whatever a damaged file does to the library
            raise ValueError(f"not a readable FITS file: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _of_hdus(path: Path, hdus: Any, unit: str | None, air: bool) -> Found:
    names = {hdu.name.upper() for hdu in hdus}
    tables = [hdu for hdu in hdus if getattr(hdu, "columns", None) is not None]
    columns = [{name.upper() for name in hdu.columns.names} for hdu in tables]
    if any(f"{arm}_WAVELENGTH" in names for arm in DESI_ARMS):
        yield from _desi(hdus, names)
    elif any(columns_of >= EUCLID for columns_of in columns):
        several = sum(columns_of >= EUCLID for columns_of in columns) > 1
        for number, (hdu, columns_of) in enumerate(zip(tables, columns, strict=True), start=1):
            if columns_of >= EUCLID:
                name = (hdu.name or str(number)) if several else ""
                try:
                    yield _euclid(hdu, name, unit)
                except ValueError as error:
                    if not several:
                        raise
                    yield Unreadable(name, str(error))
    elif any(columns_of >= SDSS for columns_of in columns):
        yield _sdss(next(h for h, c in zip(tables, columns, strict=True) if c >= SDSS))
    else:
        shapes = [hdu.shape for hdu in hdus if getattr(hdu, "shape", None)]
        if not tables and any(len(shape) > 1 and min(shape) > 8 for shape in shapes):
            shape = " x ".join(map(str, max(shapes, key=math.prod)))
            raise ValueError(f"expected a spectrum; got an image of {shape} pixels")
        yield from _specutils(path, hdus, air)


def _data(hdu: Any, name: str) -> FloatArray:
    return np.asarray(hdu.data[name], dtype=float)


def _euclid(hdu: Any, name: str, unit: str | None) -> Spectrum:
    """A table of Euclid's spectra (SIR): a pixel is bad if its mask is odd or at least 64."""
    scale = float(hdu.header.get("FSCALE", 1.0))
    said = str(hdu.columns["WAVELENGTH"].unit or unit or "Å")
    present = {column.upper() for column in hdu.columns.names}
    mask = np.asarray(hdu.data["MASK"], dtype=np.int64) if "MASK" in present else np.int64(0)
    return made(
        _data(hdu, "WAVELENGTH") * angstrom(said),
        _data(hdu, "SIGNAL") * scale,
        _data(hdu, "VAR") * scale**2,
        name=name,
        bad=(mask % 2 == 1) | (mask >= 64),
        resolving_power=GRIDS["nisp"].resolving_power,
    )


def _sdss(hdu: Any) -> Spectrum:
    """A spectrum of SDSS: vacuum; pixels that are bad in all exposures are masked."""
    present = {column.upper() for column in hdu.columns.names}
    mask = next((name for name in ("AND_MASK", "OR_MASK") if name in present), None)
    bad: BoolArray | bool = False if mask is None else np.asarray(hdu.data[mask]) != 0
    ivar = _data(hdu, "IVAR")
    return made(10 ** _data(hdu, "LOGLAM"), _data(hdu, "FLUX"), _inverse(ivar), bad=bad)


def _inverse(value: npt.NDArray[np.floating]) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(1 / np.asarray(value, dtype=float))


def _desi(hdus: Any, names: set[str]) -> Iterator[Spectrum]:
    """Coadded spectra of DESI: where arms overlap they share pixels, and their data are added."""
    arms = [arm for arm in DESI_ARMS if f"{arm}_WAVELENGTH" in names]
    waves = [np.asarray(hdus[f"{arm}_WAVELENGTH"].data, dtype=float).round(3) for arm in arms]
    wave = np.unique(np.concatenate(waves))
    targets = hdus["FIBERMAP"].data["TARGETID"] if "FIBERMAP" in names else None
    for row in range(hdus[f"{arms[0]}_FLUX"].shape[0]):
        weight, total = np.zeros(len(wave)), np.zeros(len(wave))
        for arm, own in zip(arms, waves, strict=True):
            ivar = np.asarray(hdus[f"{arm}_IVAR"].data[row], dtype=float)
            if f"{arm}_MASK" in names:
                ivar = np.where(np.asarray(hdus[f"{arm}_MASK"].data[row]) == 0, ivar, 0)
            flux = np.asarray(hdus[f"{arm}_FLUX"].data[row], dtype=float)
            at = np.searchsorted(wave, own)
            weight[at] += ivar
            total[at] += np.where(ivar > 0, ivar * flux, 0)
        flux = np.divide(total, weight, out=np.zeros(len(wave)), where=weight > 0)
        name = str(row if targets is None else targets[row])
        yield Spectrum(name, wave, flux, weight)


def _specutils(path: Path, hdus: Any, air: bool) -> Found:
    """Whatever specutils reads: flux with an uncertainty and perhaps a mask."""
    try:
        import specutils
        from astropy import units
        from astropy.nddata import InverseVariance
    except ImportError:
        raise ValueError(f"this FITS file {INSTALL}") from None
    kind = getattr(specutils, "Spectrum", None) or specutils.Spectrum1D
    try:
        found = kind.read(path)
    except Exception as error:  # no loader, or one that the file does not suit
        raise ValueError(f"specutils reads no spectrum in it: {_first_line(error)}") from None
    if found.uncertainty is None:
        raise ValueError("the spectrum has no uncertainty; its noise must be known")
    wave = found.spectral_axis.to_value(units.AA, units.spectral())
    ivar = found.uncertainty.represent_as(InverseVariance).array
    mask = np.zeros(found.flux.shape, dtype=bool) if found.mask is None else found.mask
    rows = [np.atleast_2d(np.asarray(each)) for each in (found.flux.value, ivar, mask)]
    n = len(rows[0])
    for number, (flux, weight, bad) in enumerate(zip(*rows, strict=True)):
        yield made(
            np.asarray(wave, dtype=float),
            np.asarray(flux, dtype=float),
            _inverse(weight),
            name=str(number) if n > 1 else "",
            bad=np.asarray(bad, dtype=bool),
            flux_unit=str(found.flux.unit),
            air=_in_air(hdus, air),
        )


def _in_air(hdus: Any, otherwise: bool) -> bool:
    """Whether the headers say that wavelengths are in air."""
    for hdu in hdus:
        header = hdu.header
        if "AIRORVAC" in header:
            return str(header["AIRORVAC"]).lower().startswith("air")
        if "VACUUM" in header:
            return not header["VACUUM"]
        if str(header.get("CTYPE1", "")).startswith("AWAV"):
            return True
    return otherwise

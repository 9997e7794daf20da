"""Spectra from a reader's files: wavelengths in vacuum and Å, flux per Å, inverse variance.

Text tables have a header of column names. FITS files are Euclid's (one table per object), of SDSS,
of DESI (coadded), or anything that specutils reads; they need astropy and specutils, which are
imported for them only. Whatever is wrong with a file is one ``ValueError`` or ``OSError``.

References
----------
Ciddor 1996, Applied Optics 35, 1566: the refractive index of air.
"""

import csv
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import BoolArray, FloatArray
from specz.spectra.grid import GRIDS

TO_ANGSTROM = {
    **dict.fromkeys(("a", "aa", "å", "angstrom", "angstroms"), 1.0),
    **dict.fromkeys(("nm", "nanometer", "nanometers"), 10.0),
    **dict.fromkeys(("um", "µm", "μm", "micron", "microns", "micrometer"), 1e4),
    "m": 1e10,
}
"""Å in a unit of wavelength, by its name in small letters."""

WAVE = ("wave", "wavelength", "lambda")
FLUX = ("flux", "flux_density", "signal")
NOISE = {
    **dict.fromkeys(("ivar", "inverse_variance"), -1.0),
    **dict.fromkeys(("error", "err", "sigma", "uncertainty"), 2.0),
    **dict.fromkeys(("var", "variance"), 1.0),
}
"""Columns of noise: the variance is their value to this power."""

NAME_AND_UNIT = re.compile(r"\s*([^\[(]+?)\s*(?:[\[(]\s*(.*?)\s*[\])])?\s*")

INSTALL = "needs astropy and specutils: pip install 'specz[spectra]'"

EUCLID = {"WAVELENGTH", "SIGNAL", "VAR"}
SDSS = {"LOGLAM", "FLUX", "IVAR"}
DESI_ARMS = ("B", "R", "Z")


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One spectrum of a file.

    Attributes
    ----------
    name : str
        Its name within the file; empty if it is the only one.
    wave : ndarray, shape (n_pixels,), Å
        Observed, in vacuum.
    flux : ndarray, shape (n_pixels,)
        Per Å, in any unit.
    ivar : ndarray, shape (n_pixels,)
        Inverse variance of the flux; zero where the file masks a pixel, or gives no variance.
    resolving_power : float or None
        λ/FWHM, where the format implies it.
    """

    name: str
    wave: FloatArray
    flux: FloatArray
    ivar: FloatArray
    resolving_power: float | None = None


class Unreadable(NamedTuple):
    """One spectrum among several of a file, and what is wrong with it."""

    name: str
    reason: str


Found = Iterator[Spectrum | Unreadable]


def read(path: Path, unit: str | None = None, air: bool = False) -> Found:
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
    suffixes = {suffix.lower() for suffix in path.suffixes}
    fits = bool(suffixes & {".fits", ".fit", ".fz"})
    yield from _read_fits(path, unit, air) if fits else [_read_text(path, unit, air)]


def angstrom(unit: str) -> float:
    """Å in a unit of wavelength; raises ValueError if there is no such unit."""
    checks.choice("unit of wavelength", unit.lower(), TO_ANGSTROM)
    return TO_ANGSTROM[unit.lower()]


def vacuum(wave_air: FloatArray) -> FloatArray:
    """Wavelengths in vacuum, Å, of those in standard air (Ciddor 1996).

    >>> vacuum(np.array([6562.80])).round(2)
    array([6564.61])
    """
    wave = wave_air
    for _ in range(3):  # the index belongs to the wavelength in vacuum
        s2 = (1e4 / wave) ** 2
        wave = wave_air * (1 + 0.05792105 / (238.0185 - s2) + 0.00167917 / (57.362 - s2))
    return wave


def _made(
    wave: FloatArray,
    flux: FloatArray,
    variance: FloatArray,
    *,
    name: str = "",
    bad: BoolArray | bool = False,
    flux_unit: str = "",
    air: bool = False,
    resolving_power: float | None = None,
) -> Spectrum:
    """Make a spectrum; a pixel whose variance is not positive and finite is masked."""
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.isfinite(variance) & (variance > 0)
        ivar = np.where(known & ~np.asarray(bad), 1 / np.where(known, variance, 1), 0.0)
    if not known.any():
        raise ValueError("the variance is nowhere positive and finite")
    if air:
        wave = vacuum(wave)
    if re.search("jy|/ ?hz|hz-1|hz\\^-1", flux_unit.lower()):  # per Hz: f_λ ∝ f_ν / λ²
        factor = (np.median(wave) / wave) ** 2
        flux, ivar = flux * factor, ivar / factor**2
    return Spectrum(name, wave, flux, ivar, resolving_power)


def _read_text(path: Path, unit: str | None, air: bool) -> Spectrum:
    """Read a table with a header: comma-separated, or columns separated by spaces."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    said = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    rows = [line for line in lines if line and not line.startswith("#")]
    if rows and _number(_cells(rows[0])[0]) is not None and said:
        rows.insert(0, said[-1])  # the header is a comment
    if len(rows) < 3:
        raise ValueError("expected a header and a table; it has fewer than two rows")
    header, *body = (_cells(row) for row in rows)
    if all(_number(cell) is not None for cell in header):
        raise ValueError(
            f"expected a header such as 'wave,flux,ivar'; the first line is {rows[0]!r}"
        )
    columns, units = {}, {}
    for place, cell in enumerate(header):
        match = NAME_AND_UNIT.fullmatch(cell)
        if match:
            columns[match[1].lower()], units[match[1].lower()] = place, match[2] or ""
    table = _table(header, body)
    wave, flux, noise = (
        _column(columns, names, what)
        for names, what in ((WAVE, "wavelength"), (FLUX, "flux"), (tuple(NOISE), "noise"))
    )
    value = {name: table[:, place] for name, place in columns.items()}
    with np.errstate(divide="ignore"):
        variance = value[noise] ** NOISE[noise]
    factor = angstrom(units[wave] or unit or "Å")
    bad = value["mask"] != 0 if "mask" in value else False
    return _made(
        value[wave] * factor, value[flux], variance, bad=bad, flux_unit=units[flux], air=air
    )


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([row]))] if "," in row else row.split()


def _number(cell: str) -> float | None:
    """Value of a cell; an empty one is NaN, a word is none."""
    try:
        return float({"": "nan", "true": "1", "false": "0"}.get(cell.lower(), cell))
    except ValueError:
        return None


def _table(header: list[str], body: list[list[str]]) -> FloatArray:
    out = np.empty((len(body), len(header)))
    for i, cells in enumerate(body):
        if len(cells) != len(header):
            raise ValueError(f"row {i + 1} has {len(cells)} columns, the header {len(header)}")
        for j, cell in enumerate(cells):
            number = _number(cell)
            if number is None:
                raise ValueError(f"row {i + 1}: {header[j]} must be a number; got {cell!r}")
            out[i, j] = number
    return out


def _column(columns: Mapping[str, Any], names: tuple[str, ...], what: str) -> str:
    for name in names:
        if name in columns:
            return name
    raise ValueError(
        f"expected a column of {what}, one of {', '.join(names)}; got {', '.join(columns)}"
    )


def _read_fits(path: Path, unit: str | None, air: bool) -> Found:
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
    return _made(
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
    return _made(10 ** _data(hdu, "LOGLAM"), _data(hdu, "FLUX"), _inverse(ivar), bad=bad)


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
        yield _made(
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

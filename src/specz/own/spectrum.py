"""One spectrum of a file: wavelengths in vacuum and Å, flux per Å, inverse variance.

References
----------
Ciddor 1996, Applied Optics 35, 1566: the refractive index of air.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from specz.common import checks
from specz.common.arrays import BoolArray, FloatArray

TO_ANGSTROM = {
    **dict.fromkeys(("a", "aa", "å", "angstrom", "angstroms"), 1.0),
    **dict.fromkeys(("nm", "nanometer", "nanometers"), 10.0),
    **dict.fromkeys(("um", "µm", "μm", "micron", "microns", "micrometer"), 1e4),
    "m": 1e10,
}
"""Å in a unit of wavelength, by its name in small letters."""


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


def made(
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

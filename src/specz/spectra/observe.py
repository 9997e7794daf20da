"""From the rest frame to pixels: redshift an SED and integrate its flux over each pixel.

Light emitted at λ arrives at λ(1 + z) and its energy is conserved, so the flux that falls
into a pixel with observed edges a, b is the rest-frame integral between a/(1 + z) and b/(1 + z).
The continuum is piecewise linear and each line a Gaussian, so both integrals are exact. There is
no interpolation error that depends on z and that a network could learn from clean spectra.
"""

import math

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray
from specz.spectra.grid import Grid, PixelGrid
from specz.spectra.library import Library
from specz.spectra.lines import C_KM_S, HALPHA, LINE_WAVE_REST
from specz.spectra.noise import Noise

FWHM = 2 * math.sqrt(2 * math.log(2))


def observe(
    library: Library, sed: npt.ArrayLike, z: npt.ArrayLike, grid: PixelGrid
) -> npt.NDArray[np.float32]:
    """Noiseless spectra, shape (n_spectra, n_pixels), in units of their mean flux over the grid.

    ``sed`` and ``z``, shape (n_spectra,), are the SED of each spectrum in ``library`` and its
    redshift.

    Raises
    ------
    ValueError
        If an index is not in the library or a redshift moves the grid off the templates.
    """
    flux = integrate(library, sed, z, grid)
    flux /= flux.mean(axis=1, keepdims=True)
    return flux.astype(np.float32)


def integrate(
    library: Library, sed: npt.ArrayLike, z: npt.ArrayLike, grid: PixelGrid
) -> FloatArray:
    """Mean observed flux density of each pixel, in the library's units per observed Å.

    Parameters, shape and errors as for :func:`observe`.
    """
    sed, z = np.atleast_1d(np.asarray(sed)), np.atleast_1d(np.asarray(z, dtype=float))
    if sed.shape != z.shape or sed.ndim != 1:
        raise ValueError(f"sed and z must be of one length; got shapes {sed.shape} and {z.shape}")
    n_seds = len(library.continuum)
    if sed.size and not (sed.min() >= 0 and sed.max() < n_seds):
        raise ValueError(
            f"sed must index the {n_seds} SEDs of the library; got {sed.min()} to {sed.max()}"
        )
    low, high = redshift_range(library, grid)
    if not ((z >= low) & (z <= high)).all():
        raise ValueError(
            f"z must lie in [{low:.4f}, {high:.4f}] for the grid {grid.name!r} to fall on the "
            f"templates; got {z.min():g} to {z.max():g}"
        )
    from specz.spectra import integrals  # Numba takes half a second to load

    flux = np.zeros((len(z), grid.n_pixels))
    integrals.add_continuum(flux, library.continuum[sed], library.wave_rest, z, grid.edges)
    _add_lines(flux, library, library.line_flux[sed], z, grid)
    flux /= grid.width
    return flux


def integrate_lines(
    library: Library, sed: npt.ArrayLike, z: npt.ArrayLike, grid: PixelGrid
) -> FloatArray:
    """The lines' part of :func:`integrate`."""
    sed, z = np.atleast_1d(np.asarray(sed)), np.atleast_1d(np.asarray(z, dtype=float))
    flux = np.zeros((len(z), grid.n_pixels))
    _add_lines(flux, library, library.line_flux[sed], z, grid)
    flux /= grid.width
    return flux


def halpha_snr(
    library: Library, sed: npt.ArrayLike, z: npt.ArrayLike, grid: Grid, noise: Noise
) -> FloatArray:
    """S/N of Hα in each spectrum of :func:`observe` with a matched filter, (Σ f²/σ²)^½."""
    sed, z = np.asarray(sed), np.asarray(z, dtype=float)
    mean = integrate(library, sed, z, grid).mean(axis=1)
    line = np.zeros((len(z), grid.n_pixels))
    only = np.zeros_like(library.line_flux[sed])
    only[:, HALPHA] = library.line_flux[sed, HALPHA]
    _add_lines(line, library, only, z, grid)
    power = (line**2 * noise.weight(grid.n_pixels)).sum(axis=1)
    return np.asarray(noise.snr * np.sqrt(power) / (grid.step * mean))


def redshift_range(library: Library, grid: PixelGrid) -> tuple[float, float]:
    """Lowest and highest redshift at which the templates cover the whole grid."""
    first, last = float(library.wave_rest[0]), float(library.wave_rest[-1])
    return grid.wave_max / last - 1, grid.wave_min / first - 1


def line_sigma(wave_obs: npt.ArrayLike, velocity_dispersion: float, grid: PixelGrid) -> FloatArray:
    """Standard deviation of a line, Å, observed frame: gas and instrument in quadrature."""
    wave_obs = np.asarray(wave_obs, dtype=float)
    fraction = velocity_dispersion / C_KM_S
    if grid.resolving_power is not None:
        fraction = math.hypot(fraction, 1 / (FWHM * grid.resolving_power))
    return fraction * wave_obs


def _add_lines(
    flux: FloatArray,
    library: Library,
    line_flux: FloatArray,
    z: FloatArray,
    grid: PixelGrid,
) -> None:
    """Add lines, in the library's units, to ``flux``, (n_spectra, n_pixels), in place."""
    from specz.spectra import integrals

    width = float(line_sigma(1.0, library.config.velocity_dispersion, grid))
    integrals.add_lines(flux, line_flux, LINE_WAVE_REST, width, z, grid.edges)

"""From the rest frame to pixels: redshift an SED and integrate its flux over each pixel.

Light emitted at λ arrives at λ(1 + z) and its energy is conserved, so the flux that falls
into a pixel with observed edges a, b is the rest-frame integral between a/(1 + z) and
b/(1 + z). The continuum is piecewise linear and each line a Gaussian, so both integrals are
exact: no interpolation error depends on z, which a network could learn from clean spectra.
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from specz.grid import Grid
from specz.library import Library
from specz.lines import C_KM_S, HALPHA, LINE_WAVE_REST

LINE_HALF_WIDTH = 6.0
"""Lines are integrated out to this many standard deviations; 2e-9 of the flux lies beyond."""

FWHM = 2 * math.sqrt(2 * math.log(2))


def observe(
    library: Library, sed: npt.ArrayLike, z: npt.ArrayLike, grid: Grid
) -> npt.NDArray[np.float32]:
    """Noiseless spectra, each in units of its own mean flux over the grid.

    Parameters
    ----------
    library : Library
    sed : array_like of int, shape (n_spectra,)
        Index of each spectrum's SED.
    z : array_like, shape (n_spectra,)
        Redshifts.
    grid : Grid

    Returns
    -------
    ndarray, shape (n_spectra, n_pixels), float32

    Raises
    ------
    ValueError
        If an index is not in the library or a redshift moves the grid off the templates.
    """
    flux = integrate(library, sed, z, grid)
    flux /= flux.mean(axis=1, keepdims=True)
    return flux.astype(np.float32)


def integrate(
    library: Library, sed: npt.ArrayLike, z: npt.ArrayLike, grid: Grid
) -> npt.NDArray[np.float64]:
    """Mean observed flux density of each pixel, in the library's units per observed Å.

    Parameters and errors as for :func:`observe`; shape (n_spectra, n_pixels), float64.
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
    flux = _continuum_integral(library, sed, z, grid)
    _add_lines(flux, library.line_flux[sed], library.config.velocity_dispersion, z, grid)
    flux /= grid.step
    return flux


def integrate_lines(
    library: Library, sed: npt.ArrayLike, z: npt.ArrayLike, grid: Grid
) -> npt.NDArray[np.float64]:
    """The part of :func:`integrate` that is in lines."""
    sed, z = np.atleast_1d(np.asarray(sed)), np.atleast_1d(np.asarray(z, dtype=float))
    flux = np.zeros((len(z), grid.n_pixels))
    _add_lines(flux, library.line_flux[sed], library.config.velocity_dispersion, z, grid)
    flux /= grid.step
    return flux


def halpha_snr(
    library: Library, sed: npt.ArrayLike, z: npt.ArrayLike, grid: Grid, snr: float
) -> npt.NDArray[np.float64]:
    """Signal-to-noise ratio of Hα with a matched filter, (Σ f²)^½ / σ.

    Parameters
    ----------
    library, sed, z, grid
        As for :func:`observe`.
    snr : float
        Continuum S/N per pixel, on the mean flux.

    Returns
    -------
    ndarray, shape (n_spectra,)
    """
    sed, z = np.asarray(sed), np.asarray(z, dtype=float)
    mean = integrate(library, sed, z, grid).mean(axis=1)
    line = np.zeros((len(z), grid.n_pixels))
    only = np.zeros_like(library.line_flux[sed])
    only[:, HALPHA] = library.line_flux[sed, HALPHA]
    _add_lines(line, only, library.config.velocity_dispersion, z, grid)
    return np.asarray(snr * np.sqrt((line**2).sum(axis=1)) / (grid.step * mean))


def redshift_range(library: Library, grid: Grid) -> tuple[float, float]:
    """Lowest and highest redshift at which the templates cover the whole grid."""
    return (
        grid.wave_max / float(library.wave_rest[-1]) - 1,
        grid.wave_min / float(library.wave_rest[0]) - 1,
    )


def line_sigma(
    wave_obs: npt.ArrayLike, velocity_dispersion: float, grid: Grid
) -> npt.NDArray[np.float64]:
    """Observed standard deviation of a line in Å: the gas, widened by the instrument."""
    wave_obs = np.asarray(wave_obs, dtype=float)
    fraction = velocity_dispersion / C_KM_S
    if grid.resolving_power is not None:
        fraction = math.hypot(fraction, 1 / (FWHM * grid.resolving_power))
    return fraction * wave_obs


def _continuum_integral(
    library: Library, sed: npt.NDArray[np.integer], z: npt.NDArray[np.float64], grid: Grid
) -> npt.NDArray[np.float64]:
    """Integral of the piecewise-linear continuum over each pixel: (n_spectra, n_pixels)."""
    nodes = library.continuum[sed]  # (spectrum, node)
    half_rise = np.zeros_like(nodes)
    np.subtract(nodes[:, 1:], nodes[:, :-1], out=half_rise[:, :-1])
    half_rise *= np.float32(0.5)
    cumulative = np.zeros(nodes.shape)  # in units of the node spacing
    np.cumsum(nodes[:, :-1] + half_rise[:, :-1], axis=1, dtype=float, out=cumulative[:, 1:])

    wave0, step = library.wave_rest[0], library.wave_rest[1] - library.wave_rest[0]
    at = np.multiply.outer(1 / (1 + z), grid.edges / step)  # (spectrum, edge), in nodes
    at -= wave0 / step
    k = at.astype(np.intp)
    at -= k
    within = at.astype(np.float32)
    k += (np.arange(len(z)) * nodes.shape[1])[:, None]
    part = half_rise.take(k, mode="clip")
    part *= within
    part += nodes.take(k, mode="clip")
    part *= within
    integral = cumulative.take(k, mode="clip")
    integral += part
    return np.asarray(np.diff(integral, axis=1) * step)


def _add_lines(
    flux: npt.NDArray[np.float64],
    line_flux: npt.NDArray[np.float64],
    velocity_dispersion: float,
    z: npt.NDArray[np.float64],
    grid: Grid,
) -> None:
    """Add each line's Gaussian, integrated over the pixels it reaches, to ``flux`` in place."""
    sigma_max = float(line_sigma(grid.wave_max, velocity_dispersion, grid))
    half = math.ceil(LINE_HALF_WIDTH * sigma_max / grid.step) + 1  # pixels on either side
    offsets = np.arange(-half, half + 2)
    for i, wave_rest in enumerate(LINE_WAVE_REST):
        wave = wave_rest * (1 + z)
        sigma = line_sigma(wave, velocity_dispersion, grid)
        pixel = np.floor((wave - grid.wave_min) / grid.step).astype(int)
        seen = np.flatnonzero(
            (pixel >= -half) & (pixel < grid.n_pixels + half) & (line_flux[:, i] != 0)
        )
        if not seen.size:
            continue
        edge_index = pixel[seen, None] + offsets  # (spectrum, edge)
        edge = grid.wave_min + grid.step * edge_index
        scaled = (edge - wave[seen, None]) / (math.sqrt(2) * sigma[seen, None])
        part = 0.5 * line_flux[seen, i, None] * np.diff(erf(scaled), axis=1)
        column = edge_index[:, :-1]
        part[(column < 0) | (column >= grid.n_pixels)] = 0.0
        flux[seen[:, None], column.clip(0, grid.n_pixels - 1)] += part

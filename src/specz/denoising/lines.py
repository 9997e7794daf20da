"""Lines in denoised spectra: those of the galaxy that are kept, and those that are invented."""

import numpy as np
from scipy.ndimage import correlate1d, maximum_filter1d

from specz.common.arrays import BoolArray, FloatArray, Flux
from specz.spectra.grid import CLASSES, Grid
from specz.spectra.library import LibraryConfig
from specz.spectra.lines import HALPHA, LINE_WAVE_REST
from specz.spectra.observe import line_sigma

LEVEL = 3.0
"""S/N of a line that counts, of its flux in the observed spectrum's noise."""

NEAR = 3
"""Pixels within which a line is at the same place: two standard deviations of Hα."""

REACH = 8
"""Pixels of the filter to either side; its mean is zero, so that a continuum counts for nothing."""


def matched_filter(grid: Grid) -> FloatArray:
    """A line like Hα, less its mean, of unit square sum, shape (2 REACH + 1,)."""
    wave = LINE_WAVE_REST[HALPHA] * (1 + CLASSES.centres.mean())
    sigma = line_sigma(wave, LibraryConfig().velocity_dispersion, grid) / grid.step
    shape = np.exp(-0.5 * (np.arange(-REACH, REACH + 1) / sigma) ** 2)
    shape -= shape.mean()
    return np.asarray(shape / np.sqrt(np.square(shape).sum()))


def significance(flux: Flux, grid: Grid, snr: float) -> FloatArray:
    """S/N of a line like Hα at each pixel, by a matched filter, shape (n_spectra, n_pixels).

    Its flux is that in ``flux``, its noise that of the observed spectrum.
    """
    shape = matched_filter(grid)
    return np.asarray(snr * correlate1d(flux.astype(float), shape, axis=1, mode="nearest"))


def invented_at(flux: Flux, true: Flux, grid: Grid, snr: float) -> BoolArray:
    """Pixels at which a denoised spectrum has a line that the true one has not, shape of ``flux``.

    A line is invented at a peak of :data:`LEVEL` or more, if the true spectrum is lower by as much
    within :data:`NEAR` pixels.
    """
    seen, there = (significance(each, grid, snr) for each in (flux, true))
    peak = (seen == _highest_near(seen)) & (seen >= LEVEL)
    return np.asarray(peak & (seen - _highest_near(there) >= LEVEL))


def halpha_kept(flux: Flux, z: FloatArray, grid: Grid, snr: float) -> BoolArray:
    """Whether Hα is there with :data:`LEVEL` at its true place, shape (n_spectra,)."""
    at = (LINE_WAVE_REST[HALPHA] * (1 + z) - grid.wave_min) / grid.step
    at = at.astype(int).clip(0, grid.n_pixels - 1)
    near = _highest_near(significance(flux, grid, snr))
    return np.asarray(near[np.arange(len(flux)), at] >= LEVEL)


def _highest_near(values: FloatArray) -> FloatArray:
    return np.asarray(maximum_filter1d(values, 2 * NEAR + 1, axis=1))

"""Bins of ln λ, where a redshift is a shift, and the filters of the equivariant network in them.

A pixel is shared among the bins that it covers. ln p is computed at the shifts and interpolated to
the redshifts of each class.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.fft import next_fast_len

from specz.common.arrays import FloatArray
from specz.spectra.components import Components
from specz.spectra.grid import CLASSES, Grid
from specz.spectra.observe import line_sigma

TAPS = 8
"""Shifts from which ln p is interpolated. Its peaks are as wide as a line, 2.4 shifts: four taps
give an error of 2e-3 of the height, eight 1e-4."""

MARGIN = TAPS // 2
"""Shifts beyond the range of redshifts, for the interpolation at its ends."""

NEGLIGIBLE = 1e-4
"""Fraction of a line's height below which its filter is cut."""


class Taps(NamedTuple):
    """A linear map with few neighbours; see :class:`specz.estimators.equivariant_layers.Taps`."""

    first: npt.NDArray[np.int32]
    weight: FloatArray


@dataclass(frozen=True)
class LogBins:
    """Bins in ln λ that cover ``grid``, and shifts in ln(1 + z) of the same width.

    ``shifts`` is their number over the range of the classes.
    """

    grid: Grid
    shifts: int

    @property
    def width(self) -> float:
        """Width of a bin in ln λ and of a shift in ln(1 + z)."""
        return math.log((1 + CLASSES.z_max) / (1 + CLASSES.z_min)) / self.shifts

    @property
    def n_bins(self) -> int:
        """Number of bins that cover the grid."""
        return math.ceil(math.log(self.grid.wave_max / self.grid.wave_min) / self.width)

    @property
    def n_shifts(self) -> int:
        """Number of shifts, with a margin on either side."""
        return self.shifts + 2 * MARGIN

    @property
    def length(self) -> int:
        """Bins of a filter: all that the window can reach, rounded up to a fast size of the FFT."""
        return int(next_fast_len(self.n_bins + self.n_shifts, real=True))

    @property
    def rest_edges(self) -> FloatArray:
        """Edges of the filters' bins in rest-frame wavelength, shape (length + 1,), Å."""
        low = self.grid.wave_min / (1 + CLASSES.z_min)
        steps = np.arange(self.length + 1) - (self.n_shifts - MARGIN - 0.5)
        return np.asarray(low * np.exp(self.width * steps))

    @property
    def sharing(self) -> Taps:
        """Parts of neighbouring pixels in each bin; bins are at most about as wide as pixels."""
        edges = self.grid.wave_min * np.exp(self.width * np.arange(self.n_bins + 1))
        at = (edges - self.grid.wave_min) / self.grid.step
        low, high = at[:-1], np.minimum(at[1:], self.grid.n_pixels)
        n_taps = int(np.ceil((high - low).max())) + 1
        # Near the last pixel the taps start earlier; their overlap there is zero.
        first = np.minimum(low.astype(int), self.grid.n_pixels - n_taps)
        pixel = first[:, None] + np.arange(n_taps)
        overlap = np.minimum(high[:, None], pixel + 1) - np.maximum(low[:, None], pixel)
        return Taps(first.astype(np.int32), overlap.clip(0))

    @property
    def window(self) -> FloatArray:
        """Fraction of a pixel in each bin, shape (n_bins,)."""
        return np.asarray(self.sharing.weight.sum(axis=1))

    def interpolation(self, substeps: int) -> Taps:
        """Lagrange interpolation from the shifts to ``substeps`` redshifts per class."""
        z = CLASSES.z_min + CLASSES.width / substeps * (np.arange(CLASSES.n * substeps) + 0.5)
        at = np.log((1 + z) / (1 + CLASSES.z_min)) / self.width + MARGIN - 0.5
        first = np.floor(at).astype(int) - (TAPS // 2 - 1)
        t = at - first
        taps = np.arange(TAPS)
        weight = [
            np.prod([(t - other) / (tap - other) for other in taps[taps != tap]], axis=0)
            for tap in taps
        ]
        return Taps(first.astype(np.int32), np.stack(weight, axis=1))

    def classes(self, substeps: int) -> Taps:
        """:meth:`interpolation` by class: ``first`` (n_classes,), weights (n_classes, substeps, n).

        All substeps of a class use the same n neighbouring shifts.
        """
        first, weight = self.interpolation(substeps)
        first, weight = first.reshape(CLASSES.n, substeps), weight.reshape(CLASSES.n, substeps, -1)
        n = int(np.ptp(first, axis=1).max()) + weight.shape[2]
        start = np.minimum(first[:, 0], self.n_shifts - n)
        near = np.zeros((CLASSES.n, substeps, n))
        columns = (first - start[:, None])[..., None] + np.arange(weight.shape[2])
        np.put_along_axis(near, columns, weight, axis=2)
        return Taps(start, near)


def shorten(filters: FloatArray) -> tuple[list[int], FloatArray]:
    """Cut filters, shape (n_filters, length), to the few bins where they are not negligible.

    Returns the first bin of each, and the short filters, shape (n_filters, width).
    """
    kept = np.abs(filters) > NEGLIGIBLE * np.abs(filters).max(axis=1, keepdims=True)
    first = kept.argmax(axis=1)
    width = int((filters.shape[1] - kept[:, ::-1].argmax(axis=1) - first).max())
    first = np.minimum(first, filters.shape[1] - width)
    short = np.take_along_axis(filters, first[:, None] + np.arange(width), axis=1)
    return first.tolist(), short


def rest_frame_filters(components: Components, bins: LogBins) -> FloatArray:
    """Components of the library in the bins of the filters, shape (n_filters, length).

    A filter is the mean flux density per bin, scaled so that its product with a spectrum of unit
    noise has a noise of about one. Components that never reach the window are left out.
    """
    dispersion = components.library.config.velocity_dispersion
    sigma = float(line_sigma(1.0, dispersion, bins.grid))  # in ln λ: of a line at unit wavelength
    filters = components.rest_frame(bins.rest_edges, sigma)
    power = (filters**2).sum(axis=1) * bins.window.mean()
    seen = power > 0
    return np.asarray(filters[seen] / np.sqrt(power[seen, None]))

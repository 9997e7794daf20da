"""Integrals of continua and lines over pixels, compiled by Numba at the first call.

Each is one loop over the pixel edges, without intermediate arrays and without Python's lock.
:mod:`specz.spectra.observe` has the physics and checks the input.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from specz.common.arrays import FloatArray

LINE_HALF_WIDTH = 6.0
"""Lines are integrated out to this many standard deviations; 2e-9 of the flux lies beyond."""


@njit(nogil=True, cache=True)
def add_continuum(
    flux: FloatArray,
    nodes: npt.NDArray[np.float32],
    wave_rest: FloatArray,
    z: FloatArray,
    edges: FloatArray,
) -> None:
    """Add the integral of each piecewise-linear continuum over each pixel, in place.

    Parameters
    ----------
    flux : ndarray, shape (n_spectra, n_pixels)
    nodes : ndarray, shape (n_spectra, n_nodes)
        Flux density at ``wave_rest``, shape (n_nodes,), uniform in Å, which must cover the pixels.
    z : ndarray, shape (n_spectra,)
    edges : ndarray, shape (n_pixels + 1,), Å
        Observed frame.
    """
    n_nodes = len(wave_rest)
    step = wave_rest[1] - wave_rest[0]
    first = wave_rest[0] / step
    up_to = np.zeros(n_nodes)  # integral from the first node, in units of their spacing
    for i in range(len(z)):
        to_nodes = 1 / ((1 + z[i]) * step)  # one division per spectrum, not per edge
        for j in range(1, n_nodes):
            up_to[j] = up_to[j - 1] + 0.5 * (np.float64(nodes[i, j - 1]) + nodes[i, j])
        before = 0.0
        for edge in range(len(edges)):
            at = edges[edge] * to_nodes - first
            k = min(int(at), n_nodes - 2)
            t = at - k
            rise = np.float64(nodes[i, k + 1]) - nodes[i, k]
            integral = step * (up_to[k] + t * (nodes[i, k] + 0.5 * t * rise))
            if edge > 0:
                flux[i, edge - 1] += integral - before
            before = integral


@njit(nogil=True, cache=True)
def add_lines(
    flux: FloatArray,
    line_flux: FloatArray,
    wave_rest: FloatArray,
    width: float,
    z: FloatArray,
    edges: FloatArray,
) -> None:
    """Add the integral of each Gaussian line over each pixel that it reaches, in place.

    Parameters
    ----------
    flux : ndarray, shape (n_spectra, n_pixels)
    line_flux : ndarray, shape (n_spectra, n_lines)
    wave_rest : ndarray, shape (n_lines,), Å
    width : float
        Standard deviation of a line divided by its wavelength.
    z : ndarray, shape (n_spectra,)
    edges : ndarray, shape (n_pixels + 1,), Å
        Observed frame.
    """
    for i in range(len(z)):
        for line in range(len(wave_rest)):
            wave = wave_rest[line] * (1 + z[i])
            reach = LINE_HALF_WIDTH * width * wave
            first = max(0, np.searchsorted(edges, wave - reach) - 1)
            last = min(len(edges) - 1, np.searchsorted(edges, wave + reach))
            scale = 1 / (math.sqrt(2) * width * wave)
            low = math.erf((edges[first] - wave) * scale) if first < last else 0.0
            for pixel in range(first, last):
                high = math.erf((edges[pixel + 1] - wave) * scale)
                flux[i, pixel] += 0.5 * line_flux[i, line] * (high - low)
                low = high

"""Sums of likelihoods over many SEDs, compiled by Numba at the first call.

Few of 10,000 SEDs resemble a spectrum. χ² is summed over the directions in which SEDs differ most,
and over the others only in blocks of SEDs that this leaves in question.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from specz.common.arrays import FloatArray, IntArray

Float32 = npt.NDArray[np.float32]

BLOCK = 64
"""SEDs that are kept or left out together."""

STEP = 4
"""Directions per pass over a block; those of the first pass decide whether there is another."""

NEGLIGIBLE = np.float32(40)
"""A block is left out where each χ² exceeds the lowest by more: its SEDs have less than 2e-9 of the
likelihood. Also, exponentials that are no longer normal numbers take ten times as long."""

FAR = np.float32(1e9)
"""Distance of what fills the last block."""

HALF_LOG2_E = np.float32(0.5 / math.log(2))
LOWEST_POWER = np.float32(-125)
HALF = np.float32(0.5)
SERIES = tuple(np.float32(math.log(2) ** k / math.factorial(k)) for k in range(7))
"""Of 2^x, to 2e-7 in [-½, ½]."""


@njit(nogil=True, cache=True, fastmath=True)
def log_sums(
    y: Float32,
    mix: Float32,
    kept: IntArray,
    mean: Float32,
    coefficients: Float32,
    n_seds: int,
) -> FloatArray:
    """Ln of the sum over the SEDs of exp(-½ χ²), with χ² = |y - w|², shape (n_spectra,).

    The w of an SED with coefficients c are ``mix`` c[``kept``] / (``mean`` · c).

    Parameters
    ----------
    y : ndarray, shape (n_spectra, n_directions)
        The number of directions is a multiple of :data:`STEP`; SEDs should differ most in the first
        of them.
    mix : ndarray, shape (n_directions, n_directions)
        Upper triangle.
    kept : ndarray, shape (n_directions,)
        Index of the components.
    mean : ndarray, shape (n_components,)
    coefficients : ndarray, shape (n_blocks, n_components, BLOCK)
        SEDs of a block should be alike.
    n_seds : int
        What follows in the last block does not count.
    """
    blocks, size = len(coefficients), len(mix)
    models = np.zeros((blocks, size, BLOCK), np.float32)
    per_flux = np.zeros((blocks, BLOCK), np.float32)
    complete = np.zeros(blocks, np.bool_)  # or only in the first directions
    for block in range(blocks):
        for component in range(len(mean)):
            for i in range(BLOCK):
                per_flux[block, i] += mean[component] * coefficients[block, component, i]
        for i in range(BLOCK):
            per_flux[block, i] = np.float32(1) / per_flux[block, i]
        _mix(models[block], mix, kept, coefficients[block], per_flux[block], 0, STEP)
    models[-1, :STEP, n_seds - (blocks - 1) * BLOCK :] = FAR
    out = np.empty(len(y))
    chi2, least = np.empty((blocks, BLOCK), np.float32), np.empty(blocks, np.float32)
    # Numbers that are not negative have the order of their bits, and LLVM vectorises the least of
    # integers only.
    chi2_bits, least_bits = chi2.view(np.int32), least.view(np.int32)
    bits = np.empty(BLOCK, np.int32)
    for spectrum in range(len(y)):
        row = y[spectrum]
        chi2[:] = 0
        nearest = 0
        for block in range(blocks):
            _add(chi2[block], row, models[block], 0, STEP)
            least_bits[block] = _least(chi2_bits[block])
            if least[block] < least[nearest]:
                nearest = block
        lowest = least[nearest]
        for k in range(blocks):
            block = (nearest + k) % blocks  # the nearest first
            if k == 0 or least[block] < lowest + NEGLIGIBLE:
                if not complete[block]:
                    _mix(models[block], mix, kept, coefficients[block], per_flux[block], STEP, size)
                    complete[block] = True
                _add(chi2[block], row, models[block], STEP, size)
                least_bits[block] = _least(chi2_bits[block])
                lowest = least[block] if k == 0 else min(lowest, least[block])
        total = np.float32(0)
        for block in range(blocks):
            if least[block] < lowest + NEGLIGIBLE:
                total += _sum(chi2[block], lowest, bits)
        out[spectrum] = math.log(total) - 0.5 * np.float64(lowest)
    return out


@njit(nogil=True, cache=True, fastmath=True)
def _mix(
    models: Float32,
    mix: Float32,
    kept: IntArray,
    coefficients: Float32,
    per_flux: Float32,
    start: int,
    stop: int,
) -> None:
    """Write the directions ``start`` to ``stop`` of the models of a block."""
    for r in range(start, stop):
        out = models[r]
        for k in range(r - r % STEP, len(kept), STEP):  # before, the triangle is zero
            a, b, c, d = mix[r, k], mix[r, k + 1], mix[r, k + 2], mix[r, k + 3]
            of_a, of_b = coefficients[kept[k]], coefficients[kept[k + 1]]
            of_c, of_d = coefficients[kept[k + 2]], coefficients[kept[k + 3]]
            for i in range(BLOCK):
                out[i] += a * of_a[i] + b * of_b[i] + c * of_c[i] + d * of_d[i]
        for i in range(BLOCK):
            out[i] *= per_flux[i]


@njit(nogil=True, cache=True, fastmath=True)
def _add(chi2: Float32, row: Float32, models: Float32, start: int, stop: int) -> None:
    """Add the directions ``start`` to ``stop`` to the χ² of a block."""
    for r in range(start, stop, STEP):
        a, b, c, d = row[r], row[r + 1], row[r + 2], row[r + 3]
        of_a, of_b, of_c, of_d = models[r], models[r + 1], models[r + 2], models[r + 3]
        for i in range(BLOCK):
            first = (a - of_a[i]) ** 2 + (b - of_b[i]) ** 2
            chi2[i] += first + (c - of_c[i]) ** 2 + (d - of_d[i]) ** 2


@njit(nogil=True, cache=True)
def _least(values: IntArray) -> np.int32:
    """Least of a block."""
    least: np.int32 = values[0]
    for i in range(BLOCK):
        least = values[i] if values[i] < least else least
    return least


@njit(nogil=True, cache=True, fastmath=True)
def _sum(chi2: Float32, lowest: np.float32, bits: IntArray) -> np.float32:
    """Sum of exp(½ (lowest - χ²)) over a block; χ² and ``bits`` are overwritten.

    The exponential is 2^n 2^f, n an integer that is written into the exponent of a number.
    """
    for i in range(BLOCK):
        power = HALF_LOG2_E * (lowest - chi2[i])
        power = power if power > LOWEST_POWER else LOWEST_POWER
        n = np.int32(power - HALF)
        f = power - np.float32(n)
        bits[i] = (n + np.int32(127)) << np.int32(23)
        value = SERIES[5] + f * SERIES[6]
        value = SERIES[3] + f * (SERIES[4] + f * value)
        value = SERIES[1] + f * (SERIES[2] + f * value)
        chi2[i] = SERIES[0] + f * value
    powers = bits.view(np.float32)
    total = np.float32(0)
    for i in range(BLOCK):
        total += chi2[i] * powers[i]
    return total

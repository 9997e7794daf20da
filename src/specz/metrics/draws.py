"""Statistics of resampled galaxies: one compiled pass over the spectra in place of a copy a draw.

``weights``, shape (n_draws, n_seds), say how often each SED is drawn. ``group``, shape
(n_spectra,), is the column of each spectrum's SED.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from specz.common.arrays import BoolArray, FloatArray, IntArray

Weights = npt.NDArray[np.uint8]


@njit(nogil=True, cache=True, fastmath=True)
def ratios(weights: Weights, total: npt.NDArray[Any], count: npt.NDArray[Any]) -> FloatArray:
    """Sum of ``total`` over that of ``count``, both of shape (n_seds,), in each draw."""
    out = np.empty(len(weights))
    for draw in range(len(weights)):
        above, below = 0.0, 0.0
        for i in range(len(total)):
            above += weights[draw, i] * total[i]
            below += weights[draw, i] * count[i]
        out[draw] = above / below
    return out


@njit(nogil=True, cache=True)
def kept(
    weights: Weights, group: IntArray, good: BoolArray, last: BoolArray, purity: float
) -> FloatArray:
    """Largest share of the spectra, the most confident first, of which ``purity`` are good.

    A cut may lie after a spectrum that is the ``last`` of those that are as sure. Without a cut
    that is pure enough the share is 0.
    """
    out = np.zeros(len(weights))
    for draw in range(len(weights)):
        number, right, best = 0, 0, 0
        for i in range(len(group)):
            number += weights[draw, group[i]]
            right += weights[draw, group[i]] * good[i]
            if last[i] and right >= purity * number:
                best = number
        out[draw] = best / number
    return out


@njit(nogil=True, cache=True)
def medians(weights: Weights, group: IntArray, ascending: FloatArray) -> FloatArray:
    """Median of the ``ascending`` values, shape (n_spectra,), in each draw."""
    out = np.empty(len(weights))
    for draw in range(len(weights)):
        out[draw] = _median(weights[draw], group, ascending)
    return out


@njit(nogil=True, cache=True)
def deviations(weights: Weights, group: IntArray, ascending: FloatArray) -> FloatArray:
    """Median of the distance from the median, in each draw of the ``ascending`` values."""
    out, away = np.empty(len(weights)), np.empty(len(group))
    nearest_first = np.empty(len(group), group.dtype)
    for draw in range(len(weights)):
        middle = _median(weights[draw], group, ascending)
        above = np.searchsorted(ascending, middle)
        below = above - 1
        for i in range(len(group)):
            on_left = below >= 0 and (
                above == len(group) or middle - ascending[below] <= ascending[above] - middle
            )
            if on_left:
                away[i], nearest_first[i] = middle - ascending[below], group[below]
                below -= 1
            else:
                away[i], nearest_first[i] = ascending[above] - middle, group[above]
                above += 1
        out[draw] = _median(weights[draw], nearest_first, away)
    return out


@njit(nogil=True, cache=True)
def _median(weight: Weights, group: IntArray, ascending: FloatArray) -> Any:
    """Median of values that are counted as often as their SED is drawn."""
    number = 0
    for i in range(len(group)):
        number += weight[group[i]]
    seen, lower = 0, np.nan
    for i in range(len(group)):
        seen += weight[group[i]]
        if 2 * seen >= number and np.isnan(lower):
            lower = ascending[i]
        if 2 * seen > number:
            return (lower + ascending[i]) / 2
    return lower

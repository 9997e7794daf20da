"""Numbers with their 95 % bootstrap intervals.

The SEDs are resampled, not the spectra: several copies of one SED at different redshifts are not
independent evidence.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray, IntArray
from specz.metrics.draws import ratios

N_BOOTSTRAP = 1000
LEVEL = 0.95


class Interval(NamedTuple):
    """A value and its 95 % interval.

    >>> print(Interval(0.931, 0.92, 0.942))
    0.931 [0.92, 0.942]
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"

    def percent(self) -> str:
        """As percentages, without line breaks: ``93.1 % (92.0-94.2)``."""
        value, low, high = (f"{100 * number:.1f}" for number in self)
        return f"{value} % ({low}\u2060–\u2060{high})".replace(" ", "\u00a0")

    def points(self) -> str:
        """As a difference in percentage points, ``+0.2 (−0.7 to +1.1)``; zero has no minus."""
        return self.bracketed(lambda number: f"{100 * number:+z.1f}")

    def bracketed(self, form: Callable[[float], str]) -> str:
        """With each number formatted by ``form``, on one line: ``0.91 (0.75 to 1.08)``."""
        text = "{} ({} to {})".format(*map(form, self))
        return text.replace(" ", "\u00a0").replace("-", "\u2212")


def mean_interval(values: npt.ArrayLike, sed: IntArray, least: float = 0.0) -> Interval:
    """Mean of ``values``, shape (n_spectra,), with a bootstrap interval over SEDs.

    Values lie between ``least`` and 1: ``least`` is 0 for a success or failure, -1 for a difference
    of two. If all values are equal to one of these, all draws are equal too. The interval then
    allows for the largest fraction of other values that so many SEDs may have missed.
    """
    values = np.asarray(values, dtype=float)
    _, group = np.unique(sed, return_inverse=True)
    total, count = np.bincount(group, values), np.bincount(group).astype(float)
    mean = float(values.mean())
    if values.min() == values.max() and values[0] in (least, 0, 1):
        missed = most_missed(len(count))
        return Interval(mean, mean - missed * (mean - least), mean + missed * (1 - mean))
    return Interval(mean, *quantiles(ratios(bootstrap_weights(len(count)), total, count)))


def difference_interval(first: Interval, second: Interval) -> Interval:
    """Difference of two numbers on different spectra; half-widths are added in quadrature."""
    difference = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return Interval(difference, difference - below, difference + above)


def statistic_interval(
    values: npt.NDArray[Any], sed: IntArray, statistic: Callable[[npt.NDArray[Any]], float]
) -> Interval:
    """A statistic of ``values``, shape (n_spectra,), with a bootstrap interval over SEDs."""
    _, group = np.unique(sed, return_inverse=True)
    weights = bootstrap_weights(group.max() + 1)
    draws = [statistic(np.repeat(values, weight[group])) for weight in weights]
    return Interval(float(statistic(values)), *quantiles(np.array(draws)))


def most_missed(n: int) -> float:
    """Upper limit on a fraction of which ``n`` SEDs show no case (Clopper & Pearson)."""
    from scipy.stats import binomtest  # it takes most of a second to load

    return float(binomtest(0, n).proportion_ci(LEVEL).high)


@lru_cache(maxsize=64)
def bootstrap_weights(n: int, stream: int = 0) -> npt.NDArray[np.uint8]:
    """How often each of ``n`` groups is drawn, shape (N_BOOTSTRAP, n); the same in every call.

    Other streams are other draws.
    """
    rng = np.random.default_rng([n, stream] if stream else n)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=N_BOOTSTRAP)
    weights = drawn.astype(np.uint8)  # no group is drawn 256 times
    weights.flags.writeable = False
    return weights


def quantiles(draws: FloatArray) -> tuple[float, float]:
    """Ends of the central interval with the fraction :data:`LEVEL` of the draws."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)

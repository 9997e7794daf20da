"""Differences between methods, with both sources of chance: the galaxies and the trainings.

A quantity is one score of one method: a value for each of its trainings, and as many bootstrap
draws over SEDs. Quantities on the same spectra share their draws, so their difference is paired. An
effect is a weighted sum of quantities. Its variance is that of the draws of the means, plus s²/n of
each method whose n trainings scatter by s; its interval and p-value are of Student's t, with the
degrees of freedom of Welch and Satterthwaite.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from specz.common.arrays import BoolArray, FloatArray
from specz.metrics.draws import ratios
from specz.metrics.intervals import LEVEL, Interval, bootstrap_weights, most_missed
from specz.metrics.predictions import WRONG, Predictions
from specz.metrics.scores import completeness_draws, is_exact, is_within_one, relative_error

PURITY = 0.999
"""Of the redshifts that are kept, the fraction that must be right."""


class Metric(NamedTuple):
    """A score in which methods are compared.

    Attributes
    ----------
    sign : int
        1 if more is better, -1 if less is.
    score : callable
        Of predictions, of spectra or others: value, and bootstrap draws, shape (N_BOOTSTRAP,).
    """

    name: str
    sign: int
    score: Callable[[Any], tuple[float, FloatArray]]


def _fraction(
    has: Callable[[Predictions], BoolArray],
) -> Callable[[Predictions], tuple[float, FloatArray]]:
    def score(predictions: Predictions) -> tuple[float, FloatArray]:
        found = has(predictions)
        seds, group = np.unique(predictions.sed, return_inverse=True)
        # Other SEDs are other galaxies: their draws are independent of these.
        weights = bootstrap_weights(len(seds), int(seds[0]))
        total, count = np.bincount(group, found), np.bincount(group).astype(float)
        return float(found.mean()), ratios(weights, total, count)

    return score


EXACT = Metric("exact class", 1, _fraction(is_exact))
METRICS = (
    EXACT,
    Metric("±1 class", 1, _fraction(is_within_one)),
    Metric("outliers", -1, _fraction(lambda p: np.abs(relative_error(p)) > WRONG)),
    Metric("kept at 99.9 % purity", 1, lambda p: completeness_draws(p, PURITY)),
)
"""The scores of every comparison; a verdict is on the first."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """A score of one method.

    Attributes
    ----------
    values : ndarray, shape (n_trainings,)
    draws : ndarray, shape (n_trainings, N_BOOTSTRAP)
    n_seds : int
        SEDs that the draws are over.
    random : bool
        Whether another training would give another value.
    """

    values: FloatArray
    draws: FloatArray
    n_seds: int
    random: bool

    def minus(self, other: "Quantity") -> "Quantity":
        """Difference of two scores of the same trainings."""
        values, draws = self.values - other.values, self.draws - other.draws
        return Quantity(values, draws, min(self.n_seds, other.n_seds), self.random)


def quantity(trained: Sequence[Any], random: bool, metric: Metric = EXACT) -> Quantity:
    """Score of a method from the predictions of each of its trainings."""
    values, draws = zip(*(metric.score(predictions) for predictions in trained), strict=True)
    n_seds = len(np.unique(trained[0].sed))
    return Quantity(np.array(values), np.array(draws), n_seds, random)


class Effect(NamedTuple):
    """A weighted sum of quantities, with its 95 % interval and two-sided p-value.

    ``trainings`` is the smallest number of trainings of a method in which chance has a part, 0 if
    there is none. With only one the scatter is unknown, and interval and p-value leave it out.
    """

    value: float
    low: float
    high: float
    p_value: float
    trainings: int

    @property
    def interval(self) -> Interval:
        """The value and its interval."""
        return Interval(self.value, self.low, self.high)


def effect(*terms: tuple[int, Quantity]) -> Effect:
    """Sum of quantities, each with its weight."""
    value = float(sum(weight * q.values.mean() for weight, q in terms))
    draws = np.sum([weight * q.draws.mean(axis=0) for weight, q in terms], axis=0)
    n_seds = min(q.n_seds for _, q in terms)
    galaxies = float(draws.std(ddof=1))
    if np.ptp(draws) == 0:  # as in mean_interval: what so many SEDs may have missed
        from scipy.stats import norm  # it takes most of a second to load

        galaxies = most_missed(n_seds) / float(norm.ppf((1 + LEVEL) / 2))
    parts = [(galaxies**2, max(1, n_seds - 1))]
    for weight, q in terms:
        n = len(q.values)
        if q.random and n > 1:
            parts.append((weight**2 * float(q.values.var(ddof=1)) / n, n - 1))
    variance = sum(v for v, _ in parts)
    freedom = variance**2 / sum(v**2 / n for v, n in parts)
    error = variance**0.5
    from scipy.stats import t

    reach = error * float(t.ppf((1 + LEVEL) / 2, freedom))
    p_value = 2 * float(t.sf(abs(value) / error, freedom))
    trainings = min((len(q.values) for _, q in terms if q.random), default=0)
    return Effect(value, value - reach, value + reach, p_value, trainings)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values for their number (Holm 1979, Scand. J. Statist. 6, 65)."""
    order = np.argsort(p_values)
    adjusted = np.empty(len(p_values))
    steps = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return [float(p) for p in adjusted]

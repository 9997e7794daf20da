"""Scores of an estimator: accuracy, redshift errors and calibration, with intervals."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common.arrays import BoolArray, FloatArray, IntArray
from specz.metrics import draws
from specz.metrics.intervals import (
    N_BOOTSTRAP,
    Interval,
    bootstrap_weights,
    mean_interval,
    most_missed,
    quantiles,
)
from specz.metrics.predictions import WRONG, Predictions

OUTLIER_THRESHOLDS = (WRONG, 0.01, 0.15)
"""``|Δz|/(1+z)`` beyond which a redshift is an outlier: spectroscopic to photometric limits."""


class Comparison(NamedTuple):
    """Two methods on the same spectra.

    Attributes
    ----------
    difference : Interval
        Accuracy of the first minus that of the second.
    only_first, only_second : int
        Spectra that only one of them classified exactly.
    p_value : float
        Two-sided exact McNemar test.
    """

    difference: Interval
    only_first: int
    only_second: int
    p_value: float


def is_exact(predictions: Predictions) -> BoolArray:
    """Whether the class of each spectrum is exact."""
    return np.asarray(predictions.predicted == predictions.label)


def is_within_one(predictions: Predictions) -> BoolArray:
    """Whether the class of each spectrum is exact or a neighbour."""
    off = np.abs(predictions.predicted.astype(int) - predictions.label.astype(int))
    return np.asarray(off <= 1)


def relative_error(predictions: Predictions) -> FloatArray:
    """Redshift error (z_predicted - z) / (1 + z) of each spectrum."""
    return (predictions.z_predicted - predictions.z) / (1 + predictions.z)


def accuracy(predictions: Predictions) -> Interval:
    """Fraction of spectra with the exact class."""
    return mean_interval(is_exact(predictions), predictions.sed)


def within_one(predictions: Predictions) -> Interval:
    """Fraction of spectra with the exact class or a neighbour."""
    return mean_interval(is_within_one(predictions), predictions.sed)


def bias(predictions: Predictions) -> Interval:
    """Median of Δz/(1+z)."""
    error, weights, group = _ascending_error(predictions)
    return Interval(float(np.median(error)), *quantiles(draws.medians(weights, group, error)))


def nmad(error: FloatArray) -> float:
    """Normalised median absolute deviation, ``1.48 median|δ - median δ|``."""
    return float(1.48 * np.median(np.abs(error - np.median(error))))


def sigma_nmad(predictions: Predictions) -> Interval:
    """:func:`nmad` of Δz/(1+z)."""
    error, weights, group = _ascending_error(predictions)
    return Interval(nmad(error), *quantiles(1.48 * draws.deviations(weights, group, error)))


def _ascending_error(predictions: Predictions) -> tuple[FloatArray, draws.Weights, IntArray]:
    """Δz/(1+z) in ascending order, the weights of the bootstrap and the column of each spectrum."""
    error = relative_error(predictions)
    order = np.argsort(error)
    _, group = np.unique(predictions.sed[order], return_inverse=True)
    return error[order].astype(float), bootstrap_weights(group.max() + 1), group


def outlier_fraction(predictions: Predictions, threshold: float = WRONG) -> Interval:
    """Fraction of spectra with ``|Δz|/(1+z)`` beyond ``threshold``."""
    return mean_interval(np.abs(relative_error(predictions)) > threshold, predictions.sed)


def negative_log_likelihood(predictions: Predictions) -> Interval:
    """Mean -ln p(true class), nats; NaN for methods that give no probability."""
    if not predictions.has_probability:
        return Interval(np.nan, np.nan, np.nan)
    floor = np.finfo(np.float32).tiny  # one impossible class must not make the mean infinite
    return mean_interval(-np.log(np.maximum(predictions.p_true, floor)), predictions.sed)


def coverage(predictions: Predictions, level: float) -> Interval:
    """Fraction of spectra whose redshift lies in the central interval of p(z) of ``level``."""
    inside = np.abs(predictions.pit - 0.5) <= level / 2
    return mean_interval(inside, predictions.sed)


def reliability(predictions: Predictions, n_bins: int = 10) -> list[tuple[float, Interval, int]]:
    """Mean of p_max, accuracy and number of spectra, in bins with equally many spectra."""
    exact, bins = is_exact(predictions), []
    for rows in _bins(predictions, n_bins):
        stated = float(predictions.p_max[rows].mean(dtype=float))
        bins.append((stated, mean_interval(exact[rows], predictions.sed[rows]), len(rows)))
    return bins


def _bins(predictions: Predictions, n_bins: int) -> list[npt.NDArray[np.intp]]:
    """Rows in order of p_max, in non-empty bins with equally many."""
    order = np.argsort(predictions.p_max, kind="stable")
    return np.array_split(order, min(n_bins, len(order)))


def expected_calibration_error(predictions: Predictions, n_bins: int = 10) -> float:
    """Expected calibration error: mean ``|p_max - accuracy|`` over bins with equally many spectra.

    After Guo et al. (2017), with bins of equal mass. Few spectra per bin make it positive even for
    true probabilities: see :func:`ece_floor`.
    """
    off = is_exact(predictions) - predictions.p_max.astype(float)
    return float(sum(abs(off[rows].sum()) for rows in _bins(predictions, n_bins)) / len(off))


def ece_floor(predictions: Predictions, n_bins: int = 10) -> float:
    """Mean calibration error of true probabilities on as many spectra.

    By bootstrap over SEDs of exact minus p_max, after its mean in each bin is removed.
    """
    _, group = np.unique(predictions.sed, return_inverse=True)
    weights = bootstrap_weights(group.max() + 1).astype(float)
    off = is_exact(predictions) - predictions.p_max.astype(float)
    error = np.zeros(N_BOOTSTRAP)
    for rows in _bins(predictions, n_bins):
        rest = off[rows] - off[rows].mean()
        error += np.abs(weights @ np.bincount(group[rows], rest, minlength=weights.shape[1]))
    return float(error.mean() / len(predictions))


def completeness_at_purity(
    predictions: Predictions, purity: float, threshold: float = WRONG
) -> Interval:
    """Largest fraction of the sample, in order of p_near, that has the given purity.

    The purity is the fraction of redshifts with ``|Δz|/(1+z)`` up to ``threshold``. A method
    without probabilities has no order: NaN, unless all it says is pure enough.
    """
    value, found = completeness_draws(predictions, purity, threshold)
    return Interval(value, *quantiles(found))


def completeness_draws(
    predictions: Predictions, purity: float, threshold: float = WRONG
) -> tuple[float, FloatArray]:
    """:func:`completeness_at_purity` and its bootstrap draws over SEDs, shape (N_BOOTSTRAP,)."""
    good = np.abs(relative_error(predictions)) <= threshold
    if not np.isfinite(predictions.p_near).all():
        value = 1.0 if good.mean() >= purity else np.nan
        return value, np.full(N_BOOTSTRAP, value)
    order = np.argsort(-predictions.p_near, kind="stable")  # most confident first
    good, stated = good[order], predictions.p_near[order]
    last = np.append(stated[1:] != stated[:-1], True)  # a cut keeps or drops all that are as sure
    _, group = np.unique(predictions.sed[order], return_inverse=True)

    weights = bootstrap_weights(group.max() + 1, int(predictions.sed.min()))
    once = np.ones((1, weights.shape[1]), weights.dtype)
    of_all = draws.kept(once, group, good, last, purity)
    return float(of_all[0]), draws.kept(weights, group, good, last, purity)


def pit_uniformity(predictions: Predictions) -> float:
    """p-value of the Kolmogorov-Smirnov test that the PIT is uniform."""
    # Copies of one SED are not independent, so only the first of each is tested.
    _, first = np.unique(predictions.sed, return_index=True)
    from scipy.stats import kstest  # it takes most of a second to load

    return float(kstest(predictions.pit[first].astype(float), "uniform").pvalue)


def relative_accuracy(first: Predictions, second: Predictions) -> Interval:
    """Accuracy of the first divided by that of the second, on the same spectra.

    If the first is never right, or both are right on the same spectra, all draws are equal. The
    interval then allows for cases that so many SEDs may have missed, as in
    :func:`~specz.metrics.intervals.mean_interval`.

    Raises
    ------
    ValueError
        If the two are not on the same spectra.
    """
    _check_same(first, second)
    _, group = np.unique(first.sed, return_inverse=True)
    a, b = (np.bincount(group, is_exact(p)) for p in (first, second))
    part = float(a.sum() / b.sum())
    if not a.any() or np.array_equal(is_exact(first), is_exact(second)):
        missed = most_missed(len(a)) * len(first) / b.sum()
        return Interval(part, max(0.0, part - missed), part + missed)
    return Interval(part, *quantiles(draws.ratios(bootstrap_weights(len(a)), a, b)))


def compare(first: Predictions, second: Predictions) -> Comparison:
    """Compare two methods on the same spectra.

    Raises
    ------
    ValueError
        If the two are not on the same spectra.
    """
    _check_same(first, second)
    a, b = is_exact(first), is_exact(second)
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    # McNemar's test: only spectra that one of the two classified exactly count.
    from scipy.stats import binomtest

    p_value = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    difference = mean_interval(a.astype(float) - b.astype(float), first.sed, least=-1)
    return Comparison(difference, only_a, only_b, float(p_value))


def mean_accuracy(trained: Sequence[Predictions]) -> Interval:
    """Mean accuracy of several trainings with different seeds on the same spectra.

    The interval is over test spectra; it does not include the scatter between trainings.
    """
    return mean_interval(_mean_exact(trained), trained[0].sed)


def mean_difference(first: Sequence[Predictions], second: Sequence[Predictions]) -> Interval:
    """Mean accuracy of the first trainings minus that of the second.

    Raises
    ------
    ValueError
        If they are not all on the same spectra.
    """
    _check_same(first[0], second[0])
    return mean_interval(_mean_exact(first) - _mean_exact(second), first[0].sed, least=-1)


def _mean_exact(trained: Sequence[Predictions]) -> FloatArray:
    for other in trained[1:]:
        _check_same(trained[0], other)
    exact = np.array([is_exact(predictions) for predictions in trained], dtype=float)
    return np.asarray(exact.mean(axis=0))


def _check_same(first: Predictions, second: Predictions) -> None:
    if len(first) != len(second) or not (
        np.array_equal(first.z, second.z) and np.array_equal(first.sed, second.sed)
    ):
        raise ValueError("first and second must be predictions on the same spectra")

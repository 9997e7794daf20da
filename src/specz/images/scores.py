"""Scores of a separation of stars and galaxies, with intervals over objects."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray, IntArray
from specz.images.predictions import StampPredictions
from specz.metrics.effects import EXACT, Metric
from specz.metrics.intervals import Interval, bootstrap_weights, mean_interval, quantiles

COMPLETENESS = 0.96
"""Of the galaxies, the fraction that a sample must hold when its purity is read."""

DRAWS = 50
"""Bootstrap draws per step: their sums over all stamps stay small."""


class _Ranked(NamedTuple):
    """Stamps in order of their score: where each group of equal scores begins and ends."""

    order: IntArray
    first: IntArray
    last: IntArray


def _ranked(score: npt.NDArray[np.floating]) -> _Ranked:
    order = np.argsort(score, kind="stable")
    _, first, count = np.unique(score[order], return_index=True, return_counts=True)
    return _Ranked(order, np.repeat(first, count), np.repeat(first + count - 1, count))


def _auc(weight: FloatArray, galaxy: FloatArray, ranked: _Ranked) -> FloatArray:
    """AUC of weighted stamps, in order of score; ``weight`` has shape (n_draws, n_stamps)."""
    stars = np.cumsum(weight * (1 - galaxy), axis=1)
    below = np.where(ranked.first > 0, stars[:, ranked.first - 1], 0)
    half = (below + stars[:, ranked.last]) / 2  # equal scores count half
    galaxies = weight * galaxy
    pairs = galaxies.sum(axis=1) * stars[:, -1]
    return np.asarray((galaxies * half).sum(axis=1) / np.maximum(pairs, 1))


def _purity(weight: FloatArray, galaxy: FloatArray, ranked: _Ranked) -> FloatArray:
    """Purity of the stamps above the highest cut that keeps enough of the galaxies."""
    above = np.cumsum((weight * galaxy)[:, ::-1], axis=1)[:, ::-1]
    chosen = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
    above, chosen = above[:, ranked.first], chosen[:, ranked.first]
    enough = above >= COMPLETENESS * above[:, :1] * (1 - 1e-12)
    cut = weight.shape[1] - 1 - np.argmax(enough[:, ::-1], axis=1)
    rows = np.arange(len(weight))
    return np.asarray(above[rows, cut] / np.maximum(chosen[rows, cut], 1))


@lru_cache(maxsize=64)
def _draws(score: str, test: StampPredictions) -> tuple[float, FloatArray]:
    """A score and its bootstrap draws over objects, shape (N_BOOTSTRAP,).

    Both scores are zero in a draw without galaxies. A page asks for the same several times.
    """
    of = {"auc": _auc, "purity": _purity}[score]
    ranked = _ranked(test.p_galaxy)
    galaxy = test.galaxy[ranked.order].astype(float)
    weights = bootstrap_weights(len(test))[:, ranked.order]
    steps = range(0, len(weights), DRAWS)
    draws = [of(weights[s : s + DRAWS].astype(float), galaxy, ranked) for s in steps]
    return float(of(np.ones((1, len(test))), galaxy, ranked)[0]), np.concatenate(draws)


AUC = Metric("AUC", 1, lambda test: _draws("auc", test))
PURITY = Metric(f"purity at completeness {COMPLETENESS:g}", 1, lambda test: _draws("purity", test))
RIGHT = EXACT._replace(name="right class")
METRICS = (AUC, PURITY, RIGHT)
"""Scores of every comparison; a verdict is on the first."""


def auc(test: StampPredictions) -> Interval:
    """Area under the curve of true against false galaxies: 1 is perfect, 0.5 is chance."""
    value, draws = AUC.score(test)
    return Interval(value, *quantiles(draws))


def purity(test: StampPredictions) -> Interval:
    """Fraction of galaxies in the smallest sample that holds :data:`COMPLETENESS` of them all."""
    value, draws = PURITY.score(test)
    return Interval(value, *quantiles(draws))


def overconfidence(test: StampPredictions) -> Interval:
    """Mean probability of the class that was named, minus the fraction in which it is right."""
    right = (test.predicted == test.label).astype(float)
    return mean_interval(test.p_max - right, test.sed, least=-1)


def by_snr(test: StampPredictions, bins: int) -> Sequence[tuple[float, StampPredictions]]:
    """Stamps in bins with equally many, with the median S/N of each."""
    parts = np.array_split(np.argsort(test.snr, kind="stable"), bins)
    return [(float(np.median(test.snr[rows])), test[rows]) for rows in parts]

"""Accuracy against the S/N of one line, for a figure and for the sentence on it."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from specz import metrics
from specz.common.arrays import FloatArray
from specz.experiments.result import Result
from specz.metrics.intervals import Interval, difference_interval, mean_interval
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.noise import White
from specz.spectra.observe import halpha_snr

FEWEST = 100
"""Spectra of each noise level that a bin needs for a comparison."""


def line_snr(result: Result) -> FloatArray:
    """S/N of Hα in each test spectrum, by a matched filter, shape (n_test,)."""
    experiment, test = result.experiment, result.test
    at_one = _line_snr_at_one(
        experiment.library, experiment.grid, test.sed.tobytes(), test.z.tobytes()
    )
    return np.asarray(experiment.snr * at_one)  # white noise: in proportion


@lru_cache(maxsize=4)  # all noise levels have the same spectra, and a figure and its sentence
def _line_snr_at_one(library: LibraryConfig, grid: str, sed: bytes, z: bytes) -> FloatArray:
    """S/N of Hα where that of the continuum is one; ``sed`` (int32) and ``z`` as bytes."""
    made = build_library(library)
    seds, redshifts = np.frombuffer(sed, np.int32), np.frombuffer(z)
    return halpha_snr(made, seds, redshifts, get_grid(grid), White(1.0))


def fifths(result: Result) -> tuple[list[float], list[Interval]]:
    """Median S/N of Hα and accuracy in fifths of the test spectra, the weakest Hα first."""
    test, snr = result.test, line_snr(result)
    edges = np.quantile(snr, np.linspace(0, 1, 6))
    fifth = np.searchsorted(edges[1:-1], snr)
    bins = [fifth == i for i in np.unique(fifth)]  # fewer with fewer than five spectra
    exact = metrics.is_exact(test)
    accuracy = [mean_interval(exact[inside], test.sed[inside]) for inside in bins]
    return [float(np.median(snr[inside])) for inside in bins], accuracy


def steps_at_equal_line_snr(levels: Sequence[Result]) -> list[Interval]:
    """Accuracy at each noise level minus that at the one before, at equal S/N of Hα.

    Two levels are compared in bins half a factor of two wide. A bin weighs as the inverse variance
    of its difference does, n₁ n₂ / (n₁ + n₂). Levels that share no bin are left out.
    """
    steps = [_step(after, before) for before, after in pairwise(map(_binned, levels))]
    return [step for step in steps if step is not None]


def _binned(result: Result) -> dict[float, tuple[int, Interval]]:
    """Number of spectra and accuracy in each bin that has enough spectra."""
    bins, exact = np.floor(2 * np.log2(line_snr(result))), metrics.is_exact(result.test)
    inside = {float(each): bins == each for each in np.unique(bins)}
    return {
        each: (int(which.sum()), mean_interval(exact[which], result.test.sed[which]))
        for each, which in inside.items()
        if which.sum() >= FEWEST
    }


def _step(
    first: dict[float, tuple[int, Interval]], second: dict[float, tuple[int, Interval]]
) -> Interval | None:
    weights, found = [], []
    for each in sorted(first.keys() & second.keys()):
        (n, accuracy), (others, other) = first[each], second[each]
        weights.append(n * others / (n + others))
        found.append(difference_interval(accuracy, other))
    if not found:
        return None
    share = np.array(weights) / sum(weights)
    value, low, high = np.array(found).T
    mean = float(share @ value)
    below, above = (math.hypot(*(share * part)) for part in (value - low, high - value))
    return Interval(mean, mean - below, mean + above)

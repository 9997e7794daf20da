"""Compiled draws are those of NumPy on a copy of the resampled spectra."""

import numpy as np
import pytest

from specz.metrics import draws
from specz.metrics.intervals import bootstrap_weights
from specz.metrics.scores import nmad


@pytest.fixture(params=[(1, 1), (40, 1), (41, 3)], ids="{0[0]} SEDs {0[1]} times".format)
def resampled(request):
    """Weights, group of each spectrum, and values with ties, ascending."""
    n, copies = request.param
    rng = np.random.default_rng(n)
    group = rng.permutation(np.repeat(np.arange(n), copies))
    return bootstrap_weights(n), group, np.sort(np.round(rng.normal(size=len(group)), 1))


def test_medians_and_deviations(resampled):
    weights, group, values = resampled
    drawn = [np.repeat(values, weight[group]) for weight in weights]
    np.testing.assert_array_equal(
        draws.medians(weights, group, values), list(map(np.median, drawn))
    )
    np.testing.assert_array_equal(
        1.48 * draws.deviations(weights, group, values), list(map(nmad, drawn))
    )


def test_ratios(resampled):
    weights, group, values = resampled
    total, count = np.bincount(group, values), np.bincount(group)
    drawn = [np.repeat(values, weight[group]).mean() for weight in weights]
    np.testing.assert_allclose(draws.ratios(weights, total, count), drawn, atol=1e-12)


@pytest.mark.parametrize("purity", [0.5, 0.8, 1.0])
def test_kept(resampled, purity):
    """The cut falls between spectra of different confidence only."""
    weights, group, values = resampled
    good, last = group % 4 != 0, np.append(values[1:] != values[:-1], True)
    expected = []
    for weight in weights:
        number, right = np.cumsum(weight[group]), np.cumsum(weight[group] * good)
        pure = number[last & (right >= purity * number)]
        expected.append(pure[-1] / number[-1] if len(pure) else 0.0)
    found = draws.kept(weights, group, good, last, purity)
    np.testing.assert_array_equal(found, expected)

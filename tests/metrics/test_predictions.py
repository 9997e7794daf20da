import numpy as np
import pytest
from scipy.stats import kstest, norm

from specz.estimators.base import ClassScores, Fitted
from specz.metrics.predictions import predict
from specz.spectra.grid import CLASSES
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample


def asked(library, grid, n, make):
    """Predictions of an estimator whose scores are ``make(n_rows)`` for each chunk."""
    sample = draw_sample(library, "test", n, White(1.0), grid, 1)
    return predict(Fitted(lambda flux: make(len(flux))), sample), sample


def test_the_highest_score_is_predicted(library, grid):
    sample = draw_sample(library, "test", 30, White(1.0), grid, 1)
    values = np.eye(CLASSES.n, dtype=np.float32)[sample.labels]
    found = predict(Fitted(lambda flux: ClassScores(values, True)), sample)
    np.testing.assert_array_equal(found.predicted, sample.labels)
    np.testing.assert_array_equal(found.p_true, 1)
    assert (np.abs(found.z_predicted - found.z) <= CLASSES.width / 2).all()


def test_scores_that_are_no_probabilities_leave_their_columns_empty(library, grid):
    found, _ = asked(library, grid, 10, lambda n: ClassScores(np.ones((n, 800)), False))
    assert not found.has_probability
    assert np.isnan(found.crps).all()


def test_crps_and_pit_are_those_of_the_step_density(library, grid):
    rng = np.random.default_rng(4)
    values = rng.dirichlet(np.full(800, 0.05), size=20)
    found, _ = asked(library, grid, 20, lambda n: ClassScores(values[:n], True))
    fine = np.linspace(1.0, 1.8, 800 * 200 + 1)
    for row, z, crps, pit in zip(values, found.z, found.crps, found.pit, strict=True):
        cumulative = np.interp(fine, CLASSES.edges, np.concatenate([[0], np.cumsum(row)]))
        expected = np.trapezoid((cumulative - (fine >= z)) ** 2, fine)
        assert crps == pytest.approx(expected, rel=1e-3)
        edges = np.floor(z / CLASSES.width) * CLASSES.width + [0, CLASSES.width]
        low, high = np.interp(edges, fine, cumulative)
        assert low - 1e-6 <= pit <= high + 1e-6, "within the step of the true class"


def test_the_probability_near_the_answer_is_that_of_the_step_density(library, grid):
    values = np.random.default_rng(4).dirichlet(np.full(800, 0.05), size=20)
    values[0] = np.eye(800)[0]  # at the edge of the range
    found, _ = asked(library, grid, 20, lambda n: ClassScores(values[:n], True))
    for row, z, near in zip(values, found.z_predicted, found.p_near, strict=True):
        cumulative = np.concatenate([[0], np.cumsum(row)])
        reach = 0.003 * (1 + z)
        low, high = np.interp([z - reach, z + reach], CLASSES.edges, cumulative)
        assert near == pytest.approx(high - low, abs=1e-6)


@pytest.mark.parametrize("sigma", [0.02, 0.0002])
def test_pit_of_a_calibrated_estimator_is_uniform(library, grid, sigma):
    """Whether p(z) is wider than a class or narrower."""
    n = 3000
    sample = draw_sample(library, "test", n, White(1.0), grid, 1)
    keep = (sample.z > 1.1) & (sample.z < 1.7)  # away from the edges of the range
    centre = sample.z + sigma * np.random.default_rng(5).standard_normal(n)
    values = np.diff(norm.cdf(CLASSES.edges, loc=centre[:, None], scale=sigma), axis=1)
    values /= values.sum(axis=1, keepdims=True)
    rows = iter(np.array_split(values, range(1024, n, 1024)))
    found = predict(Fitted(lambda flux: ClassScores(next(rows), True)), sample)
    assert kstest(found.pit[keep], "uniform").pvalue > 0.01
    if sigma < CLASSES.width:
        return
    # The CRPS of a calibrated Gaussian is σ/√π on average.
    assert found.crps[keep].mean() == pytest.approx(sigma / np.sqrt(np.pi), rel=0.05)


@pytest.mark.parametrize(
    ("values", "is_probability", "message"),
    [
        (np.ones((7, 799)), False, r"shape \(7, 800\).*got \(7, 799\)"),
        (np.full((7, 800), np.nan), False, "got NaN"),
        (np.ones((7, 800)), True, "sum to one"),
        (np.tile([2.0, -1.0] + [0.0] * 798, (7, 1)), True, "must be positive"),
    ],
)
def test_bad_scores_are_errors(library, grid, values, is_probability, message):
    with pytest.raises(ValueError, match=message):
        asked(library, grid, 7, lambda n: ClassScores(values, is_probability))

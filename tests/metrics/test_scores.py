from dataclasses import fields, replace

import numpy as np
import pytest

from specz import metrics
from specz.metrics.predictions import Predictions, pooled
from specz.spectra.grid import CLASSES


def predictions(z, predicted, sed=None, p_true=None):
    n = len(z)
    nothing = np.full(n, np.nan, dtype=np.float32)
    return Predictions(
        np.arange(n, dtype=np.int32) if sed is None else sed,
        np.asarray(z, dtype=float),
        np.asarray(predicted, dtype=np.int16),
        nothing,
        nothing if p_true is None else np.asarray(p_true, dtype=np.float32),
        nothing,
        nothing,
        nothing,
    )


def test_accuracy_counts_exact_and_neighbouring_classes():
    label = np.array([0, 10, 20, 799])
    found = predictions(CLASSES.centres[label], label + np.array([0, 1, 2, -1]))
    assert metrics.accuracy(found).value == 0.25
    assert metrics.within_one(found).value == 0.75


def test_sigma_nmad_is_the_standard_deviation_of_gaussian_errors():
    rng = np.random.default_rng(1)
    z = rng.uniform(1.2, 1.6, 20_000)
    sigma = 0.01
    measured = z + sigma * (1 + z) * rng.standard_normal(z.size)
    found = predictions(z, CLASSES.label(measured))
    assert metrics.sigma_nmad(found).value == pytest.approx(sigma, rel=0.03)
    assert abs(metrics.bias(found).value) < 3 * sigma / np.sqrt(z.size)
    expected = 0.0027  # beyond three standard deviations
    assert metrics.outlier_fraction(found, 3 * sigma).value == pytest.approx(expected, abs=0.0015)


def test_negative_log_likelihood():
    z = CLASSES.centres[[1, 2]]
    assert metrics.negative_log_likelihood(
        predictions(z, [1, 2], p_true=[1, np.exp(-3)])
    ).value == pytest.approx(1.5)
    assert np.isnan(metrics.negative_log_likelihood(predictions(z, [1, 2])).value)
    sure_and_wrong = predictions(z, [1, 2], p_true=[0, 1])
    assert np.isfinite(metrics.negative_log_likelihood(sure_and_wrong).value)


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(2)
    truth, hits = 0.7, 0
    for _ in range(300):
        interval = metrics.mean_interval(rng.random(400) < truth, np.arange(400))
        hits += interval.low <= truth <= interval.high
    assert 0.91 < hits / 300 < 0.985


def test_copies_of_one_sed_are_not_independent():
    rng = np.random.default_rng(3)
    per_sed = rng.random(200) < 0.6
    values, sed = np.repeat(per_sed, 10), np.repeat(np.arange(200), 10)
    copies = metrics.mean_interval(values, sed)
    alone = metrics.mean_interval(per_sed, np.arange(200))
    as_if = metrics.mean_interval(values, np.arange(2000))
    assert copies.high - copies.low == pytest.approx(alone.high - alone.low, rel=1e-6)
    assert copies.high - copies.low > 2.5 * (as_if.high - as_if.low)


def test_no_error_seen_does_not_mean_none_possible():
    interval = metrics.mean_interval(np.ones(100), np.arange(100))
    assert interval.value == interval.high == 1
    assert 0.95 < interval.low < 0.99


def test_intervals_repeat():
    values = np.random.default_rng(4).random(50)
    assert metrics.mean_interval(values, np.arange(50)) == metrics.mean_interval(
        values, np.arange(50)
    )


def test_mcnemar_looks_at_the_spectra_that_one_method_got_right():
    label = np.full(100, 5)
    z = CLASSES.centres[label]
    first, second = label.copy(), label.copy()
    first[:2] = 9
    second[2:14] = 9
    found = metrics.compare(predictions(z, first), predictions(z, second))
    assert (found.only_first, found.only_second) == (12, 2)
    assert found.difference.value == pytest.approx(0.10)
    # Two-sided binomial: 2 * P(X <= 2 | 14, 1/2) = 2 * 106 / 2^14.
    assert found.p_value == pytest.approx(2 * 106 / 2**14)


def test_equal_methods_do_not_differ():
    z = CLASSES.centres[[1, 2, 3]]
    same = predictions(z, [1, 2, 4])
    found = metrics.compare(same, same)
    assert found.p_value == 1
    # Either may yet be the better one: 0 of 3 SEDs, 1 - 0.025^(1/3).
    assert found.difference.value == 0
    assert found.difference.high == -found.difference.low == pytest.approx(0.7076, abs=1e-4)


def test_a_method_that_always_wins_may_yet_lose():
    z = CLASSES.centres[np.arange(100)]
    right, wrong = predictions(z, np.arange(100)), predictions(z, np.arange(100) + 50)
    difference = metrics.compare(right, wrong).difference
    assert difference.value == difference.high == 1
    assert difference.low == pytest.approx(2 * 0.025 ** (1 / 100) - 1)


def test_methods_must_have_seen_the_same_spectra():
    one, other = predictions([1.1, 1.2], [0, 0]), predictions([1.1, 1.3], [0, 0])
    with pytest.raises(ValueError, match="same spectra"):
        metrics.compare(one, other)


def stated(p_true_rate, p_max, n=20_000, seed=3):
    """Predictions that are right with probability ``p_true_rate`` and state ``p_max``."""
    rng = np.random.default_rng(seed)
    z = rng.uniform(1, 1.8, n)
    label = CLASSES.label(z)
    right = rng.uniform(size=n) < p_true_rate
    predicted = np.where(right, label, (label + 100) % 800).astype(np.int16)
    pit = rng.uniform(size=n).astype(np.float32)
    nothing = np.zeros(n, dtype=np.float32)
    p_max = np.broadcast_to(p_max, n).astype(np.float32)
    sed = np.arange(n, dtype=np.int32)
    return Predictions(sed, z, predicted, p_max, nothing, pit, nothing, p_max)


def test_true_probabilities_are_calibrated():
    rate = np.random.default_rng(1).uniform(0.2, 1, 20_000)
    assert metrics.expected_calibration_error(stated(rate, rate)) < 0.012
    assert metrics.expected_calibration_error(stated(rate - 0.2, rate)) == pytest.approx(
        0.2, abs=0.02
    )
    for mean, observed, n in metrics.reliability(stated(rate, rate)):
        assert n == 2000
        assert observed.low - 0.02 < mean < observed.high + 0.02


def test_the_floor_of_the_calibration_error_is_what_true_probabilities_show():
    def true(n, copies, seed):
        rate = np.random.default_rng(seed).uniform(0.2, 1, n)
        one = stated(rate, rate, n, seed)
        return Predictions(*(getattr(one, f.name).repeat(copies) for f in fields(one)))

    shown = [metrics.expected_calibration_error(true(1000, 4, seed)) for seed in range(40)]
    expected = [metrics.ece_floor(true(1000, 4, seed)) for seed in range(5)]
    assert np.mean(expected) == pytest.approx(np.mean(shown), rel=0.15)
    # Copies that share their fate are no new evidence.
    assert np.mean(expected) > 1.5 * metrics.ece_floor(true(4000, 1, 0))


def test_coverage_and_uniformity_of_the_pit():
    good = stated(0.5, 0.5)
    assert metrics.coverage(good, 0.68).value == pytest.approx(0.68, abs=0.01)
    assert metrics.pit_uniformity(good) > 0.01
    narrow = replace(good, pit=(0.5 + 0.8 * (good.pit - 0.5)).astype(np.float32))
    assert metrics.coverage(narrow, 0.68).value == pytest.approx(0.85, abs=0.01)
    assert metrics.pit_uniformity(narrow) < 1e-6


def test_the_surest_are_kept_as_long_as_they_are_pure():
    rate = np.repeat([1.0, 0.0], 10_000)  # the first half is right and sure, the second wrong
    kept = metrics.completeness_at_purity(stated(rate, 0.5 + 0.4 * rate), 0.999)
    assert kept.value == pytest.approx(0.5, abs=0.002)
    assert kept.low < kept.value < kept.high
    assert metrics.completeness_at_purity(stated(0.0, 0.9), 0.999).value == 0


def test_the_order_is_that_of_the_probability_near_the_answer():
    """Not of that of one class: a narrow p(z) may be shared by two classes."""
    rate = np.repeat([1.0, 0.0], 10_000)
    found = replace(stated(rate, 0.9 - 0.4 * rate), p_near=(0.2 + 0.7 * rate).astype(np.float32))
    assert metrics.completeness_at_purity(found, 0.999).value == pytest.approx(0.5, abs=0.002)


def test_spectra_that_are_as_sure_are_kept_or_dropped_together():
    """The order of the rows does not matter."""
    rate = np.repeat([1.0, 0.9, 0.0], 5_000)
    found = replace(stated(rate, 0.5, n=15_000), p_near=(rate > 0.95).astype(np.float32))
    mixed = np.random.default_rng(8).permutation(15_000)
    shuffled = Predictions(*(getattr(found, f.name)[mixed] for f in fields(found)))
    for one in (found, shuffled):
        assert metrics.completeness_at_purity(one, 0.999).value == pytest.approx(1 / 3)


def test_without_probabilities_nothing_is_ordered():
    label = np.arange(800)
    votes = predictions(CLASSES.centres, label)
    assert metrics.completeness_at_purity(votes, 0.999) == (1, 1, 1)
    wrong = predictions(CLASSES.centres, (label + 400 * (label < 8)) % 800)
    assert np.isnan(metrics.completeness_at_purity(wrong, 0.999).value)


def test_relative_accuracy_is_paired():
    """The same answers are the whole; half of the right ones are a half."""
    label = np.arange(400)
    z = CLASSES.centres[label]
    right = predictions(z, label)
    alike = metrics.relative_accuracy(right, right)
    missed = 1 - 0.025 ** (1 / len(z))  # SEDs on which either may yet be right alone
    assert alike == pytest.approx((1, 1 - missed, 1 + missed))
    never = metrics.relative_accuracy(predictions(z, (label + 50) % CLASSES.n), right)
    assert never == pytest.approx((0, 0, missed))
    half = predictions(z, np.where(label % 2, label, (label + 5) % 800))
    found = metrics.relative_accuracy(half, right)
    assert found.value == 0.5
    assert 0.4 < found.low < 0.5 < found.high < 0.6
    with pytest.raises(ValueError, match="same spectra"):
        metrics.relative_accuracy(right, predictions(z[::-1], label))


def test_the_mean_over_seeds_is_that_of_their_accuracies():
    z = CLASSES.centres[:6]
    label = CLASSES.label(z)
    right, wrong = predictions(z, label), predictions(z, label + 1)
    half = predictions(z, np.where(np.arange(6) < 3, label, label + 1))
    assert metrics.mean_accuracy([right]) == metrics.accuracy(right)
    assert metrics.mean_accuracy([right, half, half]).value == pytest.approx(2 / 3)
    three = [right, half, half]
    np.testing.assert_allclose(metrics.accuracy(pooled(three)), metrics.mean_accuracy(three))
    found = metrics.mean_difference([right, half], [wrong, half])
    assert found.value == pytest.approx(0.5)
    assert metrics.mean_difference([half], [wrong]) == metrics.compare(half, wrong).difference
    with pytest.raises(ValueError, match="same spectra"):
        metrics.mean_accuracy([right, predictions(z[:5], label[:5])])


def test_points_have_a_true_minus_and_no_negative_zero():
    found = metrics.Interval(-0.0002, -0.007, 0.011).points()
    assert found == "+0.0\u00a0(\u22120.7\u00a0to\u00a0+1.1)"

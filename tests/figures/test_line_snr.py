"""Noise levels are compared where Hα is as strong."""

from dataclasses import replace

import numpy as np
import pytest

from specz import metrics
from specz.figures import line_snr
from specz.study import archive


@pytest.fixture
def result():
    found = (r for r in archive.reference("noise") if r.experiment.method == "cnn" and r.snr == 1)
    return next(found)


def with_exact(result, exact):
    test = result.test
    wrong = (test.label + 1) % 800
    return replace(result, test=replace(test, predicted=np.where(exact, test.label, wrong)))


def test_levels_that_differ_in_the_mix_of_strong_lines_only_do_not_differ(result, monkeypatch):
    """Right with a probability that Hα alone gives; the second level has more weak lines."""
    rng = np.random.default_rng(1)
    n = len(result.test)
    weak, strong = rng.choice([2, 8], n, p=[0.7, 0.3]), rng.choice([2, 8], n, p=[0.3, 0.7])
    one, other = (with_exact(result, rng.random(n) < snr / 10) for snr in (weak, strong))
    snrs = iter([weak, strong])
    monkeypatch.setattr(line_snr, "line_snr", lambda _: next(snrs).astype(float))
    (step,) = line_snr.steps_at_equal_line_snr([one, other])
    assert abs(step.value) < 0.02 < step.high - step.low < 0.05
    plain = metrics.accuracy(other.test).value - metrics.accuracy(one.test).value
    assert plain > 0.2


def test_levels_without_a_common_bin_are_left_out(result, monkeypatch):
    n = len(result.test)
    snrs = iter([np.full(n, 1.0), np.full(n, 50.0)])
    monkeypatch.setattr(line_snr, "line_snr", lambda _: next(snrs))
    assert line_snr.steps_at_equal_line_snr([result, result]) == []

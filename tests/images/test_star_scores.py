import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from specz.images import scores
from specz.images.predictions import StampPredictions
from specz.metrics.intervals import bootstrap_weights


def predictions(galaxy, p):
    n = len(galaxy)
    return StampPredictions(
        np.array(galaxy, bool), np.linspace(5, 50, n, dtype=np.float32), np.float32(p)
    )


@pytest.fixture(scope="module")
def random():
    rng = np.random.default_rng(0)
    galaxy = rng.random(200) < 0.5
    p = np.round((galaxy + rng.normal(size=200) + 2) / 6, 2).clip(0, 1)  # with ties
    return predictions(galaxy, p)


def test_auc_is_that_of_scikit_learn_ties_included(random):
    found = scores.auc(random)
    assert found.value == pytest.approx(roc_auc_score(random.galaxy, random.p_galaxy))
    assert found.low < found.value < found.high


@pytest.mark.parametrize("metric", [scores.AUC, scores.PURITY])
def test_a_bootstrap_draw_is_the_score_of_the_stamps_drawn(random, metric):
    _, draws = metric.score(random)
    weights = bootstrap_weights(len(random))
    for i in (0, 17, 999):
        again = random[np.repeat(np.arange(len(random)), weights[i])]
        assert draws[i] == pytest.approx(metric.score(again)[0])


def test_purity_is_counted_by_hand():
    """25 galaxies, of which 24 make 0.96: the cut falls at the 24th, above it stand three stars."""
    p = [*np.linspace(0.99, 0.6, 24), 0.1, 0.97, 0.85, 0.7, 0.5, 0.05]
    found = predictions([True] * 25 + [False] * 5, p)
    assert scores.purity(found).value == pytest.approx(24 / 27)


def test_stamps_with_the_score_of_the_cut_are_kept_together():
    p = [*np.linspace(0.99, 0.7, 23), 0.6, 0.1, 0.6, 0.6]
    found = predictions([True] * 25 + [False] * 2, p)
    assert scores.purity(found).value == pytest.approx(24 / 26)


def test_overconfidence_is_what_was_stated_minus_what_was_right():
    found = predictions([True] * 60 + [False] * 40, [0.9] * 100)
    assert scores.overconfidence(found).value == pytest.approx(0.3)


def test_bins_of_snr_hold_every_stamp_once(random):
    bins = scores.by_snr(random, 7)
    assert sum(len(part) for _, part in bins) == len(random)
    assert [at for at, _ in bins] == sorted(at for at, _ in bins)
    assert bins[0][1].snr.max() <= bins[1][1].snr.min()

import numpy as np
import pytest

from specz.metrics.effects import METRICS, effect, holm, quantity
from specz.metrics.predictions import Predictions
from specz.spectra.grid import CLASSES

N = 400
Z = CLASSES.centres[np.random.default_rng(0).integers(0, 800, N)]


def predictions(right, sed=None, p_near=None, off=300):
    label = CLASSES.label(Z[: len(right)])
    predicted = np.where(right, label, (label + off) % 800).astype(np.int16)
    nothing = np.full(len(right), np.nan, dtype=np.float32)
    sed = np.arange(len(right), dtype=np.int32) if sed is None else sed
    near = nothing if p_near is None else np.asarray(p_near, dtype=np.float32)
    return Predictions(sed, Z[: len(right)], predicted, *(nothing,) * 4, near)


def first(share):
    return predictions(np.arange(N) < share * N)


def test_a_difference_on_the_same_spectra_is_paired():
    one, other = (quantity([first(share)], random=False) for share in (0.5625, 0.5))
    found = effect((1, one), (-1, other))
    assert found.value == pytest.approx(0.0625)
    paired = found.high - found.low
    assert paired == pytest.approx(2 * 1.96 * np.sqrt(0.0625 * 0.9375 / N), rel=0.1)
    assert found.p_value < 1e-4
    # Other galaxies: nothing is shared.
    apart = predictions(np.arange(N) < 0.5 * N, sed=np.arange(N, 2 * N, dtype=np.int32))
    unpaired = effect((1, one), (-1, quantity([apart], random=False)))
    assert unpaired.high - unpaired.low > 2 * paired


@pytest.mark.parametrize(("scatter", "trainings"), [(0.0, 3), (0.03, 3), (0.03, 5)])
def test_an_interval_covers_the_true_difference_as_often_as_it_says(scatter, trainings):
    """Galaxies and trainings both vary: 95 % of the intervals hold the difference, which is 0.1."""
    rng = np.random.default_rng(5)
    seds = np.repeat(np.arange(100, dtype=np.int32), 2)
    inside, times = 0, 200

    def trained(mean, hardness):
        found = []
        for _ in range(trainings):
            rate = np.clip(mean + hardness + scatter * rng.standard_normal(), 0, 1)
            found.append(predictions(rng.uniform(size=len(seds)) < rate, seds))
        return quantity(found, random=True)

    for _ in range(times):
        hardness = 0.1 * rng.standard_normal(100)[seds]
        found = effect((1, trained(0.6, hardness)), (-1, trained(0.5, hardness)))
        inside += found.low <= 0.1 <= found.high
    assert 0.91 <= inside / times <= 0.995


def test_the_scatter_of_trainings_counts():
    steady = quantity([first(0.6)] * 3, random=True)
    scattered = quantity([first(share) for share in (0.5, 0.6, 0.7)], random=True)
    other = quantity([first(0.5)], random=False)
    narrow, wide = (effect((1, one), (-1, other)) for one in (steady, scattered))
    assert narrow.value == pytest.approx(wide.value)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)
    assert wide.trainings == 3
    assert effect((1, other), (-1, other)).trainings == 0


def test_the_same_answers_may_yet_differ_on_other_galaxies():
    one = quantity([first(0.5)], random=False)
    found = effect((1, one), (-1, one))
    assert found.value == 0
    assert found.high == pytest.approx(1 - 0.025 ** (1 / N), rel=0.02)
    assert found.p_value == 1


def test_every_metric_is_a_number_with_draws():
    label = np.arange(N) < 300
    found = predictions(label, p_near=np.where(label, 0.9, 0.2), off=1)
    values = {m.name: m.score(found)[0] for m in METRICS}
    assert values == pytest.approx(
        {"exact class": 0.75, "±1 class": 1, "outliers": 0, "kept at 99.9 % purity": 1}
    )
    wrong = predictions(label, p_near=np.where(label, 0.9, 0.2))
    values = {m.name: m.score(wrong)[0] for m in METRICS}
    assert values["outliers"] == 0.25
    assert values["kept at 99.9 % purity"] == 0.75
    assert all(len(m.score(wrong)[1]) == 1000 for m in METRICS)


def test_a_difference_within_the_same_trainings_keeps_their_pairs():
    train = quantity([first(0.9), first(0.8)], random=True)
    validation = quantity([first(0.7), first(0.6)], random=True)
    gap = train.minus(validation)
    np.testing.assert_allclose(gap.values, 0.2)  # the same in both: no scatter
    assert effect((1, gap)).low < 0.2 < effect((1, gap)).high


def test_p_values_are_adjusted_as_holm_says():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []

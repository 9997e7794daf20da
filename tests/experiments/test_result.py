from dataclasses import replace

import numpy as np
import pytest

from specz import metrics
from specz.common.store import Store
from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments.experiment import Experiment
from specz.experiments.result import PARTS, group_seeds, to_arrays
from specz.experiments.run import run
from specz.spectra.library import LibraryConfig

SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)
FOREST = Experiment(Forest(trees=5), 200, 2.0, n_validation=20, n_test=40, library=SMALL)
KNN = replace(FOREST, estimator=NearestNeighbours(), snr=float("inf"))


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Forests of three seeds, k-NN between them."""
    wanted = [FOREST, replace(FOREST, seed=2), KNN, replace(FOREST, seed=3)]
    return run(wanted, Store(tmp_path_factory.mktemp("store")))


def test_a_result_has_the_settings_of_its_experiment_at_hand(results):
    forest, other, knn, _ = results
    assert (forest.label, forest.method) == ("random forest", "forest")
    assert forest.estimator == Forest(trees=5)
    assert (forest.n_train, forest.snr, forest.noise) == (200, 2.0, "S/N 2")
    assert (knn.snr, knn.noise) == (float("inf"), "clean")
    assert (forest.seed, other.seed) == (1, 2)


def test_results_that_differ_in_their_seed_alone_are_grouped_in_the_order_of_the_first(results):
    forests, knn = group_seeds(results)
    assert [result.seed for result in forests.results] == [1, 2, 3]
    assert knn.results == (results[2],)
    assert forests.experiment == FOREST
    assert (forests.label, forests.method, forests.noise) == ("random forest", "forest", "S/N 2")
    others = group_seeds([results[0], replace(results[1], experiment=KNN)])
    assert len(others) == 2


def test_accuracies_of_a_group_are_means_over_its_seeds(results):
    forests, knn = group_seeds(results)
    alone = [results[i] for i in (0, 1, 3)]

    def mean(part):
        return np.mean([metrics.accuracy(getattr(result, part)).value for result in alone])

    assert forests.accuracy.value == pytest.approx(mean("test"))
    assert forests.gap.value == pytest.approx(mean("train") - mean("validation"))
    assert forests.gap.value > 0.2  # they learn their training spectra by heart
    difference = forests.minus(knn)
    assert difference.value == pytest.approx(forests.accuracy.value - knn.accuracy.value)
    assert difference.low < difference.value < difference.high


def test_arrays_of_a_result_are_named_by_part_and_column(results):
    arrays = to_arrays(results[0], None)
    for part in PARTS:
        predictions = getattr(results[0], part)
        np.testing.assert_array_equal(arrays[f"{part}.predicted"], predictions.predicted)
    assert not [name for name in arrays if name.startswith("history")]

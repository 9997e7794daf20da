from dataclasses import replace

import numpy as np
import pytest

from specz.common.store import key_of
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import result_recipe

KNN = Experiment(NearestNeighbours(), 100, n_validation=20, n_test=40)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n_train": 0}, ValueError, r"n_train must lie in \[1, 100000000\]; got 0.*nearest.* 1"),
        ({"snr": -1.0}, ValueError, "snr must lie in"),
        ({"snr": "high"}, TypeError, "snr must be a number; got 'high'"),
        ({"n_test": 2.5}, TypeError, "n_test must be an integer"),
        ({"grid": "papr"}, ValueError, "did you mean 'paper'"),
        ({"seed": -3}, ValueError, "seed must lie in"),
    ],
)
def test_bad_values_are_named(change, error, message):
    with pytest.raises(error, match=message):
        replace(KNN, **change)


def test_numbers_of_numpy_are_numbers():
    own = replace(KNN, n_train=np.int64(90), seed=np.int32(2), snr=np.float32(2.0))
    assert own == replace(KNN, n_train=90, seed=2, snr=2.0)
    assert key_of(result_recipe(own)) == key_of(
        result_recipe(replace(KNN, n_train=90, seed=2, snr=2.0))
    )


def test_the_nearest_valid_value_is_written_out():
    with pytest.raises(ValueError, match=r"the nearest valid value is 4294967295$"):
        replace(KNN, seed=2**32)

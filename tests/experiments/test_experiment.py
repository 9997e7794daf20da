from dataclasses import replace

import pytest

from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments.experiment import Experiment

KNN = Experiment(NearestNeighbours(), 100, n_validation=20, n_test=40)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n_train": 0}, ValueError, r"n_train must lie in \[1, 1e\+08\]; got 0.*nearest.* 1"),
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

import importlib.util
import sys

import numpy as np
import pytest

from specz import metrics
from specz.common import paths
from specz.common.store import Store
from specz.estimators import base
from specz.estimators.base import Estimator
from specz.estimators.bayes import BayesLimit
from specz.estimators.classifiers import Forest, KernelSVM, LinearSVM, NearestNeighbours
from specz.estimators.cnn import CNN
from specz.estimators.registry import estimator_class, estimator_name
from specz.estimators.template_fit import TemplateFit
from specz.estimators.training import TrainingConfig
from specz.experiments.experiment import Experiment
from specz.experiments.run import run
from specz.metrics.predictions import predict
from specz.spectra.library import SPLITS, LibraryConfig
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample


@pytest.mark.parametrize("name", base.REGISTRY)
def test_every_registered_estimator_keeps_the_interface(name):
    estimator = estimator_class(name)()
    assert isinstance(estimator, Estimator)
    assert estimator_name(estimator) == name


def test_unknown_estimator_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'knn'"):
        estimator_class("kmn")


@pytest.mark.parametrize(
    "estimator", [NearestNeighbours(), Forest(trees=10), LinearSVM(), KernelSVM()]
)
def test_baselines_recover_what_they_have_seen(library, grid, estimator):
    train = draw_sample(library, "train", 200, White(np.inf), grid, 1)
    validation = draw_sample(library, "validation", 30, White(np.inf), grid, 1)
    fitted = estimator.fit(train, validation, seed=1)
    assert metrics.accuracy(predict(fitted, train)).value > 0.9
    again = estimator.fit(train, validation, seed=1)
    test = draw_sample(library, "test", 40, White(np.inf), grid, 1)
    np.testing.assert_array_equal(predict(fitted, test).predicted, predict(again, test).predicted)


@pytest.mark.parametrize(
    "estimator",
    [
        NearestNeighbours(),
        Forest(trees=2),
        LinearSVM(),
        KernelSVM(),
        TemplateFit(),
        BayesLimit(),
        CNN(training=TrainingConfig(epochs=1, min_updates=0)),
    ],
    ids=lambda estimator: estimator.label,
)
def test_an_estimator_says_whether_it_uses_its_seed(library, grid, estimator):
    train = draw_sample(library, "train", 200, White(1.0), grid, 1)
    validation, test = (
        draw_sample(library, split, 40, White(1.0), grid, 1) for split in SPLITS[1:]
    )
    one, other = (
        predict(estimator.fit(train, validation, seed), test).predicted for seed in (1, 2)
    )
    assert np.array_equal(one, other) != base.uses_seed(estimator)


def test_number_of_neighbours_is_chosen_on_validation_spectra(library, grid):
    train = draw_sample(library, "train", 300, White(np.inf), grid, 1)
    validation = draw_sample(library, "validation", 60, White(np.inf), grid, 1)
    hits = {
        k: metrics.accuracy(
            predict(NearestNeighbours((k,)).fit(train, validation, 1), validation)
        ).value
        for k in (1, 30)
    }
    assert hits[1] != hits[30]
    best = NearestNeighbours((1, 30)).fit(train, validation, 1)
    assert metrics.accuracy(predict(best, validation)).value == max(hits.values())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NearestNeighbours(()), "neighbours must be a list with at least one value"),
        (lambda: NearestNeighbours((0,)), "neighbours must lie in"),
        (lambda: Forest(trees=0), "trees must lie in"),
        (lambda: LinearSVM(c=-1.0), "c must lie in"),
        (lambda: KernelSVM(gamma=0.0), "gamma must lie in"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_stranger_adds_an_estimator_with_one_file_and_one_line(tmp_path, monkeypatch):
    """The worked example of book/own_estimator.md, as it stands there."""
    spec = importlib.util.spec_from_file_location(
        "example_estimator", paths.BOOK / "example_estimator.py"
    )
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "example_estimator", module)
    monkeypatch.syspath_prepend(paths.BOOK)
    spec.loader.exec_module(module)
    monkeypatch.setitem(base.REGISTRY, "class_mean", "example_estimator:ClassMean")

    small = LibraryConfig(n_train=300, n_validation=60, n_test=120)
    experiment = Experiment(
        estimator_class("class_mean")(width=5),
        n_train=3000,
        n_validation=60,
        n_test=120,
        library=small,
    )
    assert experiment.config["estimator"] == {"name": "class_mean", "width": 5}
    result = run([experiment], Store(tmp_path))[0]
    near = np.abs(metrics.relative_error(result.test)) < 0.01
    assert near.mean() > 0.3  # guessing: 0.06


def test_an_estimator_that_is_not_registered_is_an_error():
    class Nobody:
        label = "nobody"

    with pytest.raises(ValueError, match="not registered"):
        estimator_name(Nobody())

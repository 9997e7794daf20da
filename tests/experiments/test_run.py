from dataclasses import replace

import numpy as np
import pytest

from specz.common.store import Store, key_of
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.training import TrainingConfig
from specz.experiments import run
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import fit_recipe, missing
from specz.spectra.library import LibraryConfig

SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)
KNN = Experiment(NearestNeighbours(), 100, n_validation=20, n_test=40, library=SMALL)


def test_an_experiment_is_computed_once(tmp_path, monkeypatch):
    store = Store(tmp_path)
    assert missing([KNN], store) == [KNN]
    first = run.run([KNN], store)[0]
    assert missing([KNN], store) == []
    monkeypatch.setattr(run, "fit", lambda experiment: pytest.fail("computed again"))
    again = run.run([KNN], store)[0]
    np.testing.assert_array_equal(first.test.predicted, again.test.predicted)
    assert first.manifest == again.manifest


NETWORK = replace(KNN, estimator=CNN(training=TrainingConfig(epochs=1, min_updates=0)))


def test_a_network_keeps_its_history_and_its_weights(tmp_path):
    store = Store(tmp_path)
    result = run.run([NETWORK], store)[0]
    assert len(result.history.train_loss) == 1
    assert (store.folder(key_of(fit_recipe(NETWORK))) / "model.keras").is_file()


def test_other_test_spectra_do_not_train_again(tmp_path, monkeypatch):
    store = Store(tmp_path)
    first = run.run([NETWORK], store)[0]
    monkeypatch.setattr(run, "fit", lambda *_: pytest.fail("trained again"))
    more = run.run([replace(NETWORK, n_test=50)], store)[0]
    np.testing.assert_array_equal(more.test.p_true[:40], first.test.p_true)
    np.testing.assert_array_equal(more.history.train_loss, first.history.train_loss)
    assert more.manifest["fit_seconds"] == first.manifest["fit_seconds"]


def test_the_manifest_says_how_the_result_was_made(tmp_path):
    manifest = run.run([KNN], Store(tmp_path))[0].manifest
    assert manifest["config"]["estimator"] == {"name": "knn", "neighbours": [1, 3, 10, 30]}
    assert manifest["config"]["snr"] == "inf"
    assert "specz.estimators.nearest_neighbours" in manifest["code"]
    assert "numpy" in manifest["versions"]
    assert manifest["process_peak_memory_mb"] > 50
    assert manifest["fit_seconds"] <= manifest["seconds"]

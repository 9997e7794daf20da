import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from specz.common.store import Store, key_of
from specz.estimators import backend
from specz.estimators.classifiers import NearestNeighbours
from specz.estimators.cnn import CNN
from specz.estimators.training import TrainingConfig
from specz.experiments import run
from specz.experiments.experiment import Experiment
from specz.spectra.library import LibraryConfig

SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)
KNN = Experiment(NearestNeighbours(), 100, n_validation=20, n_test=40, library=SMALL)


def test_an_experiment_is_computed_once(tmp_path, monkeypatch):
    store = Store(tmp_path)
    assert run.missing([KNN], store) == [KNN]
    first = run.run([KNN], store)[0]
    assert run.missing([KNN], store) == []
    monkeypatch.setattr(run, "fit", lambda experiment: pytest.fail("computed again"))
    again = run.run([KNN], store)[0]
    np.testing.assert_array_equal(first.test.predicted, again.test.predicted)
    assert first.manifest == again.manifest


NETWORK = replace(KNN, estimator=CNN(training=TrainingConfig(epochs=1, min_updates=0)))


def test_a_network_keeps_its_history_and_its_weights(tmp_path):
    store = Store(tmp_path)
    result = run.run([NETWORK], store)[0]
    assert len(result.history.train_loss) == 1
    assert (store.folder(key_of(run.fit_recipe(NETWORK))) / "model.keras").is_file()


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
    assert "specz.estimators.classifiers" in manifest["code"]
    assert "numpy" in manifest["versions"]
    assert manifest["process_peak_memory_mb"] > 50
    assert manifest["fit_seconds"] <= manifest["seconds"]


def test_every_setting_is_in_the_key():
    others = [
        replace(KNN, n_train=99),
        replace(KNN, snr=1.0),
        replace(KNN, grid="nisp"),
        replace(KNN, n_test=41),
        replace(KNN, data_seed=2),
        replace(KNN, seed=2),
        replace(KNN, estimator=NearestNeighbours((1,))),
        replace(KNN, library=replace(SMALL, ebv_max=0.4)),
    ]
    keys = {key_of(run.recipe(experiment)) for experiment in [KNN, *others]}
    assert len(keys) == len(others) + 1


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


def test_why_names_the_parameter_that_changed(tmp_path):
    store = Store(tmp_path)
    assert run.why(KNN, store) == ["nothing like it is stored"]
    run.run([KNN], store)
    assert run.why(KNN, store) == []
    assert run.why(replace(KNN, snr=2.0), store) == ["parameter snr: was 'inf', is 2"]
    other = replace(KNN, estimator=NearestNeighbours((1,)), n_train=90)
    assert run.why(other, store) == [
        "parameter estimator.neighbours: was [1, 3, 10, 30], is [1]",
        "parameter n_train: was 100, is 90",
    ]


def test_why_names_the_source_and_the_version_that_changed(tmp_path, monkeypatch):
    store = Store(tmp_path)
    run.run([KNN], store)
    recipe = run.recipe(KNN)
    recipe["code"]["specz.spectra.noise"] = "0"
    recipe["versions"]["numpy"] = "9.9"
    monkeypatch.setattr(run, "recipe", lambda experiment: recipe)
    changed = run.why(KNN, store)
    assert changed[0] == "source of specz.spectra.noise changed"
    assert changed[1].startswith("version of numpy: was '2.")


def test_the_backend_in_use_is_part_of_a_recipe(monkeypatch):
    assert "tensorflow" in "".join(run.numerical_libraries())
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert run.numerical_libraries()[-2:] == ("jax", "jaxlib")
    assert run.recipe(KNN)["backend"] == "jax"


def test_an_unknown_backend_is_named_with_the_nearest(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jaxx")
    with pytest.raises(ValueError, match="got 'jaxx'; did you mean 'jax'"):
        run.recipe(KNN)


def accelerator(name):
    """Stand-ins for what the libraries say of a machine with an accelerator, or without."""
    jax = SimpleNamespace(platform="gpu" if name else "cpu", device_kind=name or "cpu")
    cuda = SimpleNamespace(is_available=lambda: bool(name), get_device_name=lambda: name)
    found = ["GPU:0"] if name else []
    config = SimpleNamespace(
        list_physical_devices=lambda kind: found,
        experimental=SimpleNamespace(get_device_details=lambda device: {"device_name": name}),
    )
    return {
        "jax": SimpleNamespace(devices=lambda: [jax]),
        "torch": SimpleNamespace(cuda=cuda),
        "tensorflow": SimpleNamespace(config=config),
    }


@pytest.mark.parametrize("name", ["jax", "torch", "tensorflow"])
@pytest.mark.parametrize(("there", "said"), [("A100", "A100"), ("", "CPU")])
def test_the_device_is_what_the_backend_says(name, there, said, monkeypatch):
    backend.load_keras()
    monkeypatch.setenv("KERAS_BACKEND", name)
    for library, stand_in in accelerator(there).items():
        monkeypatch.setitem(sys.modules, library, stand_in)
    assert backend.device() == said

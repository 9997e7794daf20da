import sys
from types import SimpleNamespace

import pytest

from specz.estimators import backend
from specz.estimators.cnn import CNN
from specz.experiments import recipe
from specz.experiments.experiment import Experiment


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


def test_a_backend_that_is_not_installed_is_named_before_any_work(monkeypatch):
    monkeypatch.setattr(backend, "_installed", lambda name: name != "torch")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    said = "installed, of which there are: tensorflow, jax; got 'torch'"
    for ask in (backend.backend, lambda: recipe.result_recipe(Experiment(CNN(), 100))):
        with pytest.raises(ValueError, match=said):
            ask()


def test_what_is_installed_is_looked_up():
    assert backend._installed("keras")
    assert not backend._installed("a_backend_of_no_one")

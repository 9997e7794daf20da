import sys
from types import SimpleNamespace

import pytest

from specz.estimators import backend


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

"""Training on an accelerator's spectra gives what training on generated batches gives.

JAX on a processor stands in for the accelerator: the code is the same.
"""

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from specz.common import paths
from specz.estimators import resident
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from specz.estimators import training
from specz.estimators.cnn import CNN
from specz.estimators.training import TrainingConfig
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import White
from specz.spectra.sample import draw_samples

small = LibraryConfig(n_train=200, n_validation=40, n_test=40)
train, validation, test = draw_samples(small, (300, 40, 40), White(1.0), get_grid("nisp"), 1)
config = TrainingConfig(epochs=4, min_updates=0, batch=64, keep_best=False)

def trained(network, there, checkpoint=None):
    training.fits = lambda spectra: there
    fitted = network.fit(train, validation, 1, checkpoint)
    return fitted.history, fitted.scores(test.flux()).values

for fresh in (False, True):
    for settings in ({"l2": 0.01}, {"dropout": 0.5}, {"normalise": True}):
        with_noise = replace(config, fresh_noise=fresh)
        network = CNN(layers=2, training=with_noise, **settings)
        (streamed, first), (loop, second) = trained(network, False), trained(network, True)
        np.testing.assert_allclose(loop.train_loss, streamed.train_loss, rtol=2e-3)
        np.testing.assert_allclose(second, first, atol=5e-4)

class Stopped(Exception):
    pass

def stop(*given):
    keep(*given)
    if len(given[2]) == 2:
        raise Stopped

network = CNN(layers=1, training=replace(config, fresh_noise=True))
whole, _ = trained(network, True)
keep, training._keep = training._keep, stop
training.WRITING = 1.0  # a checkpoint after every epoch, however long writing takes
try:
    trained(network, True, Path(sys.argv[1]))
except Stopped:
    training._keep = keep
else:
    raise AssertionError("not stopped after two epochs")
resumed, _ = trained(network, True, Path(sys.argv[1]))
np.testing.assert_array_equal(resumed.train_loss, whole.train_loss)
print("alike")
"""


@pytest.mark.slow
def test_an_epoch_as_one_loop_is_an_epoch_of_batches(tmp_path):
    """With a penalty, dropout, batch normalisation; fixed and fresh noise; stopped and resumed."""
    pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(paths.ROOT / "src")}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "checkpoint.npz")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("alike\n")


def test_spectra_generated_on_all_cores_are_the_same(library, grid, monkeypatch):
    monkeypatch.setattr(resident, "CHUNK", 7)
    sample = draw_sample(library, "train", 30, White(1.0), grid, 1)
    np.testing.assert_array_equal(resident.generate(sample, 3), sample.flux(epoch=3))


@pytest.mark.parametrize(
    ("backend", "device", "free", "there"),
    [
        ("jax", "A100", 10**9, True),
        ("jax", "A100", 10**5, False),
        ("jax", "CPU", 10**9, False),
        ("tensorflow", "A100", 10**9, False),
    ],
)
def test_spectra_stay_on_an_accelerator_that_holds_them(
    library, grid, monkeypatch, backend, device, free, there
):
    memory = {"bytes_limit": free + 1000, "bytes_in_use": 1000}
    jax = SimpleNamespace(devices=lambda: [SimpleNamespace(memory_stats=lambda: memory)])
    monkeypatch.setitem(sys.modules, "jax", jax)
    monkeypatch.setattr(resident, "backend", lambda: backend)
    monkeypatch.setattr(resident, "device", lambda: device)
    sample = draw_sample(library, "train", 20, White(1.0), grid, 1)
    assert resident.fits(sample) == there

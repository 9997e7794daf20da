"""A training that is killed at any moment ends as if it had not been."""

import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from specz.experiment import Experiment
from specz.library import LibraryConfig
from specz.networks import CNN
from specz.runner import fit_recipe, run
from specz.store import Store, key_of
from specz.training import TrainingConfig

EXPERIMENT = Experiment(
    CNN(layers=5, dropout=0.2, training=TrainingConfig(epochs=120, min_updates=0, batch=50)),
    n_train=400,
    snr=2.0,
    n_validation=50,
    n_test=100,
    library=LibraryConfig(n_train=100, n_validation=20, n_test=40),
)
KILLS = 20
PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
from test_resume import EXPERIMENT, Store, run
from specz.backend import load_keras
load_keras()
print("ready", flush=True)
run([EXPERIMENT], Store(Path(sys.argv[1])))
"""


def start(store):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(store)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def same(first, second):
    for part in ("train", "validation", "test"):
        for column in ("predicted", "p_true", "crps"):
            np.testing.assert_array_equal(
                getattr(getattr(first, part), column), getattr(getattr(second, part), column)
            )
    np.testing.assert_array_equal(first.history.train_loss, second.history.train_loss)
    np.testing.assert_array_equal(
        first.history.validation_accuracy, second.history.validation_accuracy
    )


def kill(folder, kills, moment):
    """Start the training and kill it, again and again; return how often that was a kill."""
    kept = Store(folder).checkpoint(key_of(fit_recipe(EXPERIMENT)))
    killed = 0
    for i in range(kills):
        before = kept.stat().st_mtime_ns if kept.exists() else 0
        process = start(folder)
        if i % 2:  # soon after progress was kept, or while the next is being written
            while not kept.exists() or kept.stat().st_mtime_ns == before:
                time.sleep(0.005)
            time.sleep(moment.uniform(0, 0.2))
        else:  # at any moment from loading the data to training
            time.sleep(moment.uniform(0, 1.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
    return killed


@pytest.mark.fault(
    "training killed at any moment", "it goes on and ends with the same result to the last digit"
)
def test_twenty_kills_do_not_change_the_result(tmp_path, tries):
    """Two trainings side by side, each killed ten times."""
    whole = run([EXPERIMENT], Store(tmp_path / "whole"))[0]
    folders = [tmp_path / "first", tmp_path / "second"]
    with ThreadPoolExecutor(len(folders)) as pool:
        moments = [random.Random(i) for i in range(len(folders))]
        killed = list(pool.map(kill, folders, [KILLS // len(folders)] * len(folders), moments))
    assert sum(killed) == KILLS
    tries(KILLS)
    for folder in folders:
        kept = Store(folder).checkpoint(key_of(fit_recipe(EXPERIMENT)))
        with np.load(kept) as data:
            assert 1 <= len(data["rows"]) <= 120  # there was progress
            earlier = float(data["cost"][1])
        result = run([EXPERIMENT], Store(folder))[0]
        same(result, whole)
        assert not kept.exists()
        assert result.manifest["cpu_seconds"] > earlier > 0  # what was killed is in the bill


@pytest.mark.fault("damaged checkpoint of a training", "it is named; the training starts afresh")
@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"x" * 99])
def test_a_damaged_checkpoint_is_named_and_training_starts_afresh(tmp_path, capsys, damage):
    from dataclasses import replace

    short = replace(EXPERIMENT, estimator=CNN(layers=5, training=TrainingConfig(2, 0)), n_train=100)
    whole = run([short], Store(tmp_path / "whole"))[0]
    store = Store(tmp_path / "store")
    path = store.checkpoint(key_of(fit_recipe(short)))
    path.parent.mkdir(parents=True)
    good = Store(tmp_path / "whole").folder(whole.manifest["key"]) / "arrays.npz"
    path.write_bytes(damage(good.read_bytes()))
    same(run([short], store)[0], whole)
    assert "is damaged" in capsys.readouterr().out

"""A training that is killed at any moment ends as if it had not been."""

import multiprocessing
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from specz.common.store import Store, key_of
from specz.estimators import training
from specz.estimators.backend import load_keras
from specz.estimators.cnn import CNN
from specz.estimators.training import TrainingConfig
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import fit_recipe
from specz.experiments.run import run
from specz.spectra.library import LibraryConfig

EPOCHS, KILLS = 60, 20
EXPERIMENT = Experiment(
    CNN(layers=5, dropout=0.2, training=TrainingConfig(epochs=EPOCHS, min_updates=0, batch=50)),
    n_train=200,
    snr=2.0,
    n_validation=50,
    n_test=100,
    library=LibraryConfig(n_train=100, n_validation=20, n_test=40),
)
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["keras", "specz.experiments.run"]
)  # loaded once, not for every kill


def train(folder, ready):
    load_keras()
    ready.set()
    run([EXPERIMENT], Store(folder))


def start(folder):
    ready = PROCESSES.Event()
    process = PROCESSES.Process(target=train, args=(folder, ready))
    process.start()
    assert ready.wait(100)
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


def kill(folder, kills, moment, whole):
    """Start a training of ``whole`` seconds and kill it, again and again; return how often."""
    kept = Store(folder).checkpoint(key_of(fit_recipe(EXPERIMENT)))
    killed = 0
    for i in range(kills):
        before = kept.stat().st_mtime_ns if kept.exists() else 0
        process = start(folder)
        if i % 2:  # soon after progress was kept, or while the next is being written
            while not kept.exists() or kept.stat().st_mtime_ns == before:
                time.sleep(0.005)
            time.sleep(moment.uniform(0, whole / 40))
        else:  # at any moment from loading the data to training
            time.sleep(moment.uniform(0, whole / 8))
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
    return killed


@pytest.mark.fault(
    "training killed at any moment", "it goes on and ends with the same result to the last digit"
)
@pytest.mark.slow
def test_twenty_kills_do_not_change_the_result(tmp_path, tries):
    """Two trainings side by side, each killed ten times."""
    load_keras()
    whole = run([EXPERIMENT], Store(tmp_path / "whole"))[0]
    seconds = whole.manifest["seconds"]
    folders = [tmp_path / "first", tmp_path / "second"]
    with ThreadPoolExecutor(len(folders)) as pool:
        killed = [
            pool.submit(kill, folder, KILLS // len(folders), random.Random(i), seconds)
            for i, folder in enumerate(folders)
        ]
    assert sum(future.result() for future in killed) == KILLS
    tries(KILLS)
    for folder in folders:
        kept = Store(folder).checkpoint(key_of(fit_recipe(EXPERIMENT)))
        with np.load(kept) as data:
            assert 1 <= len(data["rows"]) < EPOCHS  # there was progress
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


@pytest.mark.parametrize(("seconds", "kept"), [(0.0, 4), (5.0, 1)])
def test_slow_checkpoints_are_written_less_often(tmp_path, monkeypatch, seconds, kept):
    """A first write of 5 seconds leaves no time for another within seconds."""
    written, late = [], [0.0]

    def keep(*_):
        written.append(1)
        late[0] += seconds  # the clock of the training, without a wait

    monkeypatch.setattr(training, "_keep", keep)
    monkeypatch.setattr(
        training, "time", SimpleNamespace(perf_counter=lambda: time.perf_counter() + late[0])
    )
    short = replace(EXPERIMENT.estimator.training, epochs=4, min_updates=0)
    network = replace(EXPERIMENT.estimator, training=short)
    train, validation, _ = EXPERIMENT.samples()
    network.fit(train, validation, 1, tmp_path / "checkpoint.npz")
    assert len(written) == kept

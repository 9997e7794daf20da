"""Experiments side by side: in processes of this machine, and on a real cluster over TCP."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import odd_estimators
import psutil
import pytest

from specz.common import paths
from specz.common.processes import Processes, cores
from specz.common.store import Store, key_of
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.training import TrainingConfig
from specz.experiments import parallel
from specz.experiments.experiment import Experiment
from specz.experiments.parallel import Backend, FanoutError, compute
from specz.experiments.recipe import fit_recipe, missing, result_recipe
from specz.experiments.run import run
from specz.spectra.library import LibraryConfig

PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
from specz.cli import main
main()
"""
SPECZ = [sys.executable, "-c", PROGRAM]
KNN = Experiment(
    NearestNeighbours(),
    100,
    n_validation=20,
    n_test=40,
    library=LibraryConfig(n_train=100, n_validation=20, n_test=40),
)
NETWORK = replace(KNN, estimator=CNN(training=TrainingConfig(epochs=2, min_updates=0)))


def same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


class Cluster:
    """A scheduler and workers, each an operating-system process with a folder of its own."""

    def __init__(self, folder, workers, source=None):
        self.folder, self.file = folder, folder / "scheduler.json"
        self.scheduler = self.start("scheduler", "--port", "0", "--scheduler-file", self.file)
        self.workers = [
            self.start("worker", "--scheduler-file", self.file, "--nthreads", "1", source=source)
            for _ in range(workers)
        ]
        while not self.file.exists() or not self.file.read_text():
            time.sleep(0.05)
        self.address = json.loads(self.file.read_text())["address"]

    def start(self, kind, *options, source=None):
        folder = self.folder / f"{kind}-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        places = [source, os.environ.get("PYTHONPATH"), Path(odd_estimators.__file__).parent]
        with (folder / "log").open("w") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", f"distributed.cli.dask_{kind}"),
                    *("--host", "127.0.0.1", "--no-dashboard", *map(str, options)),
                ],
                cwd=folder,
                env={
                    **os.environ,
                    "SPECZ_BUILD": str(folder / "build"),
                    "DASK_TEMPORARY_DIRECTORY": str(folder),
                    "PYTHONPATH": os.pathsep.join(str(place) for place in places if place),
                    "LOKY_MAX_CPU_COUNT": "1",
                },
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self):
        for process in [*self.workers, self.scheduler]:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    """Start a cluster with ``cluster(workers)``; it is stopped after the test."""
    pytest.importorskip("distributed")
    started = []

    def start(workers, **options):
        (tmp_path / "cluster").mkdir()
        started.append(Cluster(tmp_path / "cluster", workers, **options))
        return started[0]

    yield start
    for one in started:
        one.stop()


def test_experiments_are_yielded_once_each_whether_new_or_not(tmp_path):
    store, other = Store(tmp_path), replace(KNN, n_test=30)
    run([KNN], store)
    assert list(compute([KNN, other, KNN], store=store)) == [KNN, other]
    assert missing([KNN, other], store) == []


@pytest.mark.fault(
    "experiment killed, out of memory or in error", "each is named; the others are done"
)
@pytest.mark.slow
def test_a_killed_experiment_is_named_and_the_others_are_done(tmp_path):
    store = Store(tmp_path)
    bad = [
        replace(KNN, estimator=kind())
        for kind in (odd_estimators.Killed, odd_estimators.Greedy, odd_estimators.Wrong)
    ]
    done = []
    with pytest.raises(FanoutError) as caught:
        done.extend(compute([*bad, KNN], store=store))
    said = str(caught.value)
    assert "killed, 100 clean: its process was killed by SIGKILL" in said
    assert "a smaller n_train needs less" in said
    assert "greedy, 100 clean: Unable to allocate" in said
    assert "wrong, 100 clean: AttributeError" in said
    assert said.count("Traceback") == 1  # only of what nobody foresaw
    assert missing([KNN], store) == []
    assert list(compute([KNN], store=store)) == [KNN]


def test_workers_share_the_cores_and_give_the_same(tmp_path):
    if cores() < 2:
        pytest.skip("one core")
    wanted = [replace(KNN, n_test=n) for n in (20, 30, 40)]
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    run(wanted, one)
    assert set(compute(wanted, Backend(workers=2), two)) == set(wanted)
    for experiment in wanted:
        key = key_of(result_recipe(experiment))
        same(one.read(key).arrays, two.read(key).arrays)


@pytest.mark.slow
def test_a_cluster_gives_what_one_process_gives(tmp_path, cluster):
    where = Backend(cluster=cluster(2).address)
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    wanted = [KNN, NETWORK, replace(NETWORK, altered="5 Å offset")]
    with Processes(1, threads=1) as process:
        task = [("", experiment) for experiment in wanted]
        waiting = process.submit(parallel.run_here, task, here.root)
        assert set(compute(wanted, where, there)) == set(wanted)
        waiting.result()
    for experiment in wanted:
        key = key_of(result_recipe(experiment))
        same(here.read(key).arrays, there.read(key).arrays)
        assert there.read(key).manifest["config"] == here.read(key).manifest["config"]
    assert (there.folder(key_of(fit_recipe(NETWORK))) / "model.keras").is_file()
    assert len(list(there.root.iterdir())) == 4
    assert list((tmp_path / "cluster").rglob("specz-*")) == []  # nothing stays


def test_a_fit_that_is_here_goes_along(tmp_path):
    store, fit = Store(tmp_path), fit_recipe(NETWORK)
    store.save(key_of(fit), fit, {"a": np.zeros(3)}, lambda folder: (folder / "m").touch())
    held = parallel._pack([("", NETWORK)], store)[2]
    assert list(held) == [key_of(fit)]
    assert held[key_of(fit)].keys() == {"arrays.npz", "m", "manifest.json"}


@pytest.mark.fault("worker of a cluster killed in its task", "the task is done elsewhere, once")
@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing(tmp_path, cluster):
    two, store, marks = cluster(2), Store(tmp_path / "store"), tmp_path / "marks"
    marks.mkdir()
    experiment = replace(KNN, estimator=odd_estimators.Slow((str(marks),)))
    begun = []

    def kill():
        while not begun:
            time.sleep(0.05)
            begun.extend(psutil.Process(int(path.name)) for path in marks.iterdir())
        os.killpg(os.getpgid(begun[0].ppid()), signal.SIGKILL)  # and its nanny, or it is replaced

    killer = threading.Thread(target=kill)
    killer.start()
    assert list(compute([experiment], Backend(cluster=two.address), store)) == [experiment]
    killer.join()
    assert sorted(worker.poll() is None for worker in two.workers) == [False, True]
    assert len(list(marks.iterdir())) == 2  # begun twice
    assert psutil.wait_procs(begun[:1], timeout=20)[1] == []  # ends with its worker
    assert [path.name for path in store.root.iterdir()] == [key_of(result_recipe(experiment))[:32]]


@pytest.mark.fault("scheduler of a cluster killed", "it is named; what came back is kept")
@pytest.mark.slow
def test_a_lost_scheduler_is_named_and_what_came_back_is_kept(tmp_path, cluster):
    one = cluster(1)
    command = [*SPECZ, "run", "comparison_clean", "--profile", "smoke", "-p", "n_test=100"]
    command += ["-p", "methods=[knn,linear_svm]", "-p", "n_train=[500,500]", "-p", "n_common=500"]
    process = start([*command, "--cluster", one.address], tmp_path / "build")
    assert one.address in process.stdout.readline()
    first = "experiment 1 of 2: k-NN, 500 clean, neighbours 10, metric cosine\n"
    assert process.stdout.readline() == first
    os.killpg(one.scheduler.pid, signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"specz: lost the scheduler at {one.address}" in said
    assert "Traceback" not in said
    again = start(command, tmp_path / "build")
    assert again.stdout.readline() == "experiment 1 of 1: linear SVM, 500 clean, c 0.1\n"
    os.killpg(again.pid, signal.SIGKILL)
    again.communicate()


def start(command, build, **variables):
    return subprocess.Popen(
        command,
        env={**os.environ, "SPECZ_BUILD": str(build), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.fault("worker of a cluster with other code", "it refuses and names the source")
@pytest.mark.slow
def test_a_worker_with_other_code_refuses(tmp_path, cluster):
    shutil.copytree(paths.ROOT / "src" / "specz", tmp_path / "src" / "specz")
    with (tmp_path / "src" / "specz" / "spectra" / "noise.py").open("a") as file:
        file.write("OTHER = 1\n")
    one = cluster(1, source=tmp_path / "src")
    store = Store(tmp_path / "store")
    with pytest.raises(
        FanoutError, match=r"worker tcp://.*: source of specz\.spectra\.noise changed$"
    ):
        list(compute([KNN], Backend(cluster=one.address), store))
    assert missing([KNN], store) == [KNN]


@pytest.mark.fault("no scheduler at the address", "the address is named")
@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_named(tmp_path):
    pytest.importorskip("distributed")
    command = [*SPECZ, "run", "noise", "--profile", "smoke", "--cluster", "tcp://127.0.0.1:9"]
    soon = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    process = start(command, tmp_path, **soon)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "specz: no scheduler answers at tcp://127.0.0.1:9" in said
    assert "Traceback" not in said


@pytest.mark.fault(
    "Ctrl-C while experiments run", "one line; no process is left; the same command goes on"
)
@pytest.mark.parametrize("command", ["run", "archive"])
@pytest.mark.slow
def test_ctrl_c_stops_everything_and_the_same_command_goes_on(tmp_path, command):
    (tmp_path / "root" / "results").mkdir(parents=True)
    for name in ("profiles", "notebooks"):
        (tmp_path / "root" / name).symlink_to(paths.ROOT / name)
    options = ["comparison_clean"] if command == "run" else []
    process = start(
        [*SPECZ, command, *options, "--profile", "smoke", "--workers", str(min(2, cores()))],
        tmp_path / "build",
        SPECZ_ROOT=str(tmp_path / "root"),
    )
    next(line for line in process.stdout if line.startswith("experiment"))
    started = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "specz: stopped; the same command goes on" in said
    assert "Traceback" not in said
    assert started
    assert psutil.wait_procs(started, timeout=10)[1] == []
    assert list((tmp_path / "build").rglob(".writing-*")) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"workers": 0}, "workers must lie in .*; got 0; the nearest valid value is 1"),
        ({"workers": 10**6}, "workers must lie in .*; got 1000000"),
        ({"cluster": "localhost:8786"}, "tcp://host:8786; got 'localhost:8786'"),
        ({"cluster": "tcp://host"}, "got 'tcp://host'"),
        ({"cluster": "tcp://host:99999"}, "got 'tcp://host:99999'"),
        ({"cluster": "http://host:8787/status"}, "got 'http://host:8787/status'"),
        ({"cluster": ""}, "got ''"),
        ({"cluster": "tcp://host:8786", "workers": 2}, "workers are of this machine"),
    ],
)
def test_a_place_that_cannot_be_is_named_before_any_work(given, message):
    if given.get("workers") == 2 and cores() < 2:
        pytest.skip("one core")
    with pytest.raises(ValueError, match=message):
        Backend(**given)


def test_without_dask_the_message_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(parallel.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install '\.\[cluster\]'"):
        Backend(cluster="tcp://host:8786")


@pytest.mark.parametrize("address", ["tcp://host:8786", "tls://10.0.0.1:1", "tcp://[::1]:8786"])
def test_addresses_of_every_form_are_taken(address):
    pytest.importorskip("distributed")
    assert Backend(cluster=address).cluster == address


@dataclass(frozen=True)
class Lacking(NearestNeighbours):
    """k-NN that says it needs a library that nobody has."""

    requires: ClassVar[str] = "a_library_of_no_one>=2"


def test_a_library_that_is_not_installed_is_named_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "run_here", lambda *a: pytest.fail("an experiment ran"))
    wanted = [replace(KNN, estimator=Lacking()), KNN]
    with pytest.raises(ValueError, match=r"not installed: pip install 'a_library_of_no_one>=2'"):
        list(compute(wanted, store=Store(tmp_path)))

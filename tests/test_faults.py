"""What goes wrong around the program: named in one line, nothing lost, and it goes on after."""

import io
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from specz import __main__ as program
from specz import cli
from specz.common.file_lock import file_lock
from specz.common.fingerprint import file_digest
from specz.common.store import Store, key_of
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.training import TrainingConfig
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import fit_recipe
from specz.experiments.run import run
from specz.spectra import data_files
from specz.spectra.library import LibraryConfig

SPECZ = [sys.executable, "-c", "from specz.cli import main; main()"]
RUN_DATA = [*SPECZ, "run", "data", "--profile", "smoke"]
PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
from test_faults import Store, run
import test_faults
experiment = getattr(test_faults, sys.argv[2])
print(run([experiment], Store(Path(sys.argv[1])))[0].manifest["key"], flush=True)
"""
EXPERIMENT = Experiment(
    NearestNeighbours(),
    100,
    n_validation=20,
    n_test=40,
    library=LibraryConfig(n_train=100, n_validation=20, n_test=40),
)


TRAINED = replace(EXPERIMENT, estimator=CNN(layers=1, training=TrainingConfig(1, 0)))


@pytest.fixture
def volume(tmp_path):
    """Mount a small file system in memory; ``volume(options)`` changes how it is mounted."""
    folder = tmp_path / "volume"
    folder.mkdir()

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"cannot mount a file system here: {done.stderr.strip()}")
        return folder

    if shutil.which("mount") is None:
        pytest.skip("cannot mount a file system here")
    yield mount
    subprocess.run(["umount", str(folder)], capture_output=True)


def specz(command, build):
    environment = {**os.environ, "SPECZ_BUILD": str(build)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.fault(
    "full disk", "it is named in one line; the same command works once there is room"
)
@pytest.mark.slow
def test_a_full_disk_is_named_and_the_run_works_once_there_is_room(volume):
    folder = volume("size=40k")
    full = specz(RUN_DATA, folder)
    assert full.returncode == 1
    assert "No space left on device" in full.stderr
    assert "Traceback" not in full.stderr
    assert volume("remount,size=64m") == folder
    again = specz(RUN_DATA, folder)
    assert again.returncode == 0, again.stderr
    left = [path.name for path in (folder / "notebooks").iterdir()]
    assert not any(name.startswith(".") for name in left)


@pytest.mark.fault("read-only folder", "it is named in one line")
@pytest.mark.slow
def test_a_read_only_folder_is_named(volume):
    folder = volume("size=64m")
    volume("remount,ro")
    done = specz(RUN_DATA, folder)
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr
    assert str(folder) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.fault(
    "full disk", "it is named in one line; the same command works once there is room"
)
def test_a_full_disk_leaves_the_store_as_it_was(volume):
    store = Store(volume("size=200k"))
    small = {"a": np.zeros(100)}
    store.save(key_of({"x": 1}), {}, small)
    with pytest.raises(OSError, match="No space left"):
        store.save(key_of({"x": 2}), {}, {"a": np.random.default_rng(0).random(10**5)})
    assert len(list(store.root.iterdir())) == 1
    assert store.load(key_of({"x": 1})) is not None
    store.save(key_of({"x": 3}), {}, small)


@pytest.mark.fault("two processes compute one result", "both end well, with one entry")
@pytest.mark.slow
def test_two_processes_on_one_store_make_one_entry(tmp_path):
    start = [sys.executable, "-c", PROGRAM, str(tmp_path), "EXPERIMENT"]
    processes = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    keys = {process.communicate(timeout=300)[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0]
    assert len(keys) == 1
    (entry,) = tmp_path.iterdir()
    assert entry.name == keys.pop()[:32]


@pytest.mark.fault("two processes train one network", "the second waits and says so; one training")
@pytest.mark.slow
def test_a_second_process_waits_for_the_first_to_train(tmp_path):
    store = Store(tmp_path)
    lock = store.checkpoint(key_of(fit_recipe(TRAINED))).with_suffix(".lock")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), "TRAINED"]
    with file_lock(lock, "waits"):  # as if this process trained it
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        said = process.stdout.readline()
        assert said == f"another process fits {TRAINED.title}; waiting for it to end\n"
        assert not list(store.manifests())
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert len(list(store.manifests())) == 2  # the fit and the experiment
    assert list((tmp_path / "checkpoints").iterdir()) == []


@pytest.mark.fault("clock set back", "nothing changes")
def test_a_clock_that_was_set_back_changes_nothing(tmp_path, monkeypatch):
    store = Store(tmp_path)
    first = run([EXPERIMENT], store)[0]
    for path in tmp_path.rglob("*"):
        os.utime(path, (time.time() + 1e8, time.time() + 1e8))  # as if written in the future
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert run([EXPERIMENT], store)[0].manifest == first.manifest


def forged(store, key, content):
    """An entry whose digests are right but whose arrays are not what they should be."""
    folder = store.save(key, {}, {"a": np.zeros(3)}).folder
    with zipfile.ZipFile(folder / "arrays.npz", "w") as archive:
        archive.writestr("a.npy", content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["arrays.npz"] = file_digest(folder / "arrays.npz")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def header(shape):
    text = repr({"descr": "<f8", "fortran_order": False, "shape": shape}).encode()
    text += b" " * (63 - (10 + len(text)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.fault(
    "stored array that claims more than it holds", "the entry is set aside and made again"
)
@pytest.mark.parametrize("n", [10**9, 10**13, 10**18, -1])
def test_an_array_that_claims_more_than_it_holds_is_set_aside(tmp_path, capsys, n):
    store, key = Store(tmp_path), key_of({"n": n})
    forged(store, key, header((n,)) + bytes(80))
    assert store.load(key) is None
    assert "is damaged" in capsys.readouterr().out


@pytest.mark.fault("stored pickle that runs code", "the code is not run; the entry is set aside")
def test_a_forged_pickle_is_not_run(tmp_path, capsys):
    class Touch:
        def __reduce__(self):
            return (open, (str(tmp_path / "run"), "w"))

    content = io.BytesIO()
    np.save(content, np.array([Touch()], dtype=object), allow_pickle=True)
    store, key = Store(tmp_path / "store"), key_of({"x": "pickle"})
    forged(store, key, content.getvalue())
    (tmp_path / "run").unlink(missing_ok=True)
    assert store.load(key) is None
    assert "is damaged" in capsys.readouterr().out
    assert not (tmp_path / "run").exists()


@pytest.mark.fault("flipped bit in the measured data", "the file is named and not used")
@pytest.mark.parametrize("name", ["cosmos_templates", "brown_atlas"])
def test_a_corrupted_array_of_what_was_measured_is_named(tmp_path, monkeypatch, name):
    shutil.copytree(data_files.DATA, tmp_path / "data")
    monkeypatch.setattr(data_files, "DATA", tmp_path / "data")
    path = tmp_path / "data" / f"{name}.npy"
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match=f"{name}.npy does not match its digest"):
        data_files.load(name)


@pytest.mark.fault("Ctrl-C while the program starts", "one line, exit status 130")
@pytest.mark.slow
def test_ctrl_c_while_the_program_starts_is_one_line(tries):
    """From the first line of the program on: what Python itself does before is not ours."""
    # A shell starts what it runs in the background, these tests too, with the signal ignored.
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    start += "import sys; sys.argv[1:] = ['plan']; print('on', flush=True); "
    start += "from specz.__main__ import main; main()"
    waits = (0.15, 0.3, 0.6, 1.0, 1.5)
    tries(len(waits))
    for seconds in waits:
        process = subprocess.Popen(
            [sys.executable, "-c", start],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert said.splitlines()[-1].startswith("specz: stopped")
        assert "Traceback" not in said


def test_the_program_leaves_ctrl_c_as_it_was(monkeypatch):
    """While the command runs, and where it is ignored, as under nohup."""
    seen = []
    monkeypatch.setattr(cli, "main", lambda: seen.append(signal.getsignal(signal.SIGINT)))
    before = signal.getsignal(signal.SIGINT)
    try:
        for usual in (signal.default_int_handler, signal.SIG_IGN):
            signal.signal(signal.SIGINT, usual)
            program.main()
            assert seen.pop() is usual
    finally:
        signal.signal(signal.SIGINT, before)

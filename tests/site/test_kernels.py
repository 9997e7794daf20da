"""Notebooks that hang, go on for ever or die, and builds that are killed while one runs."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

from specz.common import paths
from specz.site import notebooks

NOTEBOOK = """# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% tags=["parameters"]
snr = [1.0]
n_train = 1
grid = "paper"
seed = 1

# %%
import os, signal, subprocess, time
from pathlib import Path

from specz.common import paths

told = ["", "done", "endless", "slow", "stopped", "dead", "once"][seed]
if told not in ("", "done", "slow"):
    pids = [os.getpid()]
    if told in ("endless", "stopped"):
        pids.append(subprocess.Popen(["sleep", "600"]).pid)
    (paths.BUILD / f"{told}.pid").write_text(" ".join(map(str, pids)))

# %%
if told == "slow":
    time.sleep(0.7 * float(os.environ["SPECZ_NOTEBOOK_TIMEOUT"]))

# %%
if told == "slow":  # again
    time.sleep(0.7 * float(os.environ["SPECZ_NOTEBOOK_TIMEOUT"]))
if told == "endless":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        pass
if told == "stopped":
    os.kill(os.getpid(), signal.SIGSTOP)
if told == "dead":
    os._exit(3)
if told == "once" and not (paths.BUILD / "second").exists():
    time.sleep(600)
"""
TOLD = {"done": 1, "endless": 2, "slow": 3, "stopped": 4, "dead": 5, "once": 6}
PROGRAM = """
import sys
from specz.site.build import execute_all
from specz.cli import main
import specz.cli
wanted = [
    ("data", {"snr": [1.0], "n_train": 1, "grid": "paper", "seed": int(seed)}, "smoke")
    for seed in sys.argv[1:]
]
sys.argv[1:] = []
specz.cli.app = lambda: execute_all(wanted)
if __name__ == "__main__":
    main()
"""
LIMIT = 20


@pytest.fixture
def start(tmp_path):
    """Start the execution of notebooks, told what to do, in a process of its own."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "data.py").write_text(NOTEBOOK)
    (tmp_path / "program.py").write_text(PROGRAM)
    shutil.copytree(paths.PROFILES, tmp_path / "profiles")

    started = []

    def run(*told, limit=600):
        process = subprocess.Popen(
            [sys.executable, "program.py", *(str(TOLD[name]) for name in told)],
            cwd=tmp_path,
            env={
                **os.environ,
                "SPECZ_ROOT": str(tmp_path),
                "SPECZ_BUILD": str(tmp_path / "build"),
                "SPECZ_NOTEBOOK_TIMEOUT": str(limit),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        with process:  # waits, and closes its pipes
            process.kill()


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # a dead process that nobody asked about yet


def all_end(pids):
    until(lambda: not any(alive(pid) for pid in pids), 15)


def children(parent):
    """Processes that ``parent`` started."""
    stats = [(path.name, path / "stat") for path in Path("/proc").glob("[0-9]*")]
    fields = {pid: stat.read_text().rpartition(")")[2].split() for pid, stat in stats}
    return [pid for pid, values in fields.items() if values[1] == str(parent)]


def pids_of(build, *told):
    return [pid for name in told for pid in (build / f"{name}.pid").read_text().split()]


def pages(build):
    return list((build / "notebooks").glob("data-*"))


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
stopped = (
    f"took longer than {LIMIT} s and was stopped in the cell that begins "
    "'if told == \"slow\":  # again'"
)
SAID = {
    "endless": stopped,
    "slow": stopped,  # the limit is one for all cells together
    "stopped": stopped,
    "dead": "its kernel failed: Kernel died",
}


@pytest.mark.fault(
    "kernel that hangs, never ends, or dies",
    "the notebook is named; no process is left; finished pages stay",
)
@needs_proc
@pytest.mark.slow
def test_a_notebook_without_end_is_stopped_and_named(start, tmp_path, tries):
    """Its kernel and what that started are gone, whatever they did; finished pages stay."""
    tries(len(SAID))
    start("done").communicate(timeout=200)
    assert len(pages(tmp_path / "build")) == 1
    processes = {told: start("done", told, limit=LIMIT) for told in SAID}
    for told, process in processes.items():
        stderr = process.communicate(timeout=200)[1]
        assert process.returncode == 1, stderr
        assert "specz: notebook 'data'" in stderr
        assert SAID[told] in stderr
        assert "Traceback" not in stderr
    build = tmp_path / "build"
    all_end(pids_of(build, "endless", "stopped", "dead"))
    assert len(pages(build)) == 1
    assert not list((build / "notebooks").glob(".running-*"))
    assert (build / "notebooks" / "data.failed.ipynb").exists()


@pytest.mark.fault(
    "build killed while a notebook runs",
    "no process is left; finished pages stay; the same command goes on",
)
@needs_proc
@pytest.mark.slow
def test_a_build_killed_while_a_kernel_works_leaves_no_process(start, tmp_path):
    """The notebook that had ended is kept; the same command makes the other."""
    build = tmp_path / "build"
    first = start("done", "once")
    begun = build / "once.pid"
    until(lambda: first.poll() is not None or (begun.exists() and pages(build)), 120)
    assert first.poll() is None, first.communicate()[1]
    workers = children(first.pid)
    assert len(workers) >= 2
    first.send_signal(signal.SIGKILL)
    first.communicate()
    all_end([*pids_of(build, "once"), *workers])
    (kept,) = pages(build)
    made = (kept / "manifest.json").stat().st_mtime_ns
    (build / "second").touch()
    second = start("done", "once")
    said, stderr = second.communicate(timeout=200)
    assert second.returncode == 0, stderr
    assert "data: unchanged" in said
    assert "data: executed" in said
    assert (kept / "manifest.json").stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon", "must be a number of seconds; got 'soon'"),
        ("0", r"must lie in \[1, 1000000\]; got 0"),
    ],
)
def test_a_limit_that_is_no_time_is_refused(monkeypatch, text, said):
    monkeypatch.setenv("SPECZ_NOTEBOOK_TIMEOUT", text)
    with pytest.raises(ValueError, match=f"SPECZ_NOTEBOOK_TIMEOUT {said}"):
        notebooks.time_limit()


def test_the_limit_is_an_hour_if_nothing_else_is_said(monkeypatch):
    monkeypatch.delenv("SPECZ_NOTEBOOK_TIMEOUT", raising=False)
    assert notebooks.time_limit() == 3600
    monkeypatch.setenv("SPECZ_NOTEBOOK_TIMEOUT", "90")
    assert notebooks.time_limit() == 90

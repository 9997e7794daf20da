import os
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor

import psutil
import pytest

from specz.common.processes import PINS, Processes, cores

PROGRAM = """
import os, time
from specz.common.processes import Processes
with Processes(1) as processes:
    print(processes.submit(os.getpid).result(), flush=True)
    processes.submit(time.sleep, 60).result()
"""


def test_a_task_runs_in_another_process_that_is_kept():
    with Processes(1) as processes:
        pids = {processes.submit(os.getpid).result() for _ in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids
    assert not psutil.pid_exists(*pids)


def test_tasks_run_side_by_side():
    with Processes(2) as processes:
        list(processes.map(time.sleep, [0.2, 0.2]))  # both are there
        start = time.perf_counter()
        list(processes.map(time.sleep, [1.0, 1.0]))
        assert time.perf_counter() - start < 1.9


def test_what_a_task_raises_comes_back_with_its_traceback():
    with Processes(1) as processes:
        future = processes.submit(int, "x")
        with pytest.raises(ValueError, match="invalid literal") as caught:
            future.result()
        assert "Traceback" in caught.value.__notes__[0]
        assert processes.submit(int, "3").result() == 3


def test_a_process_that_dies_is_replaced():
    with Processes(1) as processes:
        for end, message in (
            (lambda: processes.submit(os.kill, processes.submit(os.getpid).result(), 9), "SIGKILL"),
            (lambda: processes.submit(os.abort), "SIGABRT"),
            (lambda: processes.submit(os._exit, 3), r"exited \(3\)"),
        ):
            with pytest.raises(BrokenExecutor, match=message):
                end().result()
        assert processes.submit(int, "3").result() == 3


def test_what_cannot_be_sent_back_is_named():
    with Processes(1) as processes:
        with pytest.raises(RuntimeError, match=r"cannot send .*lock"):
            processes.submit(threading.Lock).result()
        assert processes.submit(int, "3").result() == 3


def test_threads_are_pinned_and_stay_so_in_every_library():
    with Processes(1, threads=1) as processes:
        assert list(processes.map(os.getenv, PINS)) == ["1"] * len(PINS)
        assert processes.submit(cores).result() == 1
        found = processes.submit(blas_threads).result()
    assert found
    assert set(found) == {1}
    with Processes(1) as processes:
        assert processes.submit(cores).result() == cores()


def blas_threads():
    import threadpoolctl

    import specz.estimators.svm  # noqa: F401

    return [library["num_threads"] for library in threadpoolctl.threadpool_info()]


def test_tasks_that_run_are_stopped_when_the_caller_fails():
    start = time.perf_counter()
    with pytest.raises(KeyError), Processes(2) as processes:  # noqa: PT012
        pids = list(processes.map(pid_after, [0.2, 0.2]))
        waiting = [processes.submit(time.sleep, 60) for _ in range(4)]
        raise KeyError
    assert time.perf_counter() - start < 30
    assert not any(map(psutil.pid_exists, pids))
    assert all(future.done() for future in waiting)


def pid_after(seconds):
    time.sleep(seconds)
    return os.getpid()


def test_no_process_outlives_a_parent_that_was_killed():
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(0.3)  # it sleeps by then
        parent.kill()
    assert psutil.wait_procs([child], timeout=20)[1] == []

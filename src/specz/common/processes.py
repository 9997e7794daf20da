"""Tasks in processes of their own: pinned threads, named failures, no orphans.

``ProcessPoolExecutor`` of the standard library lacks two things. When one of its processes is
killed, all its tasks fail and none is named; and a worker of Dask, being a daemon, may not start
it. So each process here is a plain one that takes tasks from a pipe, one after the other.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

import joblib

P = ParamSpec("P")
T = TypeVar("T")

PINS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    "LOKY_MAX_CPU_COUNT",  # joblib.cpu_count(), for scikit-learn, the scan and SVMs
)
"""Environment variables that limit the threads of a library; it reads them when it is loaded."""

GRACE = 5.0
"""Seconds for a stopped process to tidy up before it is killed."""

PROGRAM = "import sys; sys.path[:] = {}; from specz.common.processes import serve; serve({}, {})"


def cores() -> int:
    """Cores that the system, a batch queue or a container gives to this process."""
    return int(joblib.cpu_count())


class Processes(Executor):
    """An executor of ``workers`` processes, each limited to ``threads``; by default to all cores.

    A process starts when it is first needed and is kept, because loading TensorFlow takes seconds;
    only a dead one is replaced. If an error or Ctrl-C leaves the ``with`` block, running tasks are
    stopped.
    """

    def __init__(self, workers: int, threads: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(workers)
        self._environment = {} if threads is None else dict.fromkeys(PINS, str(threads))
        self._processes: dict[int, _Process] = {}  # by thread of the pool
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Call ``function`` in a process; it, its arguments and its result must pickle.

        The future raises the function's errors, with their traceback as a note, and BrokenExecutor
        if the process dies.
        """
        return self._pool.submit(self._ask, partial(function, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for the tasks, or with ``cancel_futures`` stop them; then end the processes."""
        self._pool.shutdown(wait=not cancel_futures, cancel_futures=cancel_futures)
        with self._lock:
            self._closed = True
        for process in self._processes.values():
            process.end(tidily=cancel_futures)  # an idle process has nothing to tidy
        for process in self._processes.values():
            process.wait()
        self._pool.shutdown()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.shutdown(cancel_futures=kind is not None)

    def _ask(self, task: Callable[[], T]) -> T:
        me = threading.get_ident()
        with self._lock:
            if self._closed:
                raise BrokenExecutor("it was stopped")
            if me not in self._processes or not self._processes[me].alive:
                self._processes[me] = _Process(self._environment)
        answer: T = self._processes[me].ask(task)
        return answer


class _Process:
    """A process and the pipe to it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._channel, far = Pipe()
        program = PROGRAM.format(repr(sys.path), far.fileno(), os.getpid())
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            pass_fds=[far.fileno()],
            process_group=0,  # Ctrl-C is for the parent to answer
        )
        far.close()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, task: Callable[[], Any]) -> Any:
        try:
            self._channel.send(task)
            done, answer = self._channel.recv()
        except (EOFError, ConnectionError):
            code = self._process.wait()
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited ({code})"
            raise BrokenExecutor(f"its process {how}") from None
        if not done:
            raise answer
        return answer

    def end(self, tidily: bool) -> None:
        self._process.send_signal(signal.SIGTERM if tidily else signal.SIGKILL)

    def wait(self) -> None:
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def serve(channel: int, parent: int) -> None:
    """Do the tasks from the pipe with the descriptor ``channel`` until it is closed.

    Only :data:`PROGRAM` calls it. This process ends when the process ``parent`` is gone.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an exit tidies up, a signal does not
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    pipe = Connection(channel)
    while True:
        try:
            task = pipe.recv_bytes()  # unpickled below, where an error is sent back
        except EOFError:
            return
        try:
            answer = (True, pickle.loads(task)())
        except Exception as error:
            error.add_note(traceback.format_exc())
            answer = (False, error)
        try:
            pipe.send(answer)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            pipe.send((False, RuntimeError(f"cannot send {answer[1]!r} back: {error}")))


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: its parent is then another process."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)

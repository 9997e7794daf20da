"""A lock on a file: one process at a time. The system frees it when its holder ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from specz.common.progress import say


@contextmanager
def file_lock(path: Path, work: str) -> Iterator[int]:
    """Hold a lock on the empty file ``path``; if another process has it, say so and wait.

    ``work`` says what that process does: ``"builds the site"``. The descriptor that is yielded
    passes the lock on: a child process that inherits it holds the lock until it ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another process {work}; waiting for it to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:  # some network file systems have no locks
            say(f"no locks in {path.parent} ({error})")
        yield file.fileno()

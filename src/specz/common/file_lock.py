"""One at a time: a lock on a file, which the system holds until its holder ends, in any way."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def file_lock(path: Path, work: str) -> Iterator[int]:
    """Hold the lock ``path`` meanwhile; wait for who holds it, and say so.

    Parameters
    ----------
    path : Path
        An empty file; it is made, and left there.
    work : str
        What the other process does: ``"builds the site"``.

    Yields
    ------
    int
        A descriptor. A child process that inherits it holds the lock as well, until it ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another process {work}; waiting for it to end", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            print(f"no locks in {path.parent} ({error})", flush=True)
        yield file.fileno()

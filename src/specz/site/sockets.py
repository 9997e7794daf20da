"""A folder for the sockets of a kernel, whose paths the system limits to about a hundred bytes."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST = 103
"""Bytes that the path of a socket may have: 107 on Linux, 103 on macOS."""

LAST = "kernel-5"
"""Longest name of one of the five sockets of a kernel."""

SHORT = Path("/tmp")
"""Where the folder is made if that for temporary files has too long a path."""


@contextmanager
def socket_folder() -> Iterator[str]:
    """Yield a new folder in which sockets can be made; it is removed at the end.

    Raises
    ------
    ValueError
        If the path of the folder for temporary files is too long and there is no other.
    """
    usual = tempfile.gettempdir()
    try:
        folder = tempfile.TemporaryDirectory(prefix="specz-")
        if len(os.fsencode(f"{folder.name}/{LAST}")) > LONGEST:
            folder.cleanup()
            folder = tempfile.TemporaryDirectory(prefix="specz-", dir=SHORT)
    except OSError as error:
        most = LONGEST - len(f"/specz-12345678/{LAST}")
        raise ValueError(
            f"TMPDIR must be a folder that can be written, of at most {most} bytes, for the "
            f"sockets of kernels; got {usual!r}; {error.strerror}: {error.filename!r}"
        ) from None
    with folder as name:
        yield name

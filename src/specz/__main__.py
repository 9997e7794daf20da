"""The program ``specz``, also ``python -m specz``: Ctrl-C is answered from its first moment.

Loading the libraries takes seconds. An exception in the middle of that would show the inside of one
of them, or be lost in it; nothing is to be tidied up yet, so the process ends at once.
"""

import os
import signal
from types import FrameType


def _stop(signum: int, frame: FrameType | None) -> None:
    os.write(2, b"specz: stopped\n")
    os._exit(128 + signum)  # as of a process that the signal ended


def main() -> None:
    """Load and run the command line, :func:`specz.cli.main`."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:  # not one that ignores it, as under nohup
        signal.signal(signal.SIGINT, _stop)
    from specz import cli

    signal.signal(signal.SIGINT, usual)
    cli.main()


if __name__ == "__main__":
    main()

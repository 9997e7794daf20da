"""How far a work is: lines on standard output, and bars of tqdm where somebody watches.

How much is said is kept in the environment, so that processes started for a work say as much.
"""

import os
from typing import Any

VERBOSITY = "SPECZ_VERBOSITY"
"""Environment variable: 0 for no progress, 1 for lines and bars, 2 for durations and tracebacks."""


def verbosity() -> int:
    """How much is to be said, 0 to 2; 1 where the variable is not set or no such number."""
    text = os.environ.get(VERBOSITY, "")
    return int(text) if text in ("0", "1", "2") else 1


def say(line: str, level: int = 1) -> None:
    """Print a line about progress, at once, unless less than ``level`` is to be said."""
    if verbosity() >= level:
        print(line, flush=True)


class _Silent:
    """A bar that shows nothing."""

    def __init__(self, items: Any) -> None:
        self._items = items

    def __iter__(self) -> Any:
        return iter(self._items)

    def __enter__(self) -> "_Silent":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: int = 1) -> None:
        pass

    def set_postfix(self, **_: object) -> None:
        pass


def progress(items: Any = None, **options: Any) -> Any:
    """A bar over ``items``, or one to be told; options as of ``tqdm.tqdm``."""
    if not verbosity():
        return _Silent(items)
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return _Silent(items)
    return tqdm(items, disable=None, **options)

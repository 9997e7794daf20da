"""Checks of parameters: each error names the parameter, its value and what was expected."""

import difflib
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

PLAIN_NAME = re.compile(r"[\w.+-]+")
"""Names of files that become a part of pages: nothing that HTML or Markdown reads."""


def nearest(value: object, choices: Iterable[object]) -> str:
    """Return ``"; did you mean X?"`` for the choice closest to ``value``, or an empty string.

    >>> nearest("kmn", ["cnn", "knn"])
    "; did you mean 'knn'?"
    """
    names = [str(choice) for choice in choices]
    found = difflib.get_close_matches(str(value), names, n=1, cutoff=0.4)
    return f"; did you mean {found[0]!r}?" if found else ""


def choice(name: str, value: object, choices: Iterable[object]) -> None:
    """Raise ValueError unless ``value`` is one of ``choices``."""
    options = list(choices)
    if value not in options:
        listed = ", ".join(repr(option) for option in options)
        raise ValueError(f"{name} must be one of {listed}; got {value!r}{nearest(value, options)}")


def number(name: str, value: object, low: float, high: float = math.inf) -> None:
    """Raise unless ``value`` is a number in [low, high]; infinity only where ``high`` is."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number; got {value!r} of type {type(value).__name__}")
    if not low <= value <= high:  # NaN fails here as well
        raise ValueError(
            f"{name} must lie in [{low:.12g}, {high:.12g}]; got {value!r}; "
            f"the nearest valid value is {low if not value > high else high:.12g}"
        )


def integer(name: str, value: object, low: int, high: float = math.inf) -> None:
    """Raise unless ``value`` is an integer in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer; got {value!r} of type {type(value).__name__}")
    number(name, value, low, high)


def finite(name: str, value: object, low: float) -> None:
    """Raise unless ``value`` is a finite number of at least ``low``."""
    number(name, value, low)
    if math.isinf(value):  # type: ignore[arg-type]
        raise ValueError(f"{name} must be finite; got {value!r}")


def listed(
    name: str,
    values: Any,
    check: Callable[..., None],
    *arguments: Any,
    empty: bool = False,
    repeats: bool = False,
) -> Sequence[Any]:
    """Return ``values`` if it is a list and each value passes ``check(name, value, *arguments)``.

    ``check`` is a function of this module. The list may be empty only with ``empty``, and may hold
    a value twice only with ``repeats``.
    """
    if not isinstance(values, list | tuple):
        raise TypeError(f"{name} must be a list; got {values!r} of type {type(values).__name__}")
    if not values and not empty:
        raise ValueError(f"{name} must be a list with at least one value; got {values!r}")
    for value in values:
        check(name, value, *arguments)
    if not repeats and len(set(values)) != len(values):
        raise ValueError(f"{name} must not repeat a value; got {values!r}")
    return values


def flag(name: str, value: object) -> None:
    """Raise unless ``value`` is true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be true or false; got {value!r}")

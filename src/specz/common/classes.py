"""Classes that a reader names by their path, ``mypackage.module:MyClass``."""

import importlib
from typing import Any

from specz.common import checks


def import_class(what: str, path: object, example: str) -> Any:
    """Import the class at ``path``; messages call it ``what`` and show ``example`` as a valid path.

    Raises
    ------
    ValueError, TypeError
        If ``path`` is no path, or there is no such module or class; the message names the nearest.
    """
    if not isinstance(path, str):
        raise TypeError(f"{what} must be a path like {example}; got {path!r}")
    module, _, name = path.partition(":")
    if not name or not all(part.isidentifier() for part in module.split(".")):
        raise ValueError(f"{what} must be a path like {example}; got {path!r}")
    try:
        found = importlib.import_module(module)
    except (Exception, SystemExit) as error:  # a reader's module can fail in any way
        if isinstance(error, ModuleNotFoundError):
            why = f"{error}); install its package, or put its folder on PYTHONPATH"
        else:
            why = f"{type(error).__name__}: {error}); mend the module"
        raise ValueError(f"{what} {path!r}: cannot import {module!r} ({why}") from None
    if not hasattr(found, name):
        near = checks.nearest(name, [each for each in vars(found) if not each.startswith("_")])
        raise ValueError(f"{what} {path!r}: module {module!r} has no {name!r}{near}")
    return getattr(found, name)

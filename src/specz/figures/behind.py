"""The archived experiments behind a figure, found in what it was given to draw."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from specz.experiments.result import Result
from specz.study.archive import archived_as
from specz.study.titles import study_title


def archived_behind(*shown: object) -> dict[str, str]:
    """Title of each archived experiment by its key, in the order of what is ``shown``."""
    found = {archived_as(result): study_title(result.experiment) for result in _results(shown)}
    return {key: title for key, title in found.items() if key}


def _results(shown: Any) -> Iterator[Result]:
    """All results in collections and in fields of dataclasses, such as a claim's checks."""
    if isinstance(shown, Result):
        yield shown
    elif isinstance(shown, Mapping):
        yield from _results(tuple(shown.values()))
    elif isinstance(shown, list | tuple):
        for each in shown:
            yield from _results(each)
    elif is_dataclass(shown) and not isinstance(shown, type):
        yield from _results([getattr(shown, field.name) for field in fields(shown)])

"""Profiles and parameters of the notebooks, checked before anything starts.

A profile is a TOML file. Its table ``common`` holds for every notebook that has a parameter of that
name; the table of a notebook overrides it there. Parameters in neither block have the defaults of
the notebook's dataclass in :mod:`specz.study.studies`.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from specz.common import checks, paths
from specz.common.store import canonical
from specz.experiments.base import BaseExperiment
from specz.study.studies import STUDIES
from specz.study.study import Study

Parameters = dict[str, Any]

COMMON = "common"

STUDY = "paper"
"""Profile at the scale of the study, whose results are archived."""


def profiles() -> list[str]:
    """Names of the profiles; a reader's own is one more file, named by letters, digits, . _ + -.

    A name becomes part of pages, so that of another file counts for nothing.
    """
    names = (path.stem for path in paths.PROFILES.glob("*.toml") if path.is_file())
    return sorted(name for name in names if checks.PLAIN_NAME.fullmatch(name))


def profile_parameters(profile: str, notebook: str) -> Parameters:
    """Parameters that a profile gives to a notebook.

    Raises
    ------
    ValueError
        If the profile, the notebook or a name in the profile is unknown (the message names the
        nearest one), or a parameter has no value.
    """
    checks.choice("profile", profile, profiles())
    checks.choice("notebook", notebook, STUDIES)
    blocks = _blocks(profile)
    known = {f.name: f.default for f in fields(STUDIES[notebook])}
    common = {name: v for name, v in blocks.get(COMMON, {}).items() if name in known}
    found = known | common | blocks.get(notebook, {})
    for name, value in found.items():
        if value is MISSING:
            raise ValueError(f"profile {profile!r} gives notebook {notebook!r} no {name}")
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def _blocks(profile: str) -> dict[str, Parameters]:
    """Read a profile and check every name in it, also in the blocks of other notebooks."""
    path = paths.PROFILES / f"{profile}.toml"
    try:
        blocks = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"profile {profile!r} is not TOML: {error}") from None
    for block, given in blocks.items():
        checks.choice(f"block of profile {profile!r}", block, [COMMON, *STUDIES])
        if not isinstance(given, dict):
            raise ValueError(
                f"block {block!r} of profile {profile!r} must be a table, [{block}]; got {given!r}"
            )
        for name, value in given.items():
            try:
                canonical(value)
            except TypeError:  # TOML has dates
                wanted = f"{name} of block {block!r} of profile {profile!r} must be a plain value"
                raise TypeError(f"{wanted}; got {value!r}") from None
        if block == COMMON:
            known = dict.fromkeys(f.name for kind in STUDIES.values() for f in fields(kind))
            for name in given:
                checks.choice("common parameter", name, known)
        else:
            _check_names(block, given)
    return blocks


def _check_names(notebook: str, names: Iterable[str]) -> None:
    """Raise ValueError unless each name is a parameter of the notebook."""
    known = [f.name for f in fields(STUDIES[notebook])]
    for name in names:
        checks.choice(f"parameter of notebook {notebook!r}", name, known)


def study(notebook: str, parameters: Parameters) -> Study:
    """Make a notebook's study from all its parameters; an unknown name is a ValueError."""
    _check_names(notebook, parameters)
    return STUDIES[notebook](**parameters)


def profile_study(profile: str, notebook: str) -> Any:
    """Return the study of a notebook at a profile."""
    return study(notebook, profile_parameters(profile, notebook))


def resolve(notebook: str, profile: str, overrides: Mapping[str, Any]) -> Parameters:
    """Join a profile with the reader's own parameters, and check every one of them.

    Raises
    ------
    ValueError, TypeError
        If a name is unknown, or a value is of the wrong type or out of range.
    """
    parameters = profile_parameters(profile, notebook)
    _check_names(notebook, overrides)
    for name, value in overrides.items():
        # A single value stands for a list of one.
        is_list = isinstance(parameters[name], list) and not isinstance(value, list)
        parameters[name] = [value] if is_list else value
    experiments(notebook, parameters)
    return parameters


def experiments(notebook: str, parameters: Parameters) -> Sequence[BaseExperiment]:
    """List the experiments that a notebook draws, and check its parameters."""
    return study(notebook, parameters).experiments()


def opened() -> set[BaseExperiment]:
    """Experiments whose trained networks pages open, at the scale of the study."""
    return {e for name in STUDIES for e in profile_study(STUDY, name).opened()}


def profile_experiments(profile: str) -> list[BaseExperiment]:
    """List the experiments of all notebooks at a profile, each once."""
    return list(dict.fromkeys(e for n in STUDIES for e in profile_study(profile, n).experiments()))

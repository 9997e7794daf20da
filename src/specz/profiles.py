"""Profiles and parameters: what each notebook is run with, checked before anything starts."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import yaml

from specz import checks, paths
from specz.experiment import Experiment
from specz.studies import STUDIES

Parameters = dict[str, Any]


def profiles() -> list[str]:
    """Names of the profiles; a reader's own is one more file."""
    return sorted(path.stem for path in paths.PROFILES.glob("*.yml"))


def profile_parameters(profile: str, notebook: str) -> Parameters:
    """Parameters that a profile gives to a notebook.

    Raises
    ------
    ValueError
        If there is no such profile or notebook; the message names the nearest one.
    """
    checks.choice("profile", profile, profiles())
    checks.choice("notebook", notebook, STUDIES)
    text = (paths.PROFILES / f"{profile}.yml").read_text(encoding="utf-8")
    parameters: Parameters = yaml.safe_load(text)[notebook]
    return parameters


def resolve(notebook: str, profile: str, overrides: Mapping[str, Any]) -> Parameters:
    """Join a profile with the reader's own parameters, and check every one of them.

    Raises
    ------
    ValueError, TypeError
        If a name is unknown, or a value is of the wrong type or out of range.
    """
    parameters = profile_parameters(profile, notebook)
    for name, value in overrides.items():
        checks.choice(f"parameter of notebook {notebook!r}", name, parameters)
        # A single value stands for a list of one.
        is_list = isinstance(parameters[name], list) and not isinstance(value, list)
        parameters[name] = [value] if is_list else value
    experiments(notebook, parameters)
    return parameters


def experiments(notebook: str, parameters: Parameters) -> list[Experiment]:
    """List the experiments that a notebook draws; checks the parameters on the way."""
    study = STUDIES[notebook]
    for name in parameters:
        checks.choice(
            f"parameter of notebook {notebook!r}", name, inspect.signature(study).parameters
        )
    return study(**parameters)


def profile_experiments(profile: str) -> list[Experiment]:
    """List the experiments of all notebooks at a profile, each once."""
    chosen = {name: profile_parameters(profile, name) for name in STUDIES}
    return list(dict.fromkeys(e for name in chosen for e in experiments(name, chosen[name])))


def parse_override(text: str) -> tuple[str, Any]:
    """Read ``name=value``; the value is YAML, and ``inf`` is the S/N of clean spectra.

    Raises
    ------
    ValueError
        If there is no ``=`` or the value is not YAML.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"expected name=value; got {text!r}")
    try:
        parsed = yaml.safe_load(re.sub(r"(?<![.\w])inf\b", ".inf", value))
    except yaml.YAMLError as error:
        raise ValueError(f"{name}: {value!r} is not a YAML value") from error
    return name.strip(), parsed

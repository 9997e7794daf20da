"""Titles of the study's experiments, each of them unique."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from specz.common.store import canonical
from specz.experiments.base import BaseExperiment
from specz.study.profiles import STUDY, profile_experiments


def study_title(experiment: BaseExperiment) -> str:
    """Title of an experiment; of one of the study, with what tells it from others of that title."""
    return _study_titles().get(experiment, experiment.title)


@cache
def _study_titles() -> dict[BaseExperiment, str]:
    return unique_titles(profile_experiments(STUDY))


def unique_titles(experiments: list[BaseExperiment]) -> dict[BaseExperiment, str]:
    """Title of each experiment, completed by the settings in which those of one title differ."""
    groups: dict[str, list[BaseExperiment]] = defaultdict(list)
    for experiment in experiments:
        groups[experiment.title].append(experiment)
    found = {}
    for title, group in groups.items():
        settings = [_flat(experiment.config) for experiment in group]
        names = dict.fromkeys(name for each in settings for name in each)
        differing = [n for n in names if len({repr(each.get(n)) for each in settings}) > 1]
        for experiment, each in zip(group, settings, strict=True):
            words = [f"{n.rpartition('.')[2].replace('_', ' ')} {each.get(n)}" for n in differing]
            found[experiment] = ", ".join([title, *words])
    return found


def _flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by their path, such as ``estimator.training.min_updates``."""
    found: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = canonical(value)
    return found

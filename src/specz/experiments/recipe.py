"""Recipes: the settings, code and library versions that decide a result.

A recipe's digest is the key of its entry in the store. It covers only code that can change a
number, so not names, titles, colours or the list of estimators.
"""

from collections.abc import Sequence
from importlib.metadata import packages_distributions
from typing import Any

from specz.common import paths
from specz.common.fingerprint import code_fingerprint, library_versions
from specz.common.store import Store, canonical, key_of
from specz.estimators.backend import LIBRARIES, backend
from specz.estimators.base import Estimator
from specz.experiments.base import BaseExperiment

EVALUATION_ONLY = ("n_test", "altered", "neighbours", "knn", "cnn")
"""Settings of an experiment that do not change the fit."""

Recipe = dict[str, Any]


def result_recipe(experiment: BaseExperiment) -> Recipe:
    """Recipe of an experiment's result."""
    return _recipe("experiment", experiment, experiment.config, *experiment.evaluation_code)


def fit_recipe(experiment: BaseExperiment) -> Recipe:
    """Recipe of the fitted estimator: without the test spectra and their evaluation."""
    config = {name: v for name, v in experiment.config.items() if name not in EVALUATION_ONLY}
    return _recipe("fit", experiment, config, *experiment.fit_code)


def _recipe(step: str, experiment: BaseExperiment, config: dict[str, Any], *modules: str) -> Recipe:
    estimator = experiment.estimator
    # An estimator from outside counts by its code and by the version of its package.
    libraries = (*numerical_libraries(), *_distributions(estimator))
    surroundings = _surroundings(libraries, *modules, type(estimator).__module__)
    return {"step": step, "config": config, **surroundings}


def numerical_libraries() -> tuple[str, ...]:
    """Distributions whose version may change a number."""
    return ("numpy", "scipy", "numba", "scikit-learn", "keras", *LIBRARIES[backend()])


def _distributions(estimator: Estimator) -> list[str]:
    """Distributions of an estimator from outside this package, or of the class that it wraps."""
    sources = (type(estimator).__module__, getattr(estimator, "classifier", ""))
    packages = {source.partition(":")[0].partition(".")[0] for source in sources} - {"specz", ""}
    installed = packages_distributions() if packages else {}
    return [name for package in packages for name in installed.get(package, [])]


def _surroundings(libraries: Sequence[str], *modules: str) -> Recipe:
    return {
        "code": code_fingerprint(*modules),
        "versions": library_versions(*libraries),
        "backend": backend(),
    }


def missing(
    experiments: Sequence[BaseExperiment], store: Store | None = None
) -> list[BaseExperiment]:
    """Return the experiments that the store does not hold yet."""
    store = store or Store(paths.STORE)
    return [e for e in experiments if not store.folder(key_of(result_recipe(e))).is_dir()]


def why(experiment: BaseExperiment, store: Store | None = None) -> list[str]:
    """List the changes since the most similar stored entry of the same estimator.

    Empty if the experiment is stored; one line if there is no entry to compare with.
    """
    store = store or Store(paths.STORE)
    recipe = result_recipe(experiment)
    if store.folder(key_of(recipe)).is_dir():
        return []
    name = "config.estimator.name"
    entries = [{part: manifest.get(part) for part in recipe} for manifest in store.manifests()]
    alike = [entry for entry in entries if _flat(entry).get(name) == _flat(recipe)[name]]
    candidates = [changes(entry, recipe) for entry in alike]
    return min(candidates, key=len, default=["nothing like it is stored"])


def changes(before: Recipe, after: Recipe) -> list[str]:
    """List the differences of two recipes: one line per setting, source file or version."""
    was, now = _flat(canonical(before)), _flat(canonical(after))
    return [
        _change(name, was.get(name), now.get(name))
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name)
    ]


def differences_here(recipe: Recipe) -> list[str]:
    """List the differences of code and versions here from a recipe of another machine."""
    try:
        here = {**recipe, **_surroundings(tuple(recipe["versions"]), *recipe["code"])}
    except (ImportError, ValueError) as error:  # a module that is not installed here
        return [str(error)]
    return changes(recipe, here)


def _flat(value: object, prefix: str = "") -> dict[str, object]:
    """Flatten nested settings to names like ``a.b.c``."""
    if not isinstance(value, dict):
        return {prefix: value}
    flat: dict[str, object] = {}
    for key, item in value.items():
        flat |= _flat(item, f"{prefix}.{key}" if prefix else key)
    return flat


def _change(name: str, before: object, after: object) -> str:
    part, _, rest = name.partition(".")
    if part == "code":
        return f"source of {rest} changed"
    words = {"config": "parameter", "versions": "version of", "backend": "backend"}
    return f"{words.get(part, part)} {rest}: was {before!r}, is {after!r}".replace("  ", " ")

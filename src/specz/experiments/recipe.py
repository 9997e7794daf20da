"""What decides a result: settings, code, library versions; and what changed since another.

A recipe's digest is the key of its entry in the store. Only code that can change a number is in
it: names, titles and colours are not, nor the list of estimators.
"""

from collections.abc import Sequence
from importlib.metadata import packages_distributions
from typing import Any

from specz.common import paths
from specz.common.fingerprint import code_fingerprint, library_versions
from specz.common.store import Store, canonical, key_of
from specz.estimators.backend import LIBRARIES, backend
from specz.estimators.base import Estimator
from specz.experiments.experiment import Experiment

EVALUATION_ONLY = ("n_test", "altered")
"""Settings of an experiment that do not change what is fitted."""

Recipe = dict[str, Any]


def result_recipe(experiment: Experiment) -> Recipe:
    """What decides an experiment's result: settings, code, library versions."""
    modules = ["specz.experiments.evaluate"]
    modules += ["specz.spectra.perturbations"] * bool(experiment.altered)
    return _recipe("experiment", experiment, experiment.config, *modules)


def fit_recipe(experiment: Experiment) -> Recipe:
    """What decides the fitted estimator: all but the test spectra and how they are asked."""
    config = {name: v for name, v in experiment.config.items() if name not in EVALUATION_ONLY}
    return _recipe("fit", experiment, config, "specz.spectra.sample")


def _recipe(step: str, experiment: Experiment, config: dict[str, Any], *modules: str) -> Recipe:
    estimator = experiment.estimator
    libraries = (*numerical_libraries(), *_distributions(estimator))
    surroundings = _surroundings(libraries, *modules, type(estimator).__module__)
    return {"step": step, "config": config, **surroundings}


def numerical_libraries() -> tuple[str, ...]:
    """Distributions on whose version a number may depend."""
    return ("numpy", "scipy", "numba", "scikit-learn", "keras", *LIBRARIES[backend()])


def _distributions(estimator: Estimator) -> list[str]:
    """Distributions that an estimator from outside this package comes from, or wraps."""
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


def missing(experiments: Sequence[Experiment], store: Store | None = None) -> list[Experiment]:
    """Return the experiments that the store does not hold yet."""
    store = store or Store(paths.STORE)
    return [e for e in experiments if not store.folder(key_of(result_recipe(e))).is_dir()]


def why(experiment: Experiment, store: Store | None = None) -> list[str]:
    """Say what changed since the nearest stored entry of the same estimator.

    Returns
    -------
    list of str
        One line for each setting, source file or version that differs; empty if the
        experiment is stored, one line saying so if there is no entry to compare with.
    """
    store = store or Store(paths.STORE)
    recipe = result_recipe(experiment)
    if store.folder(key_of(recipe)).is_dir():
        return []
    name = "config.estimator.name"
    wanted = _flat(recipe)[name]
    nearest: list[str] | None = None
    for manifest in store.manifests():
        entry = {part: manifest.get(part) for part in recipe}
        if _flat(entry).get(name) != wanted:
            continue
        changed = changes(entry, recipe)
        if nearest is None or len(changed) < len(nearest):
            nearest = changed
    return ["nothing like it is stored"] if nearest is None else nearest


def changes(before: Recipe, after: Recipe) -> list[str]:
    """Say what differs between two recipes, one line for each setting, source file or version."""
    was, now = _flat(canonical(before)), _flat(canonical(after))
    return [
        _change(name, was.get(name), now.get(name))
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name)
    ]


def differences_here(recipe: Recipe) -> list[str]:
    """Say what of the code and the versions here is not as in a recipe from another machine."""
    try:
        here = {**recipe, **_surroundings(tuple(recipe["versions"]), *recipe["code"])}
    except (ImportError, ValueError) as error:  # a module that is not here
        return [str(error)]
    return changes(recipe, here)


def _flat(value: object, prefix: str = "") -> dict[str, object]:
    """Flatten nested settings to ``a.b.c`` names."""
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

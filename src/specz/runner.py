"""Run experiments, each at most once: look in the store, compute what is missing."""

import os
import platform
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from tqdm import tqdm

from specz import paths
from specz.backend import CPU, LIBRARIES, backend, device
from specz.estimators import Cost, Fitted, History, Reloadable
from specz.evaluation import Evaluation, evaluate
from specz.experiment import Experiment, fit
from specz.fingerprint import code_fingerprint, library_versions
from specz.lock import alone
from specz.predictions import Predictions
from specz.store import Arrays, Entry, Store, canonical, key_of

ASKED = ("n_test", "altered")
"""Settings of an experiment that do not change what is fitted."""

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Result:
    """An experiment and what came of it.

    Attributes
    ----------
    experiment : Experiment
    train, validation, test : Predictions
    history : History or None
    manifest : dict
        How the result was made.
    """

    experiment: Experiment
    train: Predictions
    validation: Predictions
    test: Predictions
    history: History | None
    manifest: dict[str, Any]


def recipe(experiment: Experiment) -> dict[str, Any]:
    """What decides an experiment's result: settings, code, library versions."""
    return _recipe("experiment", experiment, "specz.evaluation", experiment.config)


def fit_recipe(experiment: Experiment) -> dict[str, Any]:
    """What decides the fitted estimator: all but the test spectra and how they are asked."""
    config = {name: v for name, v in experiment.config.items() if name not in ASKED}
    return _recipe("fit", experiment, "specz.experiment", config)


def _recipe(
    step: str, experiment: Experiment, module: str, config: dict[str, Any]
) -> dict[str, Any]:
    code = _surroundings(module, type(experiment.estimator).__module__)
    return {"step": step, "config": config, **code}


def numerical_libraries() -> tuple[str, ...]:
    """Distributions on whose version a number may depend."""
    return ("numpy", "scipy", "numba", "scikit-learn", "keras", *LIBRARIES[backend()])


def _surroundings(*modules: str) -> dict[str, Any]:
    return {
        "code": code_fingerprint(*modules),
        "versions": library_versions(*numerical_libraries()),
        "backend": backend(),
    }


def missing(experiments: Sequence[Experiment], store: Store | None = None) -> list[Experiment]:
    """Return the experiments that the store does not hold yet."""
    store = store or Store(paths.STORE)
    return [e for e in experiments if not store.folder(key_of(recipe(e))).is_dir()]


def run(experiments: Sequence[Experiment], store: Store | None = None) -> list[Result]:
    """Return the result of each experiment, computing those that the store lacks.

    Parameters
    ----------
    experiments : sequence of Experiment
    store : Store, optional
        ``build/store`` by default.
    """
    store = store or Store(paths.STORE)
    results = []
    for experiment in tqdm(experiments, desc="experiments", unit="", disable=None, leave=False):
        made_of = recipe(experiment)
        key = key_of(made_of)
        entry = store.load(key)
        if entry is None:
            entry = _compute(experiment, made_of, store)
        results.append(to_result(experiment, entry))
    return results


def fitted(experiment: Experiment, store: Store | None = None) -> Fitted:
    """Return the fitted estimator of an experiment, fitting it if the store lacks it."""
    return _fit(experiment, store or Store(paths.STORE))[0]


def _compute(experiment: Experiment, made_of: dict[str, Any], store: Store) -> Entry:
    fitted, fit_cost = _fit(experiment, store)
    start = Cost.clock()
    evaluation = evaluate(experiment, fitted)
    cost = fit_cost.plus(Cost.clock().since(start))
    manifest = {
        **made_of,
        "title": experiment.title,
        "seconds": round(cost.seconds, 3),
        "cpu_seconds": round(cost.cpu_seconds, 3),
        "fit_seconds": round(fit_cost.seconds, 3),
        "test_spectra_per_second": round(len(evaluation.test) / evaluation.test_seconds, 1),
        **_circumstances(fitted),
    }
    return store.save(key_of(made_of), manifest, to_arrays(evaluation, fitted.history))


def _fit(experiment: Experiment, store: Store) -> tuple[Fitted, Cost]:
    """Return the fitted estimator, from the store if it can be read again, and its cost."""
    made_of = fit_recipe(experiment)
    key = key_of(made_of)
    checkpoint = store.checkpoint(key)
    if not isinstance(experiment.estimator, Reloadable):
        start = Cost.clock()
        return fit(experiment), Cost.clock().since(start)
    entry = store.load(key)
    if entry is None:
        lock = checkpoint.with_suffix(".lock")
        with alone(lock, f"fits {experiment.title}"):
            entry = store.load(key) or _keep_fit(experiment, made_of, store)
            lock.unlink(missing_ok=True)
    # The model that answers is always the one on disk.
    fitted = experiment.estimator.load(entry.folder)
    history = History(**entry.arrays) if entry.arrays else None
    cost = Cost(entry.manifest["seconds"], entry.manifest["cpu_seconds"])
    return replace(fitted, history=history), cost


def _keep_fit(experiment: Experiment, made_of: dict[str, Any], store: Store) -> Entry:
    """Fit an estimator and store it; its checkpoint is needed no more."""
    key = key_of(made_of)
    checkpoint = store.checkpoint(key)
    start = Cost.clock()
    fitted = fit(experiment, checkpoint)
    cost = fitted.earlier.plus(Cost.clock().since(start))
    manifest = {**made_of, **cost._asdict(), **_circumstances(fitted)}
    entry = store.save(key, manifest, _history(fitted.history), fitted.save)
    checkpoint.unlink(missing_ok=True)
    return entry


def commit() -> str:
    """Return the commit of the source, ``-dirty`` added if it was edited, or ``unknown``."""
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=paths.ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _circumstances(fitted: Fitted) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "commit": commit(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "process_peak_memory_mb": round(peak / (2**20 if sys.platform == "darwin" else 2**10)),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "device": device() if fitted.history is not None else CPU,
    }


def to_arrays(evaluation: "Evaluation | Result", history: History | None) -> Arrays:
    """Return the arrays of predictions and history, named ``part.column``."""
    arrays: Arrays = {}
    for part in PARTS:
        predictions = getattr(evaluation, part)
        arrays |= {f"{part}.{f.name}": getattr(predictions, f.name) for f in fields(Predictions)}
    return arrays | {f"history.{name}": value for name, value in _history(history).items()}


def _history(history: History | None) -> Arrays:
    return {} if history is None else asdict(history)


def to_result(experiment: Experiment, entry: Entry) -> Result:
    """Rebuild a result from a stored entry."""

    def part(prefix: str) -> dict[str, Any]:
        dot = f"{prefix}."
        return {
            name.removeprefix(dot): value
            for name, value in entry.arrays.items()
            if name.startswith(dot)
        }

    train, validation, test = (Predictions(**part(name)) for name in PARTS)
    history = part("history")
    return Result(
        experiment,
        train,
        validation,
        test,
        History(**history) if history else None,
        entry.manifest,
    )


def why(experiment: Experiment, store: Store | None = None) -> list[str]:
    """Say what changed since the nearest stored entry of the same estimator.

    Returns
    -------
    list of str
        One line for each setting, source file or version that differs; empty if the
        experiment is stored, one line saying so if there is no entry to compare with.
    """
    store = store or Store(paths.STORE)
    made_of = recipe(experiment)
    if store.folder(key_of(made_of)).is_dir():
        return []
    name = "config.estimator.name"
    wanted = _flat(made_of)[name]
    nearest: list[str] | None = None
    for manifest in store.manifests():
        entry = {part: manifest.get(part) for part in made_of}
        if _flat(entry).get(name) != wanted:
            continue
        changed = changes(entry, made_of)
        if nearest is None or len(changed) < len(nearest):
            nearest = changed
    return ["nothing like it is stored"] if nearest is None else nearest


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what differs between two recipes, one line for each setting, source file or version."""
    was, now = _flat(canonical(before)), _flat(canonical(after))
    return [
        _change(name, was.get(name), now.get(name))
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name)
    ]


def differences_here(made_of: dict[str, Any]) -> list[str]:
    """Say what of the code and the versions here is not as in a recipe from another machine."""
    try:
        here = {**made_of, **_surroundings(*made_of["code"])}
    except (ImportError, ValueError) as error:  # a module that is not here
        return [str(error)]
    return changes(made_of, here)


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

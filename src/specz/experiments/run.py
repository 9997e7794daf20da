"""Run experiments, each at most once: read stored results and compute the others."""

import resource
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from specz.common import paths
from specz.common.circumstances import circumstances
from specz.common.file_lock import file_lock
from specz.common.progress import progress
from specz.common.store import Entry, Store, key_of
from specz.estimators.backend import CPU, device
from specz.estimators.base import Cost, Fitted, History, Reloadable
from specz.experiments.base import BaseExperiment
from specz.experiments.experiment import fit
from specz.experiments.recipe import Recipe, fit_recipe, result_recipe
from specz.experiments.result import Result, history_arrays, to_arrays, to_result


def run(experiments: Sequence[BaseExperiment], store: Store | None = None) -> list[Result]:
    """Return the result of each experiment, computing those that the store lacks.

    The store is ``build/store`` by default.
    """
    store = store or Store(paths.STORE)
    results = []
    for experiment in progress(experiments, desc="experiments", unit="", leave=False):
        recipe = result_recipe(experiment)
        entry = store.load(key_of(recipe)) or _compute(experiment, recipe, store)
        results.append(to_result(experiment, entry))
    return results


def fitted(experiment: BaseExperiment, store: Store | None = None) -> Fitted:
    """Return the fitted estimator of an experiment, fitting it if the store lacks it."""
    return _fit(experiment, store or Store(paths.STORE))[0]


def _compute(experiment: BaseExperiment, recipe: Recipe, store: Store) -> Entry:
    fitted, fit_cost = _fit(experiment, store)
    start = Cost.clock()
    evaluation = experiment.evaluate(fitted)
    cost = fit_cost.plus(Cost.clock().since(start))
    manifest = {
        **recipe,
        "title": experiment.title,
        "seconds": round(cost.seconds, 3),
        "cpu_seconds": round(cost.cpu_seconds, 3),
        "fit_seconds": round(fit_cost.seconds, 3),
        "test_spectra_per_second": round(len(evaluation.test) / evaluation.test_seconds, 1),
        **_circumstances(fitted),
    }
    return store.save(key_of(recipe), manifest, to_arrays(evaluation, fitted.history))


def _fit(experiment: BaseExperiment, store: Store) -> tuple[Fitted, Cost]:
    """Return the fitted estimator and its cost, from the store if it can be read from disk."""
    if not isinstance(experiment.estimator, Reloadable):
        start = Cost.clock()
        return fit(experiment), Cost.clock().since(start)
    recipe = fit_recipe(experiment)
    key = key_of(recipe)
    entry = store.load(key)
    if entry is None:
        lock = store.checkpoint(key).with_suffix(".lock")
        with file_lock(lock, f"fits {experiment.title}"):
            entry = store.load(key) or _keep_fit(experiment, recipe, store)
            lock.unlink(missing_ok=True)
    # Always use the model on disk, so that a new fit gives the same numbers as a stored one.
    fitted = experiment.estimator.load(entry.folder)
    history = History(**entry.arrays) if entry.arrays else None
    cost = Cost(entry.manifest["seconds"], entry.manifest["cpu_seconds"])
    return replace(fitted, history=history), cost


def _keep_fit(experiment: BaseExperiment, recipe: Recipe, store: Store) -> Entry:
    """Fit an estimator and store it, then remove its checkpoint."""
    key = key_of(recipe)
    checkpoint = store.checkpoint(key)
    start = Cost.clock()
    fitted = fit(experiment, checkpoint)
    cost = fitted.earlier.plus(Cost.clock().since(start))
    manifest = {**recipe, **cost._asdict(), **_circumstances(fitted)}
    entry = store.save(key, manifest, history_arrays(fitted.history), fitted.save)
    checkpoint.unlink(missing_ok=True)
    return entry


def _circumstances(fitted: Fitted) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        **circumstances(),
        # ru_maxrss is in bytes on macOS, in KiB on Linux.
        "process_peak_memory_mb": round(peak / (2**20 if sys.platform == "darwin" else 2**10)),
        "device": device() if fitted.history is not None else CPU,
    }

"""Results at the scale of the study, committed under ``results/`` for everyone to read.

An archived result is found by the settings of its experiment alone: the code has changed since,
and the manifest names the code, commit and versions that made it. SEDs and redshifts of the
spectra follow from the settings, so they are not stored but drawn again.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from specz import metrics
from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.common.store import Arrays, Entry, Store, key_of
from specz.estimators.backend import CPU
from specz.estimators.bayes import BayesLimit
from specz.estimators.registry import SPECTRA, differences
from specz.experiments.base import BaseExperiment
from specz.experiments.evaluate import evaluation_samples
from specz.experiments.result import PARTS, Result, to_arrays, to_result
from specz.study import checksums
from specz.study.profiles import STUDY, profile_study

ALSO_READ = {"claims": ("budget",)}
"""Notebooks that read the archived results of others too."""

RECORDED = (
    *("commit", "finished", "seconds", "cpu_seconds", "fit_seconds", "test_spectra_per_second"),
)
"""What a manifest must hold besides its key and files."""

COLUMNS = (
    *("method", "layers", "n_train", "snr", "grid", "seed", "altered", "settings", "n_test"),
    *("accuracy", "ci_low", "ci_high", "limit_accuracy", "within1", "sigma_nmad", "outliers_003"),
    *("nll", "train_seconds", "spectra_per_second", "device", "key"),
)
"""Columns of the summary."""


def archive_key(experiment: BaseExperiment) -> str:
    """Digest of an experiment's settings."""
    return key_of({"config": experiment.config})


def absence() -> str:
    """Say where to get the archive if it is not there, as with an installed wheel; else nothing."""
    if any(paths.RESULTS.glob("*/manifest.json")):
        return ""
    return (
        f"there are no archived results in {paths.RESULTS}: unpack the bundle of a release, "
        "crate.zip, and name its folder 'results' with SPECZ_RESULTS"
    )


def archived(wanted: Sequence[BaseExperiment]) -> list[Result]:
    """Return the archived results of those experiments that have one.

    Raise ValueError if a result does not match its digests.
    """
    return [_restore(experiment, entry) for experiment, entry in _entries(wanted).items()]


def _entries(wanted: Sequence[BaseExperiment]) -> dict[BaseExperiment, Entry]:
    """Entries of those experiments that are archived."""
    store = Store(paths.RESULTS)
    keys = {experiment: archive_key(experiment) for experiment in wanted}
    found = {e: store.read(key) for e, key in keys.items() if store.folder(key).is_dir()}
    for entry in found.values():
        for name in RECORDED:
            if name not in entry.manifest:
                raise ValueError(f"{entry.folder} cannot be read: its manifest lacks {name!r}")
    return found


def reference(notebook: str) -> list[Result]:
    """Return the archived results that a notebook has at paper scale."""
    return archived(profile_study(STUDY, notebook).experiments())


def digests(notebook: str) -> list[str]:
    """Digests of the archived results that a page may read; a change makes the page anew."""
    pages = (notebook, *ALSO_READ.get(notebook, ()))
    wanted = [e for page in pages for e in profile_study(STUDY, page).experiments()]
    manifests = [folder(e) / "manifest.json" for e in wanted]
    return [file_digest(p) for p in manifests if p.is_file()]


def is_archived(result: Result) -> bool:
    """Whether a result came from the archive."""
    return "store_key" in result.manifest


def archived_as(result: Result) -> str:
    """Key of a result in the archive; empty if it was computed here."""
    return archive_key(result.experiment) if is_archived(result) else ""


def folder(experiment: BaseExperiment) -> Path:
    """Folder of an experiment in the archive, whether it exists or not."""
    return Store(paths.RESULTS).folder(archive_key(experiment))


def add(result: Result, write: Callable[[Path], None] | None = None) -> Entry:
    """Write a result into the archive, without the columns that follow from its settings.

    ``write`` may add the files of its fitted estimator.
    """
    arrays: Arrays = {}
    experiment = result.experiment
    for name, values in to_arrays(result, result.history).items():
        part, column = name.split(".")
        if part == "history":
            arrays[name] = values.astype(np.float32)
        elif column == experiment.answer or (part == "test" and column not in experiment.derived):
            arrays[name] = values.astype(np.float16) if column in experiment.half else values
    manifest = {k: v for k, v in result.manifest.items() if k not in ("key", "files")}
    manifest["store_key"] = result.manifest["key"]
    return Store(paths.RESULTS).save(archive_key(experiment), manifest, arrays, write)


def _restore(experiment: BaseExperiment, entry: Entry) -> Result:
    """Join an archived entry with the columns that follow from its settings."""
    arrays = dict(entry.arrays)
    for part in PARTS:
        if (needed := f"{part}.{experiment.answer}") not in arrays:
            raise ValueError(f"{entry.folder} cannot be read: it has no array {needed!r}")
    if experiment.derived:  # real data may not be at hand: all of theirs is archived
        samples = evaluation_samples(experiment.samples(), bool(experiment.altered))
        for part, sample in zip(PARTS, samples, strict=True):
            arrays |= {f"{part}.{name}": getattr(sample, name) for name in experiment.derived}
    for part in PARTS:
        for field in fields(experiment.predictions):
            name = f"{part}.{field.name}"
            n = len(arrays[f"{part}.{experiment.answer}"])
            unknown = np.full(n, np.nan, dtype=np.float32)
            arrays[name] = arrays.get(name, unknown)
            if field.name in experiment.half:
                arrays[name] = arrays[name].astype(np.float32)
    history = [name for name in arrays if name.startswith("history.")]
    arrays |= {name: arrays[name].astype(np.float64) for name in history}
    return to_result(experiment, Entry(entry.key, entry.manifest, arrays, entry.folder))


def summary(results: Sequence[Result]) -> str:
    """One CSV row for each result, with the columns of :data:`COLUMNS`.

    ``limit_accuracy`` is the Bayes limit on the same test spectra: 1 for clean spectra, empty if
    it is not among the results.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    rows = [_row(result, _limit(result, results)) for result in results]
    writer.writerows(sorted(rows, key=lambda row: [str(row[name]) for name in COLUMNS]))
    return out.getvalue()


def _limit(result: Result, results: Sequence[Result]) -> float:
    """Accuracy of the Bayes limit on the test spectra of ``result``; NaN if it is not there.

    On perturbed spectra the same rule is no limit: its prior is that of other spectra.
    """
    if result.experiment.altered or result.experiment.task != SPECTRA:
        return float("nan")
    if np.isinf(result.snr):
        return 1.0
    for other in (r for r in results if isinstance(r.estimator, BayesLimit)):
        limit = other.experiment
        # The limit on the same spectra differs in these settings alone.
        names = ("estimator", "n_train", "seed", "n_validation")
        alike = replace(result.experiment, **{name: getattr(limit, name) for name in names})
        if alike == limit:
            return metrics.accuracy(other.test).value
    return float("nan")


def _row(result: Result, limit: float) -> dict[str, object]:
    experiment, test = result.experiment, result.test
    exact = metrics.accuracy(test)
    numbers = {
        "accuracy": exact.value,
        "ci_low": exact.low,
        "ci_high": exact.high,
        "limit_accuracy": limit,
        **_of_redshifts(result),
        "nll": metrics.negative_log_likelihood(test).value,
    }
    return {
        "method": experiment.method,
        "layers": getattr(experiment.estimator, "layers", ""),
        "n_train": experiment.n_train,
        **experiment.summary(),
        "seed": experiment.seed,
        "altered": experiment.altered,
        "settings": differences(experiment.estimator),
        "n_test": len(test),
        **{name: "" if np.isnan(v) else f"{v:.6g}" for name, v in numbers.items()},
        "train_seconds": result.manifest["fit_seconds"],
        "spectra_per_second": result.manifest["test_spectra_per_second"],
        "device": _device(result.manifest),
        "key": archive_key(experiment)[:16],
    }


def _of_redshifts(result: Result) -> dict[str, float]:
    """Numbers that only redshifts have; NaN for another task."""
    if result.experiment.task != SPECTRA:
        return dict.fromkeys(("within1", "sigma_nmad", "outliers_003"), float("nan"))
    return {
        "within1": metrics.within_one(result.test).value,
        "sigma_nmad": metrics.nmad(metrics.relative_error(result.test)),
        "outliers_003": metrics.outlier_fraction(result.test).value,
    }


def write_summary(results: Sequence[Result]) -> Path:
    """Write ``results/summary.csv``, and the digests of all files."""
    path = paths.RESULTS / "summary.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(summary(results), encoding="utf-8")
    checksums.write()
    return path


@dataclass(frozen=True)
class Status:
    """Which experiments are archived, and which are left."""

    done: list[BaseExperiment]
    left: list[BaseExperiment]
    core_hours: float  # processor time of the archived ones, summed over cores
    accelerated: dict[str, int]  # number of archived ones that used each kind of accelerator


def status(wanted: Sequence[BaseExperiment]) -> Status:
    """Say which experiments are archived, and their cost."""
    found = _entries(wanted)
    devices = Counter(_device(entry.manifest) for entry in found.values())
    return Status(
        list(found),
        [e for e in wanted if e not in found],
        sum(_core_hours(entry.manifest) for entry in found.values()),
        {name: n for name, n in sorted(devices.items()) if name != CPU},
    )


def core_hours(wanted: Sequence[BaseExperiment]) -> dict[BaseExperiment, float]:
    """Processor time, summed over cores, of those experiments that are archived.

    Experiments that used an accelerator are left out: processor time is not their cost.
    """
    manifests = {experiment: entry.manifest for experiment, entry in _entries(wanted).items()}
    return {e: _core_hours(m) for e, m in manifests.items() if _device(m) == CPU}


def _core_hours(manifest: dict[str, Any]) -> float:
    return float(manifest["cpu_seconds"]) / 3600


def _device(manifest: dict[str, Any]) -> str:
    """Device of an experiment; before it was recorded, all ran on the CPU."""
    return str(manifest.get("device", CPU))

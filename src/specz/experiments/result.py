"""Results of experiments, as stored arrays and back; and groups that differ in their seed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, cast

from specz.common.store import Arrays, Entry
from specz.estimators.base import Estimator, History
from specz.experiments.base import BaseExperiment
from specz.experiments.evaluate import Evaluation
from specz.experiments.experiment import Experiment, noise_label
from specz.metrics.intervals import Interval, difference_interval
from specz.metrics.predictions import Predictions
from specz.metrics.scores import mean_accuracy, mean_difference

PARTS = ("train", "validation", "test")


class _OfExperiment:
    """Shortcuts to the settings of the experiment of a result."""

    experiment: Experiment

    @property
    def estimator(self) -> Estimator:
        """The estimator's settings."""
        return self.experiment.estimator

    @property
    def method(self) -> str:
        """Name of the estimator, as in :data:`specz.estimators.registry.REGISTRY`."""
        return self.experiment.method

    @property
    def label(self) -> str:
        """Name of the estimator in figures."""
        return self.experiment.estimator.label

    @property
    def n_train(self) -> int:
        """Number of training spectra."""
        return self.experiment.n_train

    @property
    def snr(self) -> float:
        """Continuum S/N per pixel; infinite for clean spectra."""
        return self.experiment.snr

    @property
    def noise(self) -> str:
        """Noise level in words: ``clean`` or ``S/N 1``."""
        return noise_label(self.experiment.snr)

    @property
    def seed(self) -> int:
        """Seed of the estimator."""
        return self.experiment.seed


@dataclass(frozen=True, eq=False)
class Result(_OfExperiment):
    """The predictions of an experiment, and the manifest of how they were made."""

    experiment: Experiment
    train: Predictions
    validation: Predictions
    test: Predictions
    history: History | None
    manifest: dict[str, Any]


@dataclass(frozen=True, eq=False)
class SeedGroup(_OfExperiment):
    """Results of experiments that differ only in their seed."""

    results: tuple[Result, ...]

    @property
    def experiment(self) -> Experiment:  # type: ignore[override]
        """The experiment with the first seed."""
        return self.results[0].experiment

    @property
    def test(self) -> list[Predictions]:
        """Predictions of each training on the test spectra."""
        return [result.test for result in self.results]

    @property
    def accuracy(self) -> Interval:
        """Mean accuracy on the test spectra."""
        return mean_accuracy(self.test)

    @property
    def gap(self) -> Interval:
        """Accuracy on training minus accuracy on validation spectra, which are of other SEDs."""
        train = mean_accuracy([result.train for result in self.results])
        validation = mean_accuracy([result.validation for result in self.results])
        return difference_interval(train, validation)

    def minus(self, other: "SeedGroup") -> Interval:
        """Mean accuracy minus that of another group on the same test spectra."""
        return mean_difference(self.test, other.test)


def group_seeds(results: Sequence[Result]) -> list[SeedGroup]:
    """Group the results that differ only in their seed, in the order of their first."""
    groups: dict[Experiment, list[Result]] = {}
    for result in results:
        # Experiments that differ only in their seed are equal with the seed set to zero.
        groups.setdefault(replace(result.experiment, seed=0), []).append(result)
    return [SeedGroup(tuple(group)) for group in groups.values()]


def to_arrays(evaluation: Evaluation | Result, history: History | None) -> Arrays:
    """Return the arrays of predictions and history, named ``part.column``."""
    arrays: Arrays = {}
    for part in PARTS:
        predictions = getattr(evaluation, part)
        arrays |= {f"{part}.{f.name}": getattr(predictions, f.name) for f in fields(predictions)}
    return arrays | {f"history.{name}": value for name, value in history_arrays(history).items()}


def history_arrays(history: History | None) -> Arrays:
    """Return the columns of a history; empty without one."""
    return {} if history is None else asdict(history)


def to_result(experiment: BaseExperiment, entry: Entry) -> Result:
    """Rebuild a result from a stored entry.

    Its experiment and predictions are those of the task: the annotations of :class:`Result` are
    those of spectra.
    """

    def part(prefix: str) -> dict[str, Any]:
        names = [name for name in entry.arrays if name.startswith(f"{prefix}.")]
        return {name.removeprefix(f"{prefix}."): entry.arrays[name] for name in names}

    train, validation, test = (experiment.predictions(**part(name)) for name in PARTS)
    kept = part("history")
    history = History(**kept) if kept else None
    of_task = cast(Experiment, experiment)
    return Result(of_task, train, validation, test, history, entry.manifest)

"""Results: what came of an experiment, as arrays and back; and groups that differ in their seed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from specz.common.store import Arrays, Entry
from specz.estimators.base import Estimator, History
from specz.experiments.evaluate import Evaluation
from specz.experiments.experiment import Experiment, noise_label
from specz.metrics.intervals import Interval, difference_interval
from specz.metrics.predictions import Predictions
from specz.metrics.scores import mean_accuracy, mean_difference

PARTS = ("train", "validation", "test")


class _OfExperiment:
    """Settings of an experiment, at hand where its result is."""

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
        """Continuum S/N per pixel; infinity: clean."""
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


@dataclass(frozen=True, eq=False)
class SeedGroup(_OfExperiment):
    """Results of one experiment, trained again with other seeds.

    Attributes
    ----------
    results : tuple of Result
    """

    results: tuple[Result, ...]

    @property
    def experiment(self) -> Experiment:  # type: ignore[override]
        """The experiment, with the first of the seeds."""
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
        """Accuracy on training minus that on validation spectra, which are other galaxies."""
        return difference_interval(
            mean_accuracy([result.train for result in self.results]),
            mean_accuracy([result.validation for result in self.results]),
        )

    def minus(self, other: "SeedGroup") -> Interval:
        """Mean accuracy minus that of another, on the same test spectra."""
        return mean_difference(self.test, other.test)


def group_seeds(results: Sequence[Result]) -> list[SeedGroup]:
    """Put the results together that differ in their seed alone, in the order of the first."""
    groups: dict[Experiment, list[Result]] = {}
    for result in results:
        groups.setdefault(replace(result.experiment, seed=0), []).append(result)
    return [SeedGroup(tuple(group)) for group in groups.values()]


def to_arrays(evaluation: Evaluation | Result, history: History | None) -> Arrays:
    """Return the arrays of predictions and history, named ``part.column``."""
    arrays: Arrays = {}
    for part in PARTS:
        predictions = getattr(evaluation, part)
        arrays |= {f"{part}.{f.name}": getattr(predictions, f.name) for f in fields(Predictions)}
    return arrays | {f"history.{name}": value for name, value in history_arrays(history).items()}


def history_arrays(history: History | None) -> Arrays:
    """Return the columns of a history; none if there is none."""
    return {} if history is None else asdict(history)


def to_result(experiment: Experiment, entry: Entry) -> Result:
    """Rebuild a result from a stored entry."""

    def part(prefix: str) -> dict[str, Any]:
        names = [name for name in entry.arrays if name.startswith(f"{prefix}.")]
        return {name.removeprefix(f"{prefix}."): entry.arrays[name] for name in names}

    train, validation, test = (Predictions(**part(name)) for name in PARTS)
    kept = part("history")
    history = History(**kept) if kept else None
    return Result(experiment, train, validation, test, history, entry.manifest)

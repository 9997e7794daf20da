"""Experiments on stamps: siblings of :class:`specz.experiments.experiment.Experiment`."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from specz.common import checks
from specz.estimators.base import Estimator, Fitted
from specz.estimators.registry import AS_IT_IS, STAMPS, differences
from specz.experiments.base import BaseExperiment
from specz.images.predictions import StampEvaluation, StampPredictions, evaluate
from specz.images.stamps import SHIFTS, SPLITS, Population, Stamps, draw_stamps

UNTITLED = ("training", "calibrate", "leaves", "templates")
"""Settings that a title omits: they are in the name of the method, or in the profile."""


@dataclass(frozen=True)
class StampExperiment(BaseExperiment):
    """All settings that a result on stamps depends on.

    Attributes
    ----------
    n_train, n_validation, n_test : int
        Stamps to learn from, to choose settings, and to report.
    population : Population
        Prior of all of them.
    data_seed, seed : int
        Of objects and noise; of the estimator.
    altered : str
        What is different in the test stamps, a name in :data:`specz.images.stamps.SHIFTS`.
    """

    task: ClassVar[str] = STAMPS
    predictions: ClassVar[type[Any]] = StampPredictions
    derived: ClassVar[tuple[str, ...]] = ("galaxy", "snr")
    answer: ClassVar[str] = "p_galaxy"
    half: ClassVar[tuple[str, ...]] = ()

    estimator: Estimator
    n_train: int
    n_validation: int = 2000
    n_test: int = 2000
    population: Population = field(default_factory=Population)
    data_seed: int = 1
    seed: int = 1
    altered: str = ""

    def __post_init__(self) -> None:
        self.check_common()
        if self.altered:
            checks.choice("altered", self.altered, SHIFTS)

    @property
    def title(self) -> str:
        """One line for progress and listings."""
        settings = differences(self.estimator, without=UNTITLED)
        words = [
            self.estimator.label,
            *([f"{self.n_train:,} stamps"] if self.n_train > 1 else []),
            *([settings] if settings != AS_IT_IS else []),
            *([self.altered] if self.altered else []),
            *([f"seed {self.seed}"] if self.seed != StampExperiment.seed else []),
        ]
        return ", ".join(words)

    def samples(self) -> tuple[Stamps, Stamps, Stamps]:
        """Training, validation and test stamps, the last of a population that may be shifted."""
        sizes = (self.n_train, self.n_validation, self.n_test)
        tested = replace(self.population, **SHIFTS.get(self.altered, {}))
        populations = (self.population, self.population, tested)
        train, validation, test = (
            draw_stamps(population, split, n, self.data_seed)
            for population, split, n in zip(populations, SPLITS, sizes, strict=True)
        )
        return train, validation, test

    @property
    def fit_code(self) -> tuple[str, ...]:
        """Modules that make the stamps."""
        return ("specz.images.stamps",)

    @property
    def evaluation_code(self) -> tuple[str, ...]:
        """Modules that make the stamps and reduce the answers."""
        return ("specz.images.predictions",)

    def evaluate(self, fitted: Fitted) -> StampEvaluation:
        """Predictions for the samples."""
        return evaluate(fitted, self.samples(), bool(self.altered))

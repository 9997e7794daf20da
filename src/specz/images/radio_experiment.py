"""Experiments on radio galaxies: siblings of :class:`specz.images.experiment.StampExperiment`."""

from dataclasses import dataclass
from typing import ClassVar

from specz.common import checks
from specz.estimators.base import Estimator, Fitted
from specz.estimators.registry import AS_IT_IS, RADIO, differences
from specz.experiments.base import BaseExperiment
from specz.images.radio import CATALOGUES, TURNS, RadioImages, split
from specz.images.radio_predictions import RadioEvaluation, RadioPredictions, evaluate


@dataclass(frozen=True)
class RadioExperiment(BaseExperiment):
    """All settings that a result on radio galaxies depends on.

    Attributes
    ----------
    n_train, n_validation, n_test : int
        At most so many sources; data are real, and a fold or catalogue has as many as it has.
    catalogue : str
        Whose sources are the test, one of :data:`specz.images.radio.CATALOGUES`; without one those
        of a fold.
    seed : int
        Number of the fold, from 1, and seed of the estimator: a fold is a training too.
    altered : str
        How the test images are turned, a name in :data:`specz.images.radio.TURNS`.
    """

    task: ClassVar[str] = RADIO
    predictions: ClassVar[type[RadioPredictions]] = RadioPredictions
    derived: ClassVar[tuple[str, ...]] = ()
    answer: ClassVar[str] = "p"
    half: ClassVar[tuple[str, ...]] = ()

    estimator: Estimator
    n_train: int
    n_validation: int = 1000
    n_test: int = 1000
    catalogue: str = ""
    data_seed: int = 1
    seed: int = 1
    altered: str = ""

    def __post_init__(self) -> None:
        self.check_common()
        if self.catalogue:
            checks.choice("catalogue", self.catalogue, CATALOGUES)
        if self.altered:
            checks.choice("altered", self.altered, TURNS)

    @property
    def title(self) -> str:
        """One line for progress and listings."""
        settings = differences(self.estimator, without=("training", "features", "averaged"))
        where = f"tested on {self.catalogue}" if self.catalogue else f"fold {self.seed}"
        words = [self.estimator.label, f"{self.n_train:,} sources", where]
        extra = [settings] if settings != AS_IT_IS else []
        return ", ".join([*words, *extra, *([self.altered] if self.altered else [])])

    def samples(self) -> tuple[RadioImages, RadioImages, RadioImages]:
        """Training, validation and test images, the last turned if they are ``altered``."""
        train, validation, test = split(self.data_seed, self.seed, self.catalogue)
        return (
            RadioImages(train[: self.n_train], self.seed),
            RadioImages(validation[: self.n_validation], self.seed),
            RadioImages(test[: self.n_test], self.seed, TURNS.get(self.altered, 0.0)),
        )

    @property
    def fit_code(self) -> tuple[str, ...]:
        """Modules that read and divide the images."""
        return ("specz.images.radio",)

    @property
    def evaluation_code(self) -> tuple[str, ...]:
        """Modules that reduce the answers."""
        return ("specz.images.radio_predictions",)

    def evaluate(self, fitted: Fitted) -> RadioEvaluation:
        """Predictions for the samples."""
        return evaluate(fitted, self.samples(), bool(self.altered))

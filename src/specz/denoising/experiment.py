"""Experiments on denoising: those on spectra, whose answers are spectra."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from specz.denoising.predictions import DenoisedEvaluation, DenoisedPredictions, evaluate
from specz.estimators.base import Fitted
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.registry import DENOISING
from specz.experiments.experiment import Experiment


@dataclass(frozen=True)
class DenoisingExperiment(Experiment):
    """All settings that a result on denoised spectra depends on.

    Attributes
    ----------
    neighbours : NearestNeighbours
        The k-NN that reads redshifts from noiseless neighbours.
    knn : bool
        Whether one with denoised training spectra as neighbours does too.
    cnn : CNN or None
        A network that is trained on denoised spectra to read redshifts.
    """

    task: ClassVar[str] = DENOISING
    predictions: ClassVar[type[Any]] = DenoisedPredictions
    answer: ClassVar[str] = "error"
    half: ClassVar[tuple[str, ...]] = ()

    neighbours: NearestNeighbours = field(
        default_factory=lambda: NearestNeighbours((10,), "cosine")
    )
    knn: bool = False
    cnn: CNN | None = None

    @property
    def evaluation_code(self) -> tuple[str, ...]:
        """Modules that evaluate, and perturb the test spectra."""
        return ("specz.denoising.predictions", *super().evaluation_code)

    def evaluate(self, fitted: Fitted) -> DenoisedEvaluation:  # type: ignore[override]
        """Errors and lines of the denoised spectra, and the redshifts that are read from them."""
        given = self.altered, self.neighbours, self.knn, self.cnn, self.seed
        return evaluate(fitted, self.samples(), *given)

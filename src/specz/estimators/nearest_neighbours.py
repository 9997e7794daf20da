"""k nearest neighbours, with the pixels as features, in units of the mean flux."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import KNeighborsClassifier

from specz.common import checks
from specz.common.arrays import Flux, IntArray
from specz.estimators.base import ClassScores, Fitted
from specz.estimators.sklearn_adapter import fit_classifier
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample


@dataclass(frozen=True)
class NearestNeighbours:
    """k nearest neighbours in Euclidean distance, each vote weighted by 1/distance.

    Attributes
    ----------
    neighbours : tuple of int
        Choices of k; the one with the best validation accuracy is kept.
    """

    label: ClassVar[str] = "k-NN"
    uses_seed: ClassVar[bool] = False

    neighbours: tuple[int, ...] = (1, 3, 10, 30)

    def __post_init__(self) -> None:
        checks.listed("neighbours", self.neighbours, checks.integer, 1, 10_000, repeats=True)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Keep the training spectra, and choose k on the validation spectra."""
        choices = sorted({min(k, len(train)) for k in self.neighbours})
        model = KNeighborsClassifier(max(choices), weights="distance", algorithm="brute")
        fit_classifier(model, train)
        distance, index = model.kneighbors(validation.flux())
        votes = train.labels[index]  # (spectrum, neighbour), nearest first
        hits = [
            np.mean(_vote(distance[:, :k], votes[:, :k]).argmax(axis=1) == validation.labels)
            for k in choices
        ]
        best = choices[int(np.argmax(hits))]

        def scores(flux: Flux) -> ClassScores:
            distance, index = model.kneighbors(flux, n_neighbors=best)
            return ClassScores(_vote(distance, train.labels[index]), is_probability=True)

        return Fitted(scores)


def _vote(distance: npt.NDArray[np.floating], label: IntArray) -> npt.NDArray[np.floating]:
    """Share of each class in the votes, (n_spectra, n_neighbours) to (n_spectra, n_classes)."""
    weight = 1 / np.maximum(distance, np.finfo(np.float32).eps)  # a distance may be zero
    votes = np.zeros((len(label), CLASSES.n))
    np.add.at(votes, (np.arange(len(label))[:, None], label), weight)
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))

"""k nearest neighbours, with the pixels as features, in units of the mean flux."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import Flux, IntArray, Labels
from specz.estimators.base import OMIT_DEFAULT, ClassScores, Fitted
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Spectra

DISTANCES = ("euclidean", "cosine")


@dataclass(frozen=True)
class NearestNeighbours:
    """k nearest neighbours, each vote weighted by 1/distance.

    Attributes
    ----------
    neighbours : tuple of int
        Choices of k; the one with the best validation accuracy is kept.
    metric : str
        Distance: ``euclidean``, or ``cosine`` of the angle about the mean training spectrum.
    components : int
        Principal components of the training spectra that the distance is taken in; all pixels
        if 0.
    """

    label: ClassVar[str] = "k-NN"
    uses_seed: ClassVar[bool] = False

    neighbours: tuple[int, ...] = (1, 3, 10, 30)
    metric: str = field(default="euclidean", metadata=OMIT_DEFAULT)
    components: int = field(default=0, metadata=OMIT_DEFAULT)

    def __post_init__(self) -> None:
        checks.listed("neighbours", self.neighbours, checks.integer, 1, 10_000, repeats=True)
        checks.choice("metric", self.metric, DISTANCES)
        checks.integer("components", self.components, 0, 1000)

    def fit(
        self, train: Spectra, validation: Spectra, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Keep the training spectra, and choose k on the validation spectra."""
        # A page that only draws does without the second that these take to load.
        from sklearn.neighbors import NearestNeighbors as Neighbours
        from sklearn.pipeline import make_pipeline

        choices = sorted({min(k, len(train)) for k in self.neighbours})
        flux = train.flux()
        features = make_pipeline(self._features(min(flux.shape)))
        model = Neighbours(n_neighbors=max(choices), metric=self.metric, algorithm="brute")
        model.fit(features.fit_transform(flux))
        distance, index = model.kneighbors(features.transform(validation.flux()))
        votes = train.labels[index]  # (spectrum, neighbour), nearest first
        hits = [
            np.mean(_vote(distance[:, :k], votes[:, :k]).argmax(axis=1) == validation.labels)
            for k in choices
        ]
        best = choices[int(np.argmax(hits))]
        return Fitted(partial(_scores, features, model, train.labels, best))

    def _features(self, most: int) -> Any:
        """What the distance is taken in; there are at most ``most`` components."""
        from sklearn.decomposition import PCA
        from sklearn.preprocessing import StandardScaler

        if self.components:
            return PCA(min(self.components, most), svd_solver="covariance_eigh")
        # An angle is measured about a point: the mean of the training spectra.
        return StandardScaler(with_std=False) if self.metric == "cosine" else "passthrough"


def _scores(features: Any, model: Any, labels: Labels, k: int, flux: Flux) -> ClassScores:
    distance, index = model.kneighbors(features.transform(flux), n_neighbors=k)
    return ClassScores(_vote(distance, labels[index]), is_probability=True)


def _vote(distance: npt.NDArray[np.floating], label: IntArray) -> npt.NDArray[np.floating]:
    """Share of each class in the votes, (n_spectra, n_neighbours) to (n_spectra, n_classes)."""
    weight = 1 / np.maximum(distance, np.finfo(np.float32).eps)  # a distance may be zero
    votes = np.zeros((len(label), CLASSES.n))
    np.add.at(votes, (np.arange(len(label))[:, None], label), weight)
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))

"""Nearest class mean: compare a spectrum with the mean training spectrum of each class."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from specz.estimators.base import ClassScores, Fitted
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample


@dataclass(frozen=True)
class ClassMean:
    """Mean spectrum of each class, smoothed over neighbouring classes.

    Attributes
    ----------
    width : int
        Classes on either side that are averaged.
    """

    label: ClassVar[str] = "class mean"
    uses_seed: ClassVar[bool] = False  # nothing here is left to chance

    width: int = 1

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Average the training spectra of each class."""
        flux, labels = train.flux(), train.labels
        total = np.zeros((CLASSES.n, flux.shape[1]))
        np.add.at(total, labels, flux)
        count = np.bincount(labels, minlength=CLASSES.n)
        near = np.abs(np.subtract.outer(np.arange(CLASSES.n), np.arange(CLASSES.n))) <= self.width
        mean = (near @ total) / np.maximum(near @ count, 1)[:, None]

        def scores(flux: np.ndarray) -> ClassScores:
            # Minus half the squared distance, less the part that is the same for all classes.
            return ClassScores(flux @ mean.T - 0.5 * (mean**2).sum(axis=1), is_probability=False)

        return Fitted(scores)

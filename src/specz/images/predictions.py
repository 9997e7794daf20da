"""Answers about stamps, and the truth: the arrays that a result keeps."""

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common.arrays import BoolArray, IntArray, Labels
from specz.estimators.base import Fitted
from specz.images.stamps import GALAXY, Stamps


@dataclass(frozen=True, eq=False)
class StampPredictions:
    """One row per stamp.

    Attributes
    ----------
    galaxy : ndarray of bool, shape (n_stamps,)
        Whether it is one.
    snr : ndarray of float32, shape (n_stamps,)
        Total S/N.
    p_galaxy : ndarray of float32, shape (n_stamps,)
        Probability of a galaxy that the method gave.
    """

    galaxy: BoolArray
    snr: npt.NDArray[np.float32]
    p_galaxy: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.galaxy)

    def __getitem__(self, index: IntArray) -> "StampPredictions":
        """The stamps ``index``."""
        return StampPredictions(self.galaxy[index], self.snr[index], self.p_galaxy[index])

    # What scores and intervals ask of predictions, of spectra as of stamps.

    @property
    def sed(self) -> IntArray:
        """Number of the object: intervals resample objects, and each stamp shows one of its own."""
        return np.arange(len(self))

    @property
    def label(self) -> Labels:
        """True class."""
        return self.galaxy.astype(np.int16)

    @property
    def predicted(self) -> Labels:
        """Class with the higher probability."""
        return (self.p_galaxy > 0.5).astype(np.int16)

    @property
    def p_max(self) -> npt.NDArray[np.float32]:
        """Its probability."""
        return np.maximum(self.p_galaxy, 1 - self.p_galaxy)

    @property
    def p_true(self) -> npt.NDArray[np.float32]:
        """Probability given to the true class."""
        return np.where(self.galaxy, self.p_galaxy, 1 - self.p_galaxy)

    @property
    def has_probability(self) -> bool:
        """Whether the method gives probabilities: here all do."""
        return True


class StampEvaluation(NamedTuple):
    """Predictions for each sample, and the time of those for the test stamps."""

    train: StampPredictions
    validation: StampPredictions
    test: StampPredictions
    test_seconds: float


def predict(fitted: Fitted, sample: Stamps) -> StampPredictions:
    """Ask for the class of every stamp of a sample.

    Raises
    ------
    ValueError
        If an answer is no probability of two classes.
    """
    parts = [np.empty(0, dtype=np.float32)]
    for start in range(0, len(sample), fitted.batch):
        flux = sample.flux(slice(start, start + fitted.batch))
        values = fitted.scores(flux).values
        if values.shape != (len(flux), 2) or not np.allclose(values.sum(axis=1), 1, atol=1e-3):
            raise ValueError(
                f"scores must be probabilities of shape {(len(flux), 2)} that sum to one; "
                f"got shape {values.shape}"
            )
        parts.append(values[:, GALAXY].astype(np.float32))
    return StampPredictions(sample.galaxy, sample.snr, np.concatenate(parts))


def evaluate(
    fitted: Fitted, samples: tuple[Stamps, Stamps, Stamps], only_test: bool
) -> StampEvaluation:
    """Evaluate on test stamps, and on as many training as validation stamps unless ``only_test``.

    The siblings of :mod:`specz.experiments.evaluate`, which is a part of every key of spectra.
    """
    train, validation, test = samples
    start = time.perf_counter()
    on_test = predict(fitted, test)
    seconds = time.perf_counter() - start
    n = 0 if only_test else len(validation)
    return StampEvaluation(
        predict(fitted, train.head(n)), predict(fitted, validation.head(n)), on_test, seconds
    )

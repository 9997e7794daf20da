"""Answers about radio galaxies, and the truth: the arrays that a result keeps.

All columns are archived: without the wheel a page is drawn from them alone.
"""

import time
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common.arrays import IntArray, Labels
from specz.estimators.base import Fitted
from specz.images.radio import CLASSES, RadioImages, read_sources


@dataclass(frozen=True, eq=False)
class RadioPredictions:
    """One row per source.

    Attributes
    ----------
    sed : ndarray of int32, shape (n_sources,)
        Group of the source: intervals resample groups.
    label, catalogue : ndarray of int16, shape (n_sources,)
        Its class, and the catalogue that says so.
    p : ndarray of float32, shape (n_sources, n_classes)
        Probability of each class.
    """

    sed: npt.NDArray[np.int32]
    label: Labels
    catalogue: Labels
    p: npt.NDArray[np.float32]

    has_probability: ClassVar[bool] = True

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, index: IntArray) -> "RadioPredictions":
        """The sources ``index``."""
        return RadioPredictions(**{name: values[index] for name, values in vars(self).items()})

    @property
    def predicted(self) -> Labels:
        """Class with the highest probability."""
        return np.asarray(self.p.argmax(axis=1), dtype=np.int16)

    @property
    def p_true(self) -> npt.NDArray[np.float32]:
        """Probability given to the true class."""
        return self.p[np.arange(len(self)), self.label]


def predict(fitted: Fitted, sample: RadioImages) -> RadioPredictions:
    """Ask for the class of every source."""
    _, label, catalogue, group = read_sources()
    rows = sample.rows
    p = np.empty((0, len(CLASSES)), dtype=np.float32)
    if len(rows):
        p = fitted.scores(sample.flux()).values.astype(np.float32)
    return RadioPredictions(group[rows].astype(np.int32), label[rows], catalogue[rows], p)


class RadioEvaluation(NamedTuple):
    """Predictions for each sample, and the time of those for the test images."""

    train: RadioPredictions
    validation: RadioPredictions
    test: RadioPredictions
    test_seconds: float


def evaluate(
    fitted: Fitted, samples: tuple[RadioImages, RadioImages, RadioImages], only_test: bool
) -> RadioEvaluation:
    """Evaluate on test images, and on as many training as validation images unless told not to."""
    train, validation, test = samples
    start = time.perf_counter()
    on_test = predict(fitted, test)
    seconds = time.perf_counter() - start
    n = 0 if only_test else len(validation)
    return RadioEvaluation(
        predict(fitted, train.head(n)), predict(fitted, validation.head(n)), on_test, seconds
    )

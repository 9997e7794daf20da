"""What is kept of denoised spectra: their errors, their lines, and redshifts read from them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray, Flux, Labels
from specz.denoising.lines import halpha_kept, invented_at
from specz.denoising.samples import denoise, denoised, noiseless
from specz.estimators.base import Estimator, Fitted
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments.evaluate import Samples, evaluation_samples
from specz.metrics.predictions import predict
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample

UNREAD = -1
"""Class of a spectrum whose redshift was not asked for."""


class Answers(NamedTuple):
    """Redshift classes by one reader, as scores of accuracy take them."""

    sed: npt.NDArray[np.int32]
    label: Labels
    predicted: Labels


@dataclass(frozen=True, eq=False)
class DenoisedPredictions:
    """One row per spectrum.

    Attributes
    ----------
    sed, z : ndarray, shape (n_spectra,)
        SED and true redshift.
    error : ndarray of float32, shape (n_spectra,)
        Mean squared error over the pixels, in units of σ².
    invented : ndarray of int16, shape (n_spectra,)
        Lines that the denoised spectrum has and the galaxy has not.
    kept : ndarray of bool, shape (n_spectra,)
        Whether Hα is there.
    knn, cnn : ndarray of int16, shape (n_spectra,)
        Class by methods that were trained on denoised training spectra.
    noiseless : ndarray of int16, shape (n_spectra,)
        Class by the same k-NN with noiseless training spectra as neighbours.
    bayes : ndarray of int16, shape (n_spectra,)
        Class by the Bayes rule, which takes the denoised spectrum for an observed one.
    """

    sed: npt.NDArray[np.int32]
    z: FloatArray
    error: npt.NDArray[np.float32]
    invented: Labels
    kept: npt.NDArray[np.bool_]
    knn: Labels
    cnn: Labels
    noiseless: Labels
    bayes: Labels

    def __len__(self) -> int:
        return len(self.z)

    @property
    def label(self) -> Labels:
        """True class."""
        return CLASSES.label(self.z)

    @property
    def predicted(self) -> Labels:
        """Class of the reader that is always asked."""
        return self.noiseless

    @property
    def has_probability(self) -> bool:
        """No reader's probabilities are kept."""
        return False

    def read_by(self, reader: str) -> Answers:
        """Redshift classes by ``knn``, ``cnn``, ``noiseless`` or ``bayes``."""
        return Answers(self.sed, self.label, getattr(self, reader))


class DenoisedEvaluation(NamedTuple):
    """Predictions for each sample, and the time of denoising the test spectra."""

    train: DenoisedPredictions
    validation: DenoisedPredictions
    test: DenoisedPredictions
    test_seconds: float


def evaluate(
    fitted: Fitted,
    samples: Samples,
    altered: str,
    neighbours: NearestNeighbours,
    knn: bool,
    cnn: CNN | None,
    seed: int,
) -> DenoisedEvaluation:
    """Evaluate on the spectra of :func:`specz.experiments.evaluate.evaluation_samples`.

    The other parameters are those of
    :class:`~specz.denoising.experiment.DenoisingExperiment`.
    """
    train, validation, _ = samples
    seen, checked, test = evaluation_samples(samples, bool(altered))
    start = time.perf_counter()
    values = denoise(fitted, test.flux())
    seconds = time.perf_counter() - start
    asked = denoised(test, values)

    def read_by(reader: Estimator, make: Callable[[Sample], Flux]) -> Labels:
        first, second = (denoised(each, make(each)) for each in (train, validation))
        return predict(reader.fit(first, second, seed), asked).predicted

    def method(sample: Sample) -> Flux:
        return denoise(fitted, sample.flux())

    read = {"noiseless": read_by(neighbours, noiseless)}
    if not altered:
        read["bayes"] = read_by(BayesLimit(), Sample.flux)
    if knn:
        read["knn"] = read_by(neighbours, method)
    if cnn is not None:
        read["cnn"] = read_by(cnn, method)
    first, second = (_measure(each, method(each)) for each in (seen, checked))
    return DenoisedEvaluation(first, second, _measure(test, values, **read), seconds)


def _measure(sample: Sample, values: Flux, **read: Labels) -> DenoisedPredictions:
    true, unread = noiseless(sample), np.full(len(sample), UNREAD, dtype=np.int16)
    error = np.square(values - true).mean(axis=1, dtype=float) * sample.snr**2
    invented = invented_at(values, true, sample.grid, sample.snr).sum(axis=1)
    return DenoisedPredictions(
        sample.sed,
        sample.z,
        error.astype(np.float32),
        invented.astype(np.int16),
        halpha_kept(values, sample.z, sample.grid, sample.snr),
        *(read.get(name, unread) for name in ("knn", "cnn", "noiseless", "bayes")),
    )

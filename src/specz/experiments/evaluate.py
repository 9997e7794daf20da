"""Asking a fitted estimator about training, validation and test spectra."""

import time
from dataclasses import dataclass

from specz.estimators.base import Fitted
from specz.metrics.predictions import Predictions, predict
from specz.spectra.sample import Sample

Samples = tuple[Sample, Sample, Sample]
"""Training, validation and test spectra."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a fitted estimator says of the spectra of an experiment.

    Attributes
    ----------
    train : Predictions
        On the first training spectra, as many as there are validation spectra.
    validation, test : Predictions
        Where the test spectra are perturbed, the others are not asked about again.
    test_seconds : float
        How long the test spectra took.
    """

    train: Predictions
    validation: Predictions
    test: Predictions
    test_seconds: float


def evaluation_samples(samples: Samples, only_test: bool) -> Samples:
    """Take the spectra about which an estimator is asked."""
    train, validation, test = samples
    if only_test:
        return train.head(0), validation.head(0), test
    return train.head(len(validation)), validation, test


def evaluate(fitted: Fitted, samples: Samples, only_test: bool = False) -> Evaluation:
    """Ask ``fitted`` about the spectra of :func:`evaluation_samples`."""
    train, validation, test = evaluation_samples(samples, only_test)
    start = time.perf_counter()
    on_test = predict(fitted, test)
    seconds = time.perf_counter() - start
    return Evaluation(predict(fitted, train), predict(fitted, validation), on_test, seconds)

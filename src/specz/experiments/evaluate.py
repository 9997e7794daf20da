"""Evaluation of a fitted estimator on training, validation and test spectra."""

import time
from dataclasses import dataclass

from specz.estimators.base import Fitted
from specz.metrics.predictions import Predictions, predict
from specz.spectra.sample import Sample

Samples = tuple[Sample, Sample, Sample]
"""Training, validation and test spectra."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Predictions for the spectra of :func:`evaluation_samples`.

    ``test_seconds`` is the time of those for the test spectra.
    """

    train: Predictions
    validation: Predictions
    test: Predictions
    test_seconds: float


def evaluation_samples(samples: Samples, only_test: bool) -> Samples:
    """Select the spectra to evaluate: of the training spectra as many as for validation.

    ``only_test`` is for perturbed test spectra, where the others would give the same again.
    """
    train, validation, test = samples
    if only_test:
        return train.head(0), validation.head(0), test
    return train.head(len(validation)), validation, test


def evaluate(fitted: Fitted, samples: Samples, only_test: bool = False) -> Evaluation:
    """Evaluate ``fitted`` on the spectra of :func:`evaluation_samples`."""
    train, validation, test = evaluation_samples(samples, only_test)
    start = time.perf_counter()  # generating the spectra counts as well
    on_test = predict(fitted, test)
    seconds = time.perf_counter() - start
    return Evaluation(predict(fitted, train), predict(fitted, validation), on_test, seconds)

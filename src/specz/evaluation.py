"""Asking a fitted estimator about the spectra of its experiment."""

import time
from dataclasses import dataclass

from specz.estimators import Fitted
from specz.experiment import Experiment
from specz.predictions import Predictions, predict
from specz.sample import Sample


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a fitted estimator says of the spectra of an experiment.

    Attributes
    ----------
    train : Predictions
        On the first ``n_validation`` training spectra.
    validation, test : Predictions
        Where the test spectra are altered, the others are not asked about again.
    test_seconds : float
        How long the test spectra took.
    """

    train: Predictions
    validation: Predictions
    test: Predictions
    test_seconds: float


def evaluate(experiment: Experiment, fitted: Fitted) -> Evaluation:
    """Ask ``fitted`` about training, validation and test spectra."""
    train, validation, test = asked(experiment)
    start = time.perf_counter()
    on_test = predict(fitted, test)
    seconds = time.perf_counter() - start
    return Evaluation(
        train=predict(fitted, train),
        validation=predict(fitted, validation),
        test=on_test,
        test_seconds=seconds,
    )


def asked(experiment: Experiment) -> tuple[Sample, Sample, Sample]:
    """Training, validation and test spectra about which :func:`evaluate` asks."""
    train, validation, test = experiment.samples()
    if experiment.altered:
        return train.head(0), validation.head(0), test
    return train.head(experiment.n_validation), validation, test

"""Cells that several tables share: column names with their numbers."""

from specz import metrics
from specz.experiments.result import Result, SeedGroup
from specz.metrics.predictions import Predictions
from specz.tables.markdown import Row

NONE = "–"
"""A cell without a number."""


def size(result: Result | SeedGroup) -> Row:
    """Number of training spectra."""
    return {"training spectra": f"{result.n_train:,}"}


def exact(test: Predictions) -> Row:
    """Accuracy of the exact class."""
    return {"exact class": metrics.accuracy(test).percent()}


def accuracies(test: Predictions) -> Row:
    """Accuracy of the exact class and within one class."""
    return {**exact(test), "±1 class": metrics.within_one(test).percent()}


def outliers(test: Predictions) -> Row:
    """Fraction of outliers."""
    return {"outliers beyond 0.003": metrics.outlier_fraction(test).percent()}


def nll(test: Predictions) -> Row:
    """Negative log-likelihood of the true class."""
    return {"NLL (nats)": metrics.negative_log_likelihood(test)}

"""Cells that several tables share: column names with their numbers."""

from collections.abc import Iterable

from specz import metrics
from specz.experiments.result import Result, SeedGroup
from specz.metrics.predictions import Predictions
from specz.study.archive import archive_key
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


def trace(results: Iterable[Result]) -> str:
    """Link to the archived experiments that a number comes from, numbered; else :data:`NONE`."""
    keys = dict.fromkeys(archived_as(result) for result in results)
    links = [run_link(key, str(i)) for i, key in enumerate(filter(None, keys), start=1)]
    return " ".join(links) or NONE


def archived_as(result: Result) -> str:
    """Key of a result in the archive; empty if it was computed here."""
    return archive_key(result.experiment) if "store_key" in result.manifest else ""


def run_link(key: str, text: str) -> str:
    """Link to an archived experiment on the page that lists them all."""
    return f'<a href="archived.html#run-{key[:16]}">{text}</a>'

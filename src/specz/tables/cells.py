"""Cells that several tables share: column names with their numbers."""

from collections.abc import Iterable
from math import isfinite

from specz import metrics
from specz.experiments.result import Result, SeedGroup
from specz.metrics.effects import PURITY
from specz.metrics.predictions import Predictions
from specz.study.archive import archived_as
from specz.tables.markdown import Row

NONE = "–"
"""A cell without a number."""


def size(result: Result | SeedGroup) -> Row:
    """Number of training spectra."""
    return {"training spectra": f"{result.n_train:,}"}


def exact(result: Result) -> Row:
    """Accuracy of the exact class."""
    return {"exact class": traced(result, metrics.accuracy(result.test).percent())}


def accuracies(result: Result) -> Row:
    """Accuracy of the exact class and within one class."""
    return {**exact(result), "±1 class": metrics.within_one(result.test).percent()}


def outliers(test: Predictions) -> Row:
    """Fraction of outliers."""
    return {"outliers beyond 0.003": metrics.outlier_fraction(test).percent()}


def kept(test: Predictions) -> Row:
    """Part of the sample that can be kept at 99.9 % purity, if the method gives an order."""
    found = metrics.completeness_at_purity(test, PURITY)
    text = found.percent() if isfinite(found.value) else NONE
    return {f"kept at {100 * PURITY:g} % purity": text}


def nll(test: Predictions) -> Row:
    """Negative log-likelihood of the true class."""
    return {"NLL (nats)": metrics.negative_log_likelihood(test)}


SHORT = 16
"""Digits of a key that name an archived experiment in pages."""


def trace(results: Iterable[Result]) -> str:
    """Link to the archived experiments that a number comes from, numbered; else :data:`NONE`."""
    keys = dict.fromkeys(filter(None, map(archived_as, results)))
    return " ".join(run_link(key, str(i)) for i, key in enumerate(keys, start=1)) or NONE


def traced(result: Result, text: str) -> str:
    """Link a number to the archived experiment that it comes from, if it is one."""
    key = archived_as(result)
    return run_link(key, text) if key else text


def run_link(key: str, text: str) -> str:
    """Link to the row of an archived experiment; the page is written by ``site.archived``."""
    return f'<a href="archived.html#run-{key[:SHORT]}">{text}</a>'


def run_anchor(key: str) -> str:
    """Where :func:`run_link` leads."""
    return f'<a id="run-{key[:SHORT]}"></a>'

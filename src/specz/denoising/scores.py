"""Scores of denoised spectra: error, lines and redshifts, with bootstrap draws over SEDs."""

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray
from specz.denoising.predictions import UNREAD, DenoisedPredictions
from specz.metrics.effects import EXACT, Metric
from specz.metrics.intervals import bootstrap_weights

READERS = {
    "knn": "k-NN",
    "noiseless": "k-NN, noiseless neighbours",
    "cnn": "CNN",
    "bayes": "Bayes rule",
}
"""What reads redshifts from denoised spectra, by its column."""

ERROR = "squared error ÷ MMSE"


def error(limit: DenoisedPredictions) -> Metric:
    """Squared error of a method over that of the posterior mean on the same spectra."""
    return Metric(ERROR, -1, lambda test: _ratio(test, test.error, limit.error))


INVENTED = Metric(
    "invented lines per spectrum", -1, lambda test: _ratio(test, test.invented, np.ones(len(test)))
)
KEPT = Metric("Hα kept", 1, lambda test: _ratio(test, test.kept, np.ones(len(test))))


def read_by(reader: str) -> Metric:
    """Exact class by one of :data:`READERS`; NaN where it was not asked."""

    def score(test: DenoisedPredictions) -> tuple[float, FloatArray]:
        answers = test.read_by(reader)
        return EXACT.score(answers) if (answers.predicted > UNREAD).all() else (np.nan, np.empty(0))

    return Metric(f"exact class by {READERS[reader]}", 1, score)


def _ratio(
    test: DenoisedPredictions, above: npt.ArrayLike, below: npt.ArrayLike
) -> tuple[float, FloatArray]:
    """Ratio of two sums over spectra, and its draws."""
    seds, group = np.unique(test.sed, return_inverse=True)
    weights = bootstrap_weights(len(seds), int(seds[0]))
    over, under = (np.bincount(group, np.asarray(each, float)) for each in (above, below))
    return float(over.sum() / under.sum()), (weights @ over) / (weights @ under)

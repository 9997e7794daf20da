"""Predictions of an estimator for a sample, and the truth: the arrays that results keep."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray, IntArray, Labels
from specz.estimators.base import ClassScores, Fitted
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample

Columns = tuple[npt.NDArray[np.generic], ...]

WRONG = 0.003
"""``|Δz|/(1+z)`` beyond which a spectroscopic redshift is wrong rather than imprecise."""

UNSEEN = 1e6
"""Parts per class, 1e-9 in redshift each: too fine for any spectrum to resolve."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """One row per spectrum. Columns of probability are NaN for methods without probabilities.

    Attributes
    ----------
    sed : ndarray of int32, shape (n_spectra,)
        SED of the spectrum; copies of one SED are not independent.
    z : ndarray, shape (n_spectra,)
        True redshift.
    predicted : ndarray of int16, shape (n_spectra,)
        Class with the highest score.
    p_max : ndarray of float32, shape (n_spectra,)
        Its probability.
    p_true : ndarray of float32, shape (n_spectra,)
        Probability given to the true class.
    pit : ndarray of float32, shape (n_spectra,)
        Randomised probability integral transform: cumulative probability below the true class
        plus a random part of that of the class (Czado et al. 2009, Biometrics 65, 1254). Uniform
        if the posterior is calibrated, however narrow it is.
    crps : ndarray of float32, shape (n_spectra,)
        Continuous ranked probability score, in units of redshift (Gneiting & Raftery 2007).
    p_near : ndarray of float32, shape (n_spectra,)
        Probability of a redshift within ±:data:`WRONG` (1 + z) of the predicted one, z.
    """

    sed: npt.NDArray[np.int32]
    z: FloatArray
    predicted: Labels
    p_max: npt.NDArray[np.float32]
    p_true: npt.NDArray[np.float32]
    pit: npt.NDArray[np.float32]
    crps: npt.NDArray[np.float32]
    p_near: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.z)

    @property
    def label(self) -> Labels:
        """True class of each spectrum."""
        return CLASSES.label(self.z)

    @property
    def z_predicted(self) -> FloatArray:
        """Centre of the predicted class."""
        return CLASSES.centres[self.predicted]

    @property
    def has_probability(self) -> bool:
        """Whether the method gives probabilities."""
        return bool(np.isfinite(self.p_true).all())


def pooled(trained: Sequence[Predictions]) -> Predictions:
    """Concatenate the predictions of several trainings for one sample.

    A mean over them is the mean of the trainings; its interval is still one over SEDs.
    """
    names = [field.name for field in fields(Predictions)]
    return Predictions(
        **{name: np.concatenate([getattr(each, name) for each in trained]) for name in names}
    )


def predict(fitted: Fitted, sample: Sample) -> Predictions:
    """Predict the class of every spectrum of a sample.

    Raises
    ------
    ValueError
        If the scores have the wrong shape, are NaN, or are probabilities that do not sum to one.
    """
    # The first, empty columns give the result its shape if the sample is empty.
    columns: list[Columns] = [(np.empty(0),) * 6]
    for start in range(0, len(sample), fitted.batch):
        part = slice(start, start + fitted.batch)
        flux = sample.flux(part)
        scores = fitted.scores(flux)
        _check(scores, len(flux))
        columns.append(_reduce(scores, sample.z[part]))
    predicted, *probability = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    known = (column.astype(np.float32) for column in probability)
    return Predictions(sample.sed, sample.z, predicted.astype(np.int16), *known)


def _check(scores: ClassScores, n: int) -> None:
    if scores.values.shape != (n, CLASSES.n):
        raise ValueError(
            f"scores must have shape {(n, CLASSES.n)}, one column a class; "
            f"got {scores.values.shape}"
        )
    if np.isnan(scores.values).any():
        raise ValueError("scores must be numbers; got NaN")
    if scores.is_probability:
        total = scores.values.sum(axis=1)
        if scores.values.min() < 0 or not np.allclose(total, 1, atol=1e-3):
            raise ValueError(
                "probabilities must be positive and sum to one over the classes; "
                f"got sums from {total.min():g} to {total.max():g}"
            )


def _reduce(scores: ClassScores, z: FloatArray) -> Columns:
    """Reduce (n, n_classes) scores to the columns of :class:`Predictions`."""
    predicted = scores.values.argmax(axis=1)
    if not scores.is_probability:
        unknown = np.full(len(z), np.nan)
        return predicted, *(unknown,) * 5
    rows, label = np.arange(len(z)), CLASSES.label(z).astype(int)
    p = scores.values.astype(float)
    cumulative = np.cumsum(p, axis=1)
    p_true = p[rows, label]
    # Position of the truth within its class, 0 to 1.
    within = ((z - CLASSES.edges[label]) / CLASSES.width).clip(0, 1)
    # The random number is the decimals of the redshift that no method can resolve.
    pit = cumulative[rows, label] - (1 - within * UNSEEN % 1) * p_true
    # CRPS = ∫ (F(z') - 1[z' >= z])² dz', F linear within each class: exact per class.
    low, high = cumulative - p, cumulative
    above = np.arange(CLASSES.n) > label[:, None]
    a, b = low - above, high - above
    per_class = (a * a + a * b + b * b) / 3
    f = cumulative[rows, label] - (1 - within) * p_true
    a, b = low[rows, label], high[rows, label] - 1
    below = within * (a * a + a * f + f * f) / 3
    per_class[rows, label] = below + (1 - within) * ((f - 1) ** 2 + (f - 1) * b + b * b) / 3
    crps = CLASSES.width * per_class.sum(axis=1)
    near = _near(p, cumulative, predicted)
    return predicted, p[rows, predicted], p_true, pit.clip(0, 1), crps, near


def _near(p: FloatArray, cumulative: FloatArray, predicted: IntArray) -> FloatArray:
    """Probability within ±WRONG (1 + z) of the predicted redshift; p(z) is flat in each class."""
    z = CLASSES.centres[predicted]
    rows, reach = np.arange(len(z)), WRONG * (1 + z)

    def below(edge: FloatArray) -> FloatArray:
        place = ((edge - CLASSES.z_min) / CLASSES.width).clip(0, CLASSES.n)
        last = np.minimum(place.astype(int), CLASSES.n - 1)
        return np.asarray(cumulative[rows, last] - (1 - (place - last)) * p[rows, last])

    return below(z + reach) - below(z - reach)

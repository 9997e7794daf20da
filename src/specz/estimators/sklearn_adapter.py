"""Any classifier of scikit-learn, or of a library with its interface, as an estimator."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import is_regressor

from specz.common import checks
from specz.common.arrays import FloatArray, Flux, IntArray
from specz.common.classes import import_class
from specz.estimators.base import ClassScores, Fitted
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample

FEW_PER_CLASS = "The number of unique classes is greater than 50% of the number of samples"
"""Scikit-learn's warning that the labels look like a regression; here the classes are intended."""


@dataclass(frozen=True)
class Sklearn:
    """A classifier by its path, with the pixels as features.

    Attributes
    ----------
    classifier : str
        Path, such as ``sklearn.ensemble:ExtraTreesClassifier``.
    params : mapping or tuple of (str, value)
        Its settings; kept as pairs in order of name.

    Raises
    ------
    ValueError, TypeError
        If there is no such classifier or setting, or a value is not plain.
    """

    classifier: str
    params: Any = ()

    def __post_init__(self) -> None:
        settings = self._class()().get_params()
        try:
            params = dict(self.params)
        except (TypeError, ValueError):
            raise TypeError(f"params must map settings to values; got {self.params!r}") from None
        for name, value in params.items():
            if not isinstance(value, bool | int | float | str | None):
                raise TypeError(f"params: {name} must be a plain value; got {value!r}")
            checks.choice(f"params: setting of {self.classifier}", name, settings)
        object.__setattr__(self, "params", tuple(sorted(params.items())))

    @property
    def label(self) -> str:
        """Name of the class and its settings."""
        settings = ", ".join(f"{name} {value}" for name, value in self.params)
        return self.classifier.partition(":")[2] + (f" ({settings})" if settings else "")

    @property
    def uses_seed(self) -> bool:
        """Whether the fit is random."""
        return "random_state" in self._class()().get_params()

    def _class(self) -> Any:
        kind = import_class("classifier", self.classifier, "sklearn.ensemble:ExtraTreesClassifier")
        members = ("fit", "predict", "get_params")
        if not all(hasattr(kind, each) for each in members) or _is_regressor(kind()):
            raise ValueError(
                f"classifier {self.classifier!r} is no classifier of scikit-learn's kind"
            )
        return kind

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Fit the classifier, with ``seed`` as its ``random_state``."""
        given = {"random_state": seed} if self.uses_seed else {}
        model = self._class()(**{**given, **dict(self.params)})
        fit_classifier(model, train.flux(), train.labels)
        if hasattr(model, "predict_proba"):
            return Fitted(lambda flux: class_probabilities(model, flux))
        return Fitted(lambda flux: class_votes(model.predict(flux)))


def _is_regressor(model: Any) -> bool:
    try:
        return bool(is_regressor(model))
    except AttributeError:  # a class from another library, without tags
        return False


def fit_classifier(model: Any, features: FloatArray | Flux, labels: IntArray) -> None:
    """Fit a classifier of scikit-learn, (n, n_features) and (n,), without its advice on labels."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", FEW_PER_CLASS, UserWarning)
        model.fit(features, labels)


def class_probabilities(model: Any, flux: Flux) -> ClassScores:
    """Probabilities of a fitted classifier; zero for classes without training spectra."""
    values = np.zeros((len(flux), CLASSES.n))
    values[:, model.classes_] = model.predict_proba(flux)
    return ClassScores(values, is_probability=True)


def class_votes(winner: IntArray) -> ClassScores:
    """Scores of a method that names one class per spectrum: ``winner``, shape (n_spectra,)."""
    values = np.zeros((len(winner), CLASSES.n), dtype=np.float32)
    values[np.arange(len(winner)), winner] = 1
    return ClassScores(values, is_probability=False)

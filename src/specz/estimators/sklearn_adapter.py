"""Any classifier of scikit-learn, or of a library with its interface, as an estimator."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.base import is_regressor

from specz.common import checks
from specz.common.classes import import_class
from specz.estimators.base import Fitted
from specz.estimators.classifiers import class_probabilities, class_votes, fit_classifier
from specz.spectra.sample import Sample


@dataclass(frozen=True)
class Sklearn:
    """A classifier by its path, with the pixels as features.

    Attributes
    ----------
    classifier : str
        ``sklearn.ensemble:ExtraTreesClassifier``.
    params : mapping or tuple of (str, value)
        Its settings; kept as pairs in order of name.

    Raises
    ------
    ValueError, TypeError
        If there is no such classifier, or it has no such setting or not that value.
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
        """Whether chance has a part in the fit."""
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
        """Fit the classifier; its own randomness takes ``seed``."""
        given = {"random_state": seed} if self.uses_seed else {}
        model = self._class()(**{**given, **dict(self.params)})
        fit_classifier(model, train)
        if hasattr(model, "predict_proba"):
            return Fitted(lambda flux: class_probabilities(model, flux))
        return Fitted(lambda flux: class_votes(model.predict(flux)))


def _is_regressor(model: Any) -> bool:
    try:
        return bool(is_regressor(model))
    except AttributeError:  # a class that is not scikit-learn's own and has no tags
        return False

"""Any classifier of scikit-learn, or of a library with its interface, as an estimator."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specz.common import checks
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
        wanted = "classifier must be a path like sklearn.ensemble:ExtraTreesClassifier"
        if not isinstance(self.classifier, str):
            raise TypeError(f"{wanted}; got {self.classifier!r}")
        module, _, name = self.classifier.partition(":")
        try:
            found = importlib.import_module(module)
            kind = getattr(found, name)
        except (ImportError, TypeError, ValueError) as error:
            raise ValueError(f"{wanted}; got {self.classifier!r} ({error})") from None
        except AttributeError:
            near = checks.nearest(name, [n for n in vars(found) if n[0].isupper()])
            raise ValueError(f"{wanted}; {module!r} has no {name!r}{near}") from None
        if not all(hasattr(kind, member) for member in ("fit", "predict", "get_params")):
            raise ValueError(f"{wanted}; {self.classifier!r} is no classifier")
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

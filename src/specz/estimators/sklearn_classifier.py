"""An estimator of this package as a classifier of scikit-learn, for spectra of any origin."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from specz.common import checks
from specz.common.arrays import BoolArray, Flux, IntArray, Labels
from specz.estimators.base import ClassScores
from specz.estimators.registry import Method, make_estimator
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample


@dataclass(frozen=True, eq=False)
class Given:
    """Labelled spectra that are given, not generated: a :class:`specz.spectra.sample.Spectra`.

    ``values`` has shape (n_spectra, n_pixels), ``labels`` (n_spectra,).
    """

    values: Flux
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def flux(self, index: IntArray | BoolArray | slice = slice(None), epoch: int = 0) -> Flux:
        """Spectra of the examples ``index``; the noise is what it is in each epoch."""
        return self.values[index]

    def head(self, n: int) -> "Given":
        """The first ``n`` spectra."""
        return Given(self.values[:n], self.labels[:n])

    def __getattr__(self, name: str) -> Any:
        if name in Sample.__dataclass_fields__ or hasattr(Sample, name):
            raise ValueError(
                f"the method asks for the {name} of its spectra, which given ones lack; "
                "cnn, forest, knn, linear_svm and kernel_svm ask for none"
            )
        raise AttributeError(name)


def _gives_probabilities(classifier: "SpeczClassifier") -> bool:
    check_is_fitted(classifier)
    return bool(classifier.is_probability_)


class SpeczClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator that learns from labelled spectra alone, behind scikit-learn's interface.

    It enters pipelines, cross-validation and grid searches. Methods that need to know the library
    of templates or the noise, such as ``template_fit``, can't be used so.

    Parameters
    ----------
    method : str or mapping
        As for :func:`specz.estimators.registry.make_estimator`, such as ``"knn"`` or
        ``{"name": "forest", "trees": 50}``.
    validation : float
        Share of the spectra that is held out to choose settings or to stop a training.
    random_state : int, RandomState or None
        Of the held-out spectra and of the method.

    Attributes
    ----------
    classes_ : ndarray
        The labels, sorted; at most 800.
    is_probability_ : bool
        Whether the method gives probabilities; only then there is a ``predict_proba``.
    """

    def __init__(
        self, method: Method = "forest", validation: float = 0.2, random_state: Any = None
    ) -> None:
        self.method = method
        self.validation = validation
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:  # noqa: N803
        """Learn from spectra, (n_spectra, n_pixels), and their labels.

        Raises
        ------
        ValueError, TypeError
            If the method or the share is no such thing, labels are continuous or more than 800, or
            too few spectra are left for the training.
        """
        estimator: Any = make_estimator(self.method)  # it may take a Given for a Sample or not
        checks.number("validation", self.validation, 0.001, 0.9)
        flux, y = validate_data(self, X, y, dtype=np.float32)
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        n, n_classes = len(labels), len(self.classes_)
        if n_classes > CLASSES.n:
            raise ValueError(f"y must have at most {CLASSES.n} classes; got {n_classes}")
        held_out = max(1, round(self.validation * n))
        if held_out >= n:
            raise ValueError(f"n_samples={n}: none is left to learn from; at least 2 are needed")
        random = check_random_state(self.random_state)
        order, seed = random.permutation(n), int(random.randint(1, 2**31 - 1))
        train, held = order[held_out:], order[:held_out]
        self.fitted_ = estimator.fit(
            Given(flux[train], labels[train]), Given(flux[held], labels[held]), seed
        )
        self.is_probability_ = self.fitted_.scores(flux[:1]).is_probability
        return self

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:  # noqa: N803
        """Likeliest label of each spectrum, (n_spectra,)."""
        values = self._scores(X).values
        best: npt.NDArray[Any] = self.classes_[values.argmax(axis=1)]
        return best

    @available_if(_gives_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: npt.ArrayLike) -> npt.NDArray[np.floating]:  # noqa: N803
        """Probability of each label, (n_spectra, n_classes)."""
        values = self._scores(X).values
        return np.asarray(values / values.sum(axis=1, keepdims=True))

    def _scores(self, X: npt.ArrayLike) -> ClassScores:  # noqa: N803
        """Scores of the labels that there are."""
        check_is_fitted(self)
        flux = validate_data(self, X, dtype=np.float32, reset=False)
        scores = self.fitted_.scores(flux)
        return ClassScores(scores.values[:, : len(self.classes_)], scores.is_probability)

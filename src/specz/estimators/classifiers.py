"""The popular classifiers of the comparison, from scikit-learn.

Each takes the pixels as features, in units of the mean flux. None of them scales to 400,000
spectra of 800 classes; the training size that each could take is a parameter of the
experiment and is printed in the figures.
"""

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import joblib
import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from specz.common import checks
from specz.estimators.base import ClassScores, Fitted
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample

Flux = npt.NDArray[np.float32]
FEW_PER_CLASS = "The number of unique classes is greater than 50% of the number of samples"
"""A warning of scikit-learn that redshift is no class; here it is meant to be one."""

VOTE_CHUNK = 64
"""Spectra that one thread asks a support vector machine about at a time."""


@dataclass(frozen=True)
class NearestNeighbours:
    """k nearest neighbours in Euclidean distance, each vote weighted by 1/distance.

    Attributes
    ----------
    neighbours : tuple of int
        Choices of k; the one with the best validation accuracy is kept.
    """

    label: ClassVar[str] = "k-NN"
    uses_seed: ClassVar[bool] = False

    neighbours: tuple[int, ...] = (1, 3, 10, 30)

    def __post_init__(self) -> None:
        checks.listed("neighbours", self.neighbours, checks.integer, 1, 10_000, repeats=True)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Keep the training spectra, and choose k on the validation spectra."""
        choices = sorted({min(k, len(train)) for k in self.neighbours})
        model = KNeighborsClassifier(max(choices), weights="distance", algorithm="brute")
        fit_classifier(model, train)
        distance, index = model.kneighbors(validation.flux())
        votes = train.labels[index]  # (spectrum, neighbour), nearest first
        hits = [
            np.mean(_vote(distance[:, :k], votes[:, :k]).argmax(axis=1) == validation.labels)
            for k in choices
        ]
        best = choices[int(np.argmax(hits))]

        def scores(flux: Flux) -> ClassScores:
            distance, index = model.kneighbors(flux, n_neighbors=best)
            return ClassScores(_vote(distance, train.labels[index]), is_probability=True)

        return Fitted(scores)


def _vote(
    distance: npt.NDArray[np.floating], label: npt.NDArray[np.integer]
) -> npt.NDArray[np.floating]:
    """Share of each class in the votes, (n_spectra, n_neighbours) to (n_spectra, n_classes)."""
    weight = 1 / np.maximum(distance, np.finfo(np.float32).eps)
    votes = np.zeros((len(label), CLASSES.n))
    np.add.at(votes, (np.arange(len(label))[:, None], label), weight)
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Forest:
    """Random forest, its trees grown to the end.

    Attributes
    ----------
    trees : int
    features : int
        Pixels tried at each split. Each node stores one number per class, so that time and
        memory grow as the number of spectra times the number of classes.
    """

    label: ClassVar[str] = "random forest"

    trees: int = 20
    features: int = 8

    def __post_init__(self) -> None:
        checks.integer("trees", self.trees, 1, 10_000)
        checks.integer("features", self.features, 1, 100_000)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Grow the trees."""
        model = RandomForestClassifier(
            self.trees,
            max_features=min(self.features, train.grid.n_pixels),
            n_jobs=-1,
            random_state=seed,
        )
        fit_classifier(model, train)

        return Fitted(lambda flux: class_probabilities(model, flux))


@dataclass(frozen=True)
class LinearSVM:
    """Linear support vector machine, one class against one (LIBSVM)."""

    label: ClassVar[str] = "linear SVM"
    uses_seed: ClassVar[bool] = False

    c: float = 1.0

    def __post_init__(self) -> None:
        checks.number("c", self.c, 1e-9, 1e9)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Solve for the margins."""
        return _fit_svc(SVC(kernel="linear", C=self.c), train)


@dataclass(frozen=True)
class KernelSVM:
    """Support vector machine with a Gaussian kernel, one class against one (LIBSVM).

    Attributes
    ----------
    c : float
        Penalty of a margin violation.
    gamma : float
        Kernel exp(-gamma |x - y|² / (n_pixels Var x)), as scikit-learn's ``scale`` at 1.
    """

    label: ClassVar[str] = "kernel SVM"
    uses_seed: ClassVar[bool] = False

    c: float = 100.0
    gamma: float = 0.1

    def __post_init__(self) -> None:
        checks.number("c", self.c, 1e-9, 1e9)
        checks.number("gamma", self.gamma, 1e-9, 1e9)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Solve for the margins."""
        variance = float(train.flux().var())
        gamma = self.gamma / (train.grid.n_pixels * variance)
        return _fit_svc(SVC(kernel="rbf", C=self.c, gamma=gamma), train)


def _fit_svc(model: SVC, train: Sample) -> Fitted:
    """Fit, and answer with the class that wins most of the 319,600 pairwise votes.

    Their sum as a score would take ten times as long and name the same class.
    """
    fit_classifier(model, train)

    def scores(flux: Flux) -> ClassScores:
        parts = [flux[i : i + VOTE_CHUNK] for i in range(0, len(flux), VOTE_CHUNK)]
        with ThreadPoolExecutor(joblib.cpu_count()) as pool:  # LIBSVM itself uses one core
            winner = np.concatenate(list(pool.map(model.predict, parts)))
        return class_votes(winner)

    return Fitted(scores)


def fit_classifier(model: Any, train: Sample) -> None:
    """Fit a classifier of scikit-learn to the pixels and classes of a sample."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", FEW_PER_CLASS, UserWarning)
        model.fit(train.flux(), train.labels)


def class_probabilities(model: Any, flux: Flux) -> ClassScores:
    """Ask a fitted classifier for probabilities; classes that it has not seen have none."""
    values = np.zeros((len(flux), CLASSES.n))
    values[:, model.classes_] = model.predict_proba(flux)
    return ClassScores(values, is_probability=True)


def class_votes(winner: npt.NDArray[np.integer]) -> ClassScores:
    """Scores of a method that names one class for each spectrum, shape (n_spectra,)."""
    values = np.zeros((len(winner), CLASSES.n), dtype=np.float32)
    values[np.arange(len(winner)), winner] = 1
    return ClassScores(values, is_probability=False)

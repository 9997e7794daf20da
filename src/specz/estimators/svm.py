"""Support vector machines, with the pixels as features, in units of the mean flux.

Neither scales to 400,000 spectra of 800 classes; the training size of each is a parameter of the
experiment, which the figures print.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import joblib
import numpy as np

from specz.common import checks
from specz.common.arrays import Flux
from specz.estimators.base import ClassScores, Fitted
from specz.spectra.sample import Sample

if TYPE_CHECKING:
    from sklearn.svm import SVC

VOTE_CHUNK = 64
"""Spectra per call of a support vector machine."""


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
        """Find the separating planes."""
        from sklearn.svm import SVC  # a page that only draws does without the second that it takes

        return _fit_svc(SVC(kernel="linear", C=self.c), train)


@dataclass(frozen=True)
class KernelSVM:
    """Support vector machine with a Gaussian kernel, one class against one (LIBSVM).

    Attributes
    ----------
    c : float
        Penalty of a margin violation.
    gamma : float
        Kernel ``exp(-gamma |x - y|² / (n_pixels Var x))``, as scikit-learn's ``scale`` at 1.
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
        """Find the separating surfaces."""
        from sklearn.svm import SVC

        variance = float(train.flux().var())
        gamma = self.gamma / (train.grid.n_pixels * variance)
        return _fit_svc(SVC(kernel="rbf", C=self.c, gamma=gamma), train)


def _fit_svc(model: "SVC", train: Sample) -> Fitted:
    """Fit, and score the class that wins most of the 319,600 pairwise votes."""
    from specz.estimators.pairwise_votes import winners
    from specz.estimators.sklearn_adapter import class_votes, fit_classifier

    # The sum of the votes as a score would take ten times as long and name the same class.
    fit_classifier(model, train)

    def scores(flux: Flux) -> ClassScores:
        parts = [flux[i : i + VOTE_CHUNK] for i in range(0, len(flux), VOTE_CHUNK)]
        with ThreadPoolExecutor(joblib.cpu_count()) as pool:
            winner = np.concatenate(list(pool.map(lambda part: winners(model, part), parts)))
        return class_votes(winner)

    return Fitted(scores)

"""Support vector machines, with the pixels as features, in units of the mean flux.

Neither scales to 400,000 spectra of 800 classes; the training size of each is a parameter of the
experiment, which the figures print.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import joblib
import numpy as np

from specz.common import checks
from specz.common.arrays import FloatArray, Flux
from specz.estimators.base import ClassScores, Fitted
from specz.spectra.sample import Spectra

if TYPE_CHECKING:
    from sklearn.svm import SVC

VOTE_CHUNK = 128
"""Spectra per call of a support vector machine."""
GRAM_SHARE = 0.6
"""Share of the machine's memory that the kernel values of all training spectra may take."""


@dataclass(frozen=True)
class LinearSVM:
    """Linear support vector machine, one class against one (LIBSVM)."""

    label: ClassVar[str] = "linear SVM"
    uses_seed: ClassVar[bool] = False

    c: float = 1.0

    def __post_init__(self) -> None:
        checks.number("c", self.c, 1e-9, 1e9)

    def fit(
        self, train: Spectra, validation: Spectra, seed: int, checkpoint: Path | None = None
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
        self, train: Spectra, validation: Spectra, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Find the separating surfaces."""
        from sklearn.svm import SVC

        variance = float(train.flux().var())
        gamma = self.gamma / (train.flux().shape[1] * variance)
        return _fit_svc(SVC(kernel="rbf", C=self.c, gamma=gamma), train)


def _fit_svc(model: "SVC", train: Spectra) -> Fitted:
    """Fit, and score the class that wins most of the 319,600 pairwise votes."""
    from sklearn.metrics.pairwise import pairwise_kernels

    from specz.estimators.sklearn_adapter import fit_classifier

    kernel = partial(pairwise_kernels, metric=model.kernel, filter_params=True, gamma=model.gamma)
    vectors = features = train.flux().astype(np.float64)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if vectors.itemsize * len(vectors) ** 2 <= GRAM_SHARE * memory:
        # Each spectrum is in 799 of the pairs: LIBSVM would compute a kernel value up to 799 times.
        features = kernel(vectors)
        model.set_params(kernel="precomputed")
    fit_classifier(model, features, train.labels)
    return Fitted(partial(_scores, model, kernel, vectors[model.support_]))


def _scores(
    model: "SVC", kernel: Callable[..., FloatArray], vectors: FloatArray, flux: Flux
) -> ClassScores:
    """One for the class with the most votes; ``vectors`` are the support vectors."""
    from specz.estimators.pairwise_votes import winners
    from specz.estimators.sklearn_adapter import class_votes

    # The sum of the votes as a score would take ten times as long and name the same class.
    parts = [flux[i : i + VOTE_CHUNK] for i in range(0, len(flux), VOTE_CHUNK)]
    with ThreadPoolExecutor(joblib.cpu_count()) as pool:
        of_part = pool.map(lambda part: winners(model, kernel(vectors, part)), parts)
        return class_votes(np.concatenate(list(of_part)))

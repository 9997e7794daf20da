"""The one seam of the package: every method is fitted and asked in the same way.

An estimator is a frozen dataclass of its settings with a ``label`` for figures and a ``fit``
that returns a :class:`Fitted`. Nothing downstream knows which method it holds. To add one,
write a file with such a class and add one line to :data:`REGISTRY`; CONTRIBUTING.md shows a
worked example.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from specz import checks
from specz.sample import Sample

REGISTRY = {
    "cnn": "specz.networks:CNN",
    "datathon": "specz.networks:DatathonNetwork",
    "knn": "specz.baselines:NearestNeighbours",
    "forest": "specz.baselines:Forest",
    "linear_svm": "specz.baselines:LinearSVM",
    "kernel_svm": "specz.baselines:KernelSVM",
}
"""Where each estimator lives; a line here makes it known to every study and command."""


@dataclass(frozen=True, eq=False)
class ClassScores:
    """What an estimator says of each spectrum.

    Attributes
    ----------
    values : ndarray, shape (n_spectra, n_classes)
        The higher, the likelier the class.
    is_probability : bool
        Whether ``values`` is meant as p(class | spectrum), each row summing to one.
    """

    values: npt.NDArray[np.floating]
    is_probability: bool


@dataclass(frozen=True, eq=False)
class History:
    """Progress of an iterative fit, one value an epoch.

    Attributes
    ----------
    examples : ndarray, shape (n_epochs,)
        Training examples seen so far, repeats counted.
    train_loss, validation_loss : ndarray, shape (n_epochs,), nats
        Mean cross-entropy on a fixed part of the training set and on validation spectra.
    train_accuracy, validation_accuracy : ndarray, shape (n_epochs,)
        Exact-class accuracy on the same spectra.
    """

    examples: npt.NDArray[np.floating]
    train_loss: npt.NDArray[np.floating]
    validation_loss: npt.NDArray[np.floating]
    train_accuracy: npt.NDArray[np.floating]
    validation_accuracy: npt.NDArray[np.floating]


@dataclass(frozen=True)
class Fitted:
    """A fitted estimator.

    Attributes
    ----------
    scores : callable
        Maps flux, shape (n_spectra, n_pixels), to :class:`ClassScores`.
    history : History or None
        For methods that learn by steps.
    save : callable or None
        Writes the fitted model into a folder, in an open format.
    """

    scores: Callable[[npt.NDArray[np.float32]], ClassScores]
    history: History | None = None
    save: Callable[[Path], None] | None = None


@runtime_checkable
class Estimator(Protocol):
    """Settings of a method; a frozen dataclass whose fields are its hyperparameters."""

    label: ClassVar[str]

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Learn from ``train``; ``validation`` may choose settings, never the test set.

        A method that takes long may keep its progress in the file ``checkpoint`` and go on from
        it when it is called again; others ignore it.
        """
        ...


def estimator_class(name: str) -> type[Any]:
    """Return the estimator class registered as ``name``.

    Raises
    ------
    ValueError
        If no such estimator is registered; the message names the nearest one.
    """
    checks.choice("estimator", name, REGISTRY)
    module, _, attribute = REGISTRY[name].partition(":")
    found: type[Any] = getattr(importlib.import_module(module), attribute)
    return found


def estimator_name(estimator: Estimator) -> str:
    """Return the name under which an estimator's class is registered.

    Raises
    ------
    ValueError
        If it is not registered.
    """
    path = f"{type(estimator).__module__}:{type(estimator).__qualname__}"
    for name, registered in REGISTRY.items():
        if registered == path:
            return name
    raise ValueError(f"{path} is not registered; add a line for it to specz.estimators.REGISTRY")

"""The interface of estimators: every method is fitted and evaluated in the same way.

An estimator is a frozen dataclass of its settings with a ``label`` for figures and a ``fit`` that
returns a :class:`Fitted`. The rest of the package does not know which method it holds. To add one,
write such a class and give its path, ``mypackage.module:MyClass``, as the method;
:mod:`specz.estimators.registry` finds it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from specz.spectra.sample import Sample

OMIT_DEFAULT = {"omit_default": True}
"""Metadata of a setting that was added after the first results were archived. An experiment's
settings omit it while it has its default, so the keys of earlier results stay."""


def uses_seed(estimator: object) -> bool:
    """Whether two seeds give two fits: yes, unless the class says ``uses_seed = False``."""
    return bool(getattr(estimator, "uses_seed", True))


@dataclass(frozen=True, eq=False)
class ClassScores:
    """Scores of each spectrum.

    Attributes
    ----------
    values : ndarray, shape (n_spectra, n_classes)
        A higher score means a likelier class.
    is_probability : bool
        Whether ``values`` is p(class | spectrum), each row summing to one.
    """

    values: npt.NDArray[np.floating]
    is_probability: bool


@dataclass(frozen=True, eq=False)
class History:
    """Progress of an iterative fit, one value per epoch.

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


class Cost(NamedTuple):
    """Wall-clock time of a computation, and its processor time summed over all cores."""

    seconds: float
    cpu_seconds: float

    def plus(self, other: "Cost") -> "Cost":
        """Sum of two costs."""
        return Cost(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)

    @staticmethod
    def clock() -> "Cost":
        """Readings of both clocks; the difference of two readings is a cost."""
        return Cost(time.perf_counter(), time.process_time())

    def since(self, start: "Cost") -> "Cost":
        """Cost between the reading ``start`` and this one."""
        return Cost(self.seconds - start.seconds, self.cpu_seconds - start.cpu_seconds)


NO_COST = Cost(0.0, 0.0)


@dataclass(frozen=True)
class Fitted:
    """A fitted estimator.

    Attributes
    ----------
    scores : callable
        Maps flux, shape (n_spectra, n_pixels), to :class:`ClassScores`.
    history : History or None
        Of iterative methods.
    save : callable or None
        Writes the fitted model into a folder, in an open format.
    batch : int
        Best number of spectra per call of ``scores``.
    earlier : Cost
        Of earlier attempts at this fit that were stopped.
    model : keras.Model or None
        The network, from spectra to logits, if the method is one.
    """

    scores: Callable[[npt.NDArray[np.float32]], ClassScores]
    history: History | None = None
    save: Callable[[Path], None] | None = None
    batch: int = 1024
    earlier: Cost = NO_COST
    model: Any = None


@runtime_checkable
class Estimator(Protocol):
    """Settings of a method; a frozen dataclass whose fields are its hyperparameters."""

    label: ClassVar[str]

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Learn from ``train``; ``validation`` may choose settings.

        A slow method may keep its progress in the file ``checkpoint`` and continue from it.
        """


@runtime_checkable
class Reloadable(Protocol):
    """An estimator whose fitted model can be read from disk."""

    def load(self, folder: Path) -> Fitted:
        """Read the model that ``Fitted.save`` wrote into ``folder``."""

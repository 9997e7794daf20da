"""The one seam of the package: every method is fitted and asked in the same way.

An estimator is a frozen dataclass of its settings with a ``label`` for figures and a ``fit``
that returns a :class:`Fitted`. Nothing downstream knows which method it holds. To add one,
write a file with such a class and add one line to :data:`REGISTRY`; CONTRIBUTING.md shows a
worked example.
"""

import importlib
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from specz import checks
from specz.sample import Sample

REGISTRY = {
    "cnn": "specz.networks:CNN",
    "datathon": "specz.networks:DatathonNetwork",
    "equivariant": "specz.equivariant:Equivariant",
    "knn": "specz.baselines:NearestNeighbours",
    "forest": "specz.baselines:Forest",
    "linear_svm": "specz.baselines:LinearSVM",
    "kernel_svm": "specz.baselines:KernelSVM",
    "template_fit": "specz.templatefit:TemplateFit",
    "redrock": "specz.redrock_fit:Redrock",
    "bayes": "specz.bayes:BayesLimit",
}
"""Where each estimator lives; a line here makes it known to every study and command."""


ADDED = {"added": True}
"""Metadata of a setting that an estimator got after results with it were archived."""


def uses_seed(estimator: object) -> bool:
    """Whether two seeds give two fits: yes, unless the class says ``uses_seed = False``."""
    return bool(getattr(estimator, "uses_seed", True))


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


class Cost(NamedTuple):
    """Time that a computation took.

    Attributes
    ----------
    seconds : float
        By the clock.
    cpu_seconds : float
        Of processor time, over all cores.
    """

    seconds: float
    cpu_seconds: float

    def plus(self, other: "Cost") -> "Cost":
        """Sum of two costs."""
        return Cost(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)

    @staticmethod
    def clock() -> "Cost":
        """What the clocks show; the difference of two readings is a cost."""
        return Cost(time.perf_counter(), time.process_time())

    def since(self, start: "Cost") -> "Cost":
        """Cost between the reading ``start`` and this one."""
        return Cost(self.seconds - start.seconds, self.cpu_seconds - start.cpu_seconds)


NOTHING = Cost(0.0, 0.0)


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
    batch : int
        Spectra that it is best asked about at a time.
    earlier : Cost
        Of earlier attempts at this fit, which were stopped.
    model : keras.Model or None
        The network, if the method is one: spectra to logits.
    """

    scores: Callable[[npt.NDArray[np.float32]], ClassScores]
    history: History | None = None
    save: Callable[[Path], None] | None = None
    batch: int = 1024
    earlier: Cost = NOTHING
    model: Any = None


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


@runtime_checkable
class Reloadable(Protocol):
    """An estimator whose fitted model can be read again from where it was saved."""

    def load(self, folder: Path) -> Fitted:
        """Read what :attr:`Fitted.save` wrote into ``folder``."""
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


AS_IT_IS = "as it is"


def differences(one: Estimator, other: Estimator, without: Collection[str] = ()) -> str:
    """Name the settings of ``one`` that are not those of ``other``, with their values.

    :data:`AS_IT_IS` if there is none; the method, if that is what differs. Settings ``without``
    are passed over.
    """
    if type(one) is not type(other):
        return one.label
    return ", ".join(_differing(one, other, without)) or AS_IT_IS


def _differing(one: Any, other: Any, without: Collection[str]) -> list[str]:
    found = []
    for f in fields(one):
        value, before = getattr(one, f.name), getattr(other, f.name)
        name = f.name.replace("_", " ")
        if value == before or f.name in without:
            continue
        if is_dataclass(value):
            found += _differing(value, before, without)
        elif isinstance(value, bool):
            without_it = f"un{name}" if name.startswith("known") else f"do not {name}"
            found.append(name if value else without_it)
        elif isinstance(value, tuple):
            found.append(f"{name} {', '.join(map(str, value))}")
        else:
            found.append(f"{name} {value:g}")
    return found

"""What the store, the runner and the archive ask of an experiment, whatever its examples are."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, ClassVar

from specz.common import checks
from specz.estimators.base import OMIT_DEFAULT, Estimator, Fitted
from specz.estimators.registry import check_task, estimator_name

SEED_MAX = 2**32 - 1
N_MAX = 100_000_000
"""Most examples of a sample."""


class BaseExperiment:
    """An estimator, the sizes and seeds of its samples, and how its answers are reduced.

    A subclass is a frozen dataclass with the fields below, among others; it is its settings.

    Attributes
    ----------
    task : str
        Kind of examples: a table of :data:`specz.estimators.registry.TASKS`.
    predictions : type
        Dataclass of the arrays that a result keeps, one row per example.
    derived : tuple of str
        Columns of it that are attributes of a sample: they are not archived.
    answer : str
        Column that is archived for training and validation examples too.
    half : tuple of str
        Columns that are archived in half precision.
    altered : str
        How the test examples differ from the others; nothing by default.
    """

    task: ClassVar[str]
    predictions: ClassVar[type[Any]]
    derived: ClassVar[tuple[str, ...]]
    answer: ClassVar[str]
    half: ClassVar[tuple[str, ...]]

    estimator: Estimator
    n_train: int
    n_validation: int
    n_test: int
    data_seed: int
    seed: int
    altered: str

    def check_common(self) -> None:
        """Check the fields of every experiment, and make its numbers plain integers."""
        check_task(self.estimator, self.task)
        sizes = ("n_train", "n_validation", "n_test")
        for name in sizes:
            checks.integer(name, getattr(self, name), 1, N_MAX)
        for name in ("data_seed", "seed"):
            checks.integer(name, getattr(self, name), 0, SEED_MAX)
        for name in (*sizes, "data_seed", "seed"):  # NumPy's integers have no JSON form
            object.__setattr__(self, name, int(getattr(self, name)))

    @property
    def method(self) -> str:
        """Name of the estimator, as in :data:`specz.estimators.registry.TASKS`."""
        return estimator_name(self.estimator)

    @property
    def config(self) -> dict[str, Any]:
        """The experiment as plain values, without :data:`~specz.estimators.base.OMIT_DEFAULT`."""
        plain = _without_defaults(self, asdict(self))  # type: ignore[call-overload]
        # The name comes first, as a reader of a manifest expects.
        plain["estimator"] = {"name": self.method, **plain["estimator"]}
        return plain

    @property
    def title(self) -> str:
        """One line for progress and listings."""
        raise NotImplementedError

    @property
    def fit_code(self) -> tuple[str, ...]:
        """Modules that make the samples."""
        raise NotImplementedError

    @property
    def evaluation_code(self) -> tuple[str, ...]:
        """Modules that make the test sample and reduce the answers."""
        raise NotImplementedError

    def samples(self) -> tuple[Any, Any, Any]:
        """Training, validation and test examples; each has len, labels, flux and head."""
        raise NotImplementedError

    def evaluate(self, fitted: Fitted) -> Any:
        """Predictions for the samples: ``train``, ``validation``, ``test``, ``test_seconds``."""
        raise NotImplementedError

    def summary(self) -> Mapping[str, object]:
        """Cells of the archive's summary that only spectra have."""
        return {"snr": "", "grid": ""}


def _without_defaults(owner: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """Drop the settings of a dataclass, and of those in it, that are to be omitted."""
    for f in fields(owner):
        value = getattr(owner, f.name)
        if f.metadata == OMIT_DEFAULT and settings[f.name] == f.default:
            del settings[f.name]
        elif is_dataclass(value):
            _without_defaults(value, settings[f.name])
    return settings

"""A study: the parameters of a notebook, and the experiments that it draws.

Parameters are the fields of one frozen dataclass. A notebook makes it from its own variables in
one line, ``Noise.read(globals())``; a profile gives those that have no default here. So values
are checked, and missing results counted, before any kernel starts. Experiments that two notebooks
share are computed once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Any, Self

from specz.common import checks
from specz.estimators.base import Estimator
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.equivariant import Equivariant
from specz.estimators.template_fit import TemplateFit
from specz.estimators.training import TrainingConfig
from specz.experiments.base import N_MAX, SEED_MAX, BaseExperiment
from specz.experiments.experiment import SNR_MIN, Experiment
from specz.spectra.library import LibraryConfig
from specz.study import settings

N_SEDS = LibraryConfig().n_train
"""SEDs of the training split: as many spectra show each of them once."""

TEMPLATE_VALIDATION = 500
"""Validation spectra that choose the number of templates; a redshift scan of each takes long."""

VALIDATION_MAX = 2000
"""Validation spectra are evaluated after every epoch; more would slow training down."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """Parameters of a notebook: the fields of a subclass."""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Take the parameters out of a notebook's variables, and ignore its other variables.

        Raise TypeError if a parameter without a default is missing.
        """
        return cls(**{f.name: values[f.name] for f in fields(cls) if f.name in values})

    def experiments(self) -> Sequence[BaseExperiment]:
        """List the notebook's experiments; raise ValueError or TypeError if a value is wrong."""
        raise NotImplementedError

    def lacks(self) -> str:
        """Say which data are not at hand to compute the experiments; empty if all are."""
        return ""

    def opened(self) -> list[Experiment]:
        """Experiments whose trained network the page opens; the archive keeps their weights."""
        return []

    def sizes(self, name: str, repeats: bool = False) -> Sequence[int]:
        """Return a parameter that lists numbers of spectra, checked."""
        return checks.listed(name, getattr(self, name), checks.integer, 1, N_MAX, repeats=repeats)

    def levels(self, name: str, finite: bool = False) -> Sequence[float]:
        """Return a parameter that lists S/N, checked; clean spectra only if not ``finite``."""
        check = checks.finite if finite else checks.number
        return checks.listed(name, getattr(self, name), check, SNR_MIN)


@dataclass(frozen=True, kw_only=True)
class Trained(Study):
    """Parameters of notebooks that train the study's network.

    ``epochs`` and ``min_updates`` are the length of its training, see
    :class:`specz.estimators.training.TrainingConfig`.
    """

    grid: str = "paper"  # a name in specz.spectra.grid.GRIDS
    layers: Any = 3  # convolutional layers; a list in notebooks that compare depths
    epochs: int
    min_updates: int
    n_test: int  # test spectra; as many for validation, up to VALIDATION_MAX

    def cnn(self, layers: int | None = None) -> CNN:
        """Return the study's network before tuning, at another depth if one is given."""
        training = TrainingConfig(self.epochs, self.min_updates)
        return CNN(layers=self.layers if layers is None else layers, training=training)

    def tuned(self, n_train: int, snr: float, layers: int | None = None) -> Experiment:
        """The study's network with the setting that tuning chose (:mod:`specz.study.settings`).

        Raise TypeError or ValueError if ``n_train``, which scales the penalty, is no size.
        """
        checks.integer("n_train", n_train, 1, N_MAX)
        return self.experiment(settings.tuned(self.cnn(layers), n_train, snr), n_train, snr)

    @property
    def first_seed(self) -> int:
        """Seed of a method that is trained once."""
        raise NotImplementedError

    def experiment(self, estimator: Estimator, n_train: int, snr: float) -> Experiment:
        """An experiment on this notebook's grid and test spectra, with its first seed."""
        checks.integer("n_test", self.n_test, 1, N_MAX)
        return Experiment(
            estimator,
            n_train,
            snr,
            self.grid,
            n_validation=min(self.n_test, VALIDATION_MAX),
            n_test=self.n_test,
            seed=self.first_seed,
        )

    def template_fit(self, n_train: int, snr: float) -> Experiment:
        """Template fitting with the SEDs of ``n_train`` spectra."""
        found = self.experiment(TemplateFit(), n_train, snr)
        return replace(found, n_validation=min(self.n_test, TEMPLATE_VALIDATION))


@dataclass(frozen=True, kw_only=True)
class TrainedOnce(Trained):
    """Parameters of notebooks that train with one seed."""

    seed: int = 1

    @property
    def first_seed(self) -> int:
        """The seed."""
        return self.seed


@dataclass(frozen=True, kw_only=True)
class Seeded(Trained):
    """Parameters of notebooks that train with several seeds."""

    seeds: Sequence[int] = (1,)

    @property
    def first_seed(self) -> int:
        """The first of the seeds, which are checked."""
        seeds: Sequence[int] = checks.listed("seeds", self.seeds, checks.integer, 0, SEED_MAX)
        return seeds[0]

    def each_seed(self, experiment: Experiment) -> list[Experiment]:
        """The experiment with each of the seeds."""
        return [replace(experiment, seed=seed) for seed in self.seeds]


@dataclass(frozen=True, kw_only=True)
class WithEquivariant(Trained):
    """Parameters of notebooks that also train the equivariant network.

    ``epochs_equivariant`` and ``min_updates_equivariant`` are the length of its training.
    """

    epochs_equivariant: int
    min_updates_equivariant: int

    def equivariant(self) -> Equivariant:
        """Return the equivariant network, with the settings of this companion."""
        epochs, min_updates = self.epochs_equivariant, self.min_updates_equivariant
        checks.integer("epochs_equivariant", epochs, 1, 10_000)
        checks.integer("min_updates_equivariant", min_updates, 0)
        default = Equivariant()
        training = replace(default.training, epochs=epochs, min_updates=min_updates)
        return replace(default, training=training)


def with_limits(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Add the Bayes limit on each set of noisy test spectra, once, at the end."""
    of_limit: dict[str, Any] = {
        "estimator": BayesLimit(),
        "n_validation": 1,
        "seed": 1,
        "copies": 1,
    }
    limits = [
        replace(e, **of_limit, n_train=e.library.n_train) for e in experiments if isfinite(e.snr)
    ]
    return list(dict.fromkeys([*experiments, *limits]))

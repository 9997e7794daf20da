"""One budget of tuning for all methods: the same number of settings, tried on validation spectra.

Each setting has a name. :data:`CHOSEN` names those that the claims use: the best on validation
spectra at the scale of the study, which a test holds against the archive.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from specz.common import checks
from specz.estimators.base import Estimator
from specz.estimators.cnn import CNN
from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.svm import KernelSVM, LinearSVM
from specz.experiments.base import N_MAX
from specz.experiments.experiment import Experiment
from specz.experiments.result import Result
from specz.study.study import TrainedOnce

Candidates = dict[str, Estimator]
"""Settings of one method, by name."""

CLASSIFIERS: dict[str, Candidates] = {
    "k-NN": {
        **{f"k {k}": NearestNeighbours((k,)) for k in (1, 3, 10, 30)},
        **{f"k {k}, cosine": NearestNeighbours((k,), "cosine") for k in (3, 10, 30)},
        "k 10, 100 components": NearestNeighbours((10,), components=100),
    },
    "random forest": {
        f"{trees} trees, {features} features": Forest(trees, features)
        for trees, features in (
            *((20, 4), (20, 8), (20, 16), (10, 42)),
            *((40, 4), (80, 2), (40, 8), (80, 4)),
        )
    },
    "linear SVM": {
        f"C {c:g}": LinearSVM(c) for c in (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0)
    },
    "kernel SVM": {
        f"C {c:g}, γ {gamma:g}": KernelSVM(c, gamma)
        for c, gamma in (
            *((10.0, 0.1), (100.0, 0.1), (1000.0, 0.1), (100.0, 0.03)),
            *((1000.0, 0.03), (10.0, 0.3), (100.0, 0.3), (100.0, 1.0)),
        )
    },
}
"""Settings of the classifiers that the talk compares with; 42 features are the usual √1800."""


CHOSEN = {
    "CNN, 1 layer": {"clean": "L2 0.01", "noisy": "L2 0.01"},
    "CNN, 3 layers": {"clean": "L2 0.01", "noisy": "L2 0.1, twice the updates"},
    "k-NN": {"clean": "k 10, cosine", "noisy": "k 10, cosine"},
    "random forest": {"clean": "20 trees, 8 features", "noisy": "20 trees, 8 features"},
    "linear SVM": {"clean": "C 1", "noisy": "C 1"},
    "kernel SVM": {"clean": "C 100, γ 0.1", "noisy": "C 100, γ 0.1"},
}
"""Name of the setting of each method on clean and on noisy spectra."""


TUNED_AT = 10_000
"""Spectra of the training set that the settings are tried on, at the scale of the study."""


def network_candidates(network: CNN, n_train: int) -> dict[str, CNN]:
    """Settings of a network: its remedy against overfitting, its learning rate, its least updates.

    All keep the weights of the last epoch, so that no choice of an epoch decides. The L2 penalty is
    that at :data:`TUNED_AT` spectra, in proportion to 1/``n_train``: a network minimises the mean
    loss, so the penalty of all spectra together stays the same, as in a support vector machine.
    """
    plain = replace(network, training=replace(network.training, keep_best=False))
    slower = replace(plain.training, learning_rate=plain.training.learning_rate / 3)
    longer = replace(plain.training, min_updates=2 * plain.training.min_updates)

    def penalised(l2: float) -> CNN:
        return replace(plain, l2=l2 * TUNED_AT / n_train)

    return {
        "plain": plain,
        "dropout 0.5": replace(plain, dropout=0.5),
        "L2 0.001": penalised(0.001),
        "L2 0.01": penalised(0.01),
        "L2 0.1": penalised(0.1),
        "L2 1": penalised(1.0),
        "L2 0.1, rate ÷ 3": replace(penalised(0.1), training=slower),
        "L2 0.1, twice the updates": replace(penalised(0.1), training=longer),
    }


@dataclass(frozen=True, kw_only=True)
class Budget(TrainedOnce):
    """Notebook ``budget``: every setting of every method, clean and noisy.

    ``tried`` limits the number of settings, for small profiles.
    """

    layers: Sequence[int] = (1, 3)
    n_train: int
    snr: Sequence[float] = (inf, 1.0)
    tried: int = 8

    def candidates(self) -> dict[str, Candidates]:
        """Settings by the name of the method and their own."""
        checks.integer("tried", self.tried, 1, 8)
        checks.integer("n_train", self.n_train, 1, N_MAX)
        depths = checks.listed("layers", self.layers, checks.integer, 1)
        networks: dict[str, Candidates] = {
            cnn_name(n): {**network_candidates(self.cnn(n), self.n_train)} for n in depths
        }
        found = networks | CLASSIFIERS
        return {name: dict(list(each.items())[: self.tried]) for name, each in found.items()}

    def tried_at(self, snr: float) -> dict[str, dict[str, Experiment]]:
        """Experiments at a noise level, by the name of the method and of the setting."""
        return {
            method: {name: self.experiment(e, self.n_train, snr) for name, e in settings.items()}
            for method, settings in self.candidates().items()
        }

    def experiments(self) -> list[Experiment]:
        """Each setting at each noise level."""
        levels = [self.tried_at(level) for level in self.levels("snr")]
        return [e for methods in levels for named in methods.values() for e in named.values()]


def chosen(method: str, snr: float) -> str:
    """Name of the setting that the claims use; a depth without one has that of three layers."""
    settings = CHOSEN.get(method, CHOSEN[cnn_name(3)])
    return settings["clean" if snr == inf else "noisy"]


def tuned_as(estimator: Estimator) -> str:
    """Name of a method in :data:`CHOSEN`, or its label if it has no settings to choose."""
    return cnn_name(estimator.layers) if isinstance(estimator, CNN) else estimator.label


def untuned(study: Budget, results: Sequence[Result]) -> set[tuple[str, float]]:
    """Methods with the noise levels at which a setting has no result yet."""
    known = {r.experiment for r in results}
    return {
        (method, level)
        for level in study.levels("snr")
        for method, settings in study.tried_at(level).items()
        if not known.issuperset(settings.values())
    }


def cnn_name(layers: int) -> str:
    """Name of a network of ``layers`` in tables: ``CNN, 3 layers``."""
    return f"CNN, {layers} layer{'s' if layers > 1 else ''}"

"""The pages of the talk: parameters and experiments of each notebook."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf

from specz.common import checks
from specz.estimators.base import Estimator, uses_seed
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN, DatathonNetwork
from specz.estimators.registry import Method, make_estimator
from specz.experiments.base import N_MAX
from specz.experiments.experiment import SNR_MIN, Experiment
from specz.experiments.result import Result
from specz.study.settings import tuned, tuned_classifier
from specz.study.study import Seeded, Study, TrainedOnce, with_limits

METHODS = ("cnn", "knn", "forest", "linear_svm", "kernel_svm")
"""Classifiers that the talk compares."""

OF_TRAINING = {"learning_rate": "learning_rate", "batch": "batch", "min_updates": "updates"}
"""Settings of the training that :class:`Tuning` varies, with the names of its parameters."""


@dataclass(frozen=True, kw_only=True)
class Data(Study):
    """Notebook ``data``: no experiments; the settings of the spectra it shows."""

    snr: Sequence[float] = (inf, 5.0, 2.0, 1.0, 0.5)
    n_train: int
    grid: str = "paper"
    seed: int = 1

    def experiments(self) -> list[Experiment]:
        """Nothing; the values are checked."""
        for level in self.levels("snr"):
            Experiment(CNN(), self.n_train, level, self.grid, data_seed=self.seed)
        return []


@dataclass(frozen=True, kw_only=True)
class Network(TrainedOnce):
    """Notebook ``network``: the learning curves of one training."""

    n_train: int
    snr: float = inf

    def experiments(self) -> list[Experiment]:
        """One network."""
        return [self.tuned(self.n_train, self.snr)]


@dataclass(frozen=True, kw_only=True)
class DataAvailability(TrainedOnce):
    """Notebook ``data_availability``: training sets of growing size, at each noise level."""

    n_train: Sequence[int]
    snr: Sequence[float] = (inf, 1.0)

    def experiments(self) -> list[Experiment]:
        """The network at each level and size, and the limits."""
        levels, sizes = self.levels("snr"), self.sizes("n_train")
        return with_limits([self.tuned(n, s) for s in levels for n in sizes])


@dataclass(frozen=True, kw_only=True)
class Noise(TrainedOnce):
    """Notebook ``noise``: one network trained and tested at each noise level."""

    snr: Sequence[float]
    n_train: int

    def experiments(self) -> list[Experiment]:
        """The network at each level, and the limits."""
        levels = self.levels("snr")
        return with_limits([self.experiment(self.cnn(), self.n_train, s) for s in levels])


@dataclass(frozen=True, kw_only=True)
class Overfitting(Seeded):
    """Notebook ``overfitting``: no remedy, dropout, L2, or fresh noise each epoch, at each size.

    At the first size, where the scatter between seeds is largest, each network is trained with
    each of the seeds; at other sizes with the first.
    """

    n_train: Sequence[int]
    snr: float = 1.0
    dropout: float = 0.5
    l2: float = 1e-4

    def experiments(self) -> list[Experiment]:
        """Each remedy at each size, and the limit."""
        checks.number("dropout", self.dropout, 0.01, 0.99)
        checks.number("l2", self.l2, 1e-12, 10)
        checks.finite("snr", self.snr, SNR_MIN)  # clean spectra have no fresh noise
        plain, found = self.cnn(), []
        networks = (
            plain,
            replace(plain, dropout=self.dropout),
            replace(plain, l2=self.l2),
            replace(plain, training=replace(plain.training, fresh_noise=True)),
        )
        for n in self.sizes("n_train"):
            for network in networks:
                seeds = self.each_seed(self.experiment(network, n, self.snr))
                found += seeds if n == self.n_train[0] else seeds[:1]
        return with_limits(found)


@dataclass(frozen=True, kw_only=True)
class Depth(Seeded):
    """Notebook ``depth``: networks of growing depth, each seed, then the datathon's network."""

    layers: Sequence[int] = (1, 3)
    n_train: int
    snr: float = inf
    n_train_datathon: int
    epochs_datathon: int

    def experiments(self) -> list[Experiment]:
        """Each depth with each seed; the datathon's network with the first."""
        checks.listed("layers", self.layers, checks.integer, 1)
        checks.integer("n_train_datathon", self.n_train_datathon, 1, N_MAX)
        checks.integer("epochs_datathon", self.epochs_datathon, 1, 10_000)
        networks = [
            network
            for n in self.layers
            for network in self.each_seed(self.tuned(self.n_train, self.snr, n))
        ]
        datathon = DatathonNetwork()
        training = replace(datathon.training, epochs=self.epochs_datathon)
        datathon = replace(datathon, training=training)
        last = replace(networks[0], estimator=datathon, n_train=self.n_train_datathon)
        return [*networks, last]


@dataclass(frozen=True, kw_only=True)
class Tuning(TrainedOnce):
    """Notebook ``tuning``: the study's network, then one setting changed at a time.

    Each list holds values to try; it may be empty. ``updates`` are other values of
    ``min_updates``.
    """

    n_train: int
    snr: float = inf
    learning_rate: Sequence[float] = ()
    batch: Sequence[int] = ()
    updates: Sequence[int] = ()
    filters: Sequence[int] = ()
    kernel: Sequence[int] = ()
    stride: Sequence[int] = ()
    normalise: Sequence[bool] = ()

    def experiments(self) -> list[Experiment]:
        """The network, then each variant once."""
        checks.listed("learning_rate", self.learning_rate, checks.number, 1e-8, 10, empty=True)
        for name in ("batch", "filters", "kernel", "stride"):
            checks.listed(name, getattr(self, name), checks.integer, 1, empty=True)
        checks.listed("updates", self.updates, checks.integer, 0, empty=True)
        checks.listed("normalise", self.normalise, checks.flag, empty=True)
        base = self.cnn()
        variants = [base]
        for name, parameter in OF_TRAINING.items():
            trainings = [replace(base.training, **{name: v}) for v in getattr(self, parameter)]
            variants += [replace(base, training=training) for training in trainings]
        for name in ("filters", "kernel", "stride", "normalise"):
            variants += [replace(base, **{name: v}) for v in getattr(self, name)]
        return [self.experiment(v, self.n_train, self.snr) for v in dict.fromkeys(variants)]


@dataclass(frozen=True, kw_only=True)
class Comparison(Seeded):
    """Notebooks ``comparison_clean`` and ``comparison_noisy``.

    Every method is trained at one common size, with each of the seeds if it uses one, then with
    the first seed at a size of its own, the largest that it can handle.
    """

    snr: float
    methods: Sequence[Method] = METHODS
    n_train: Sequence[int]
    n_common: int

    def experiments(self) -> list[Experiment]:
        """Each method at both sizes, and the limit."""
        common: list[Experiment] = []
        own: list[Experiment] = []
        for method, n in self._methods():
            seeds = self.each_seed(self._trained(method, self.n_common))
            common += seeds if uses_seed(seeds[0].estimator) else seeds[:1]
            own.append(self._trained(method, n))
        return with_limits([*common, *own])

    def at_common_size(self, results: Sequence[Result]) -> list[Result]:
        """Results at the common size, then the limits."""
        return _chosen(results, lambda r: r.n_train == self.n_common)

    def at_own_size(self, results: Sequence[Result]) -> list[Result]:
        """Results of each method at its own size with the first seed, then the limits."""
        own = {self._trained(method, n) for method, n in self._methods()}
        return _chosen(results, lambda r: r.experiment in own)

    def _trained(self, method: Method, n: int) -> Experiment:
        """A method on ``n`` spectra."""
        return self.experiment(self._estimator(method, n), n, self.snr)

    def _estimator(self, method: Method, n: int) -> Estimator:
        """A method as it was tuned, or with the settings that are given."""
        if method == "cnn":
            return tuned(self.cnn(), n, self.snr)
        given = make_estimator(method)
        return tuned_classifier(given.label, self.snr) if method in METHODS else given

    def _methods(self) -> list[tuple[Method, int]]:
        """Each method with the size of its own, checked."""
        checks.listed("methods", self.methods, lambda *_: None, repeats=True)
        sizes = self.sizes("n_train", repeats=True)
        checks.integer("n_common", self.n_common, 1, N_MAX)
        if len(self.methods) != len(sizes):
            raise ValueError(
                f"n_train must give one size for each of the {len(self.methods)} methods; "
                f"got {len(sizes)} sizes"
            )
        made: list[Estimator] = []
        for method in self.methods:
            try:
                made.append(self._estimator(method, self.n_common))
            except (ValueError, TypeError) as error:
                kind = TypeError if isinstance(error, TypeError) else ValueError
                raise kind(f"methods: {error}") from None
        if len(set(made)) != len(made):
            raise ValueError(f"methods must not repeat a value; got {self.methods!r}")
        return list(zip(self.methods, sizes, strict=True))


def _chosen(results: Sequence[Result], wanted: Callable[[Result], bool]) -> list[Result]:
    """Results of methods that are wanted, then the limits."""
    limits = [r for r in results if isinstance(r.estimator, BayesLimit)]
    return [r for r in results if r not in limits and wanted(r)] + limits

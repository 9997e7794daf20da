"""The contrasts that decide on the claims of the study, and the experiments that they need.

Two regimes are never mixed. *N spectra*: every method gets the same N spectra and nothing else.
*Simulator*: every method may draw more noise for the same N galaxies; a network draws it anew in
each epoch, other classifiers get copies. Template fitting, the evidence and the equivariant network
know the simulator. The settings of every method are those that :mod:`specz.study.budget` chose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

from specz.common import checks
from specz.estimators.base import uses_seed
from specz.estimators.evidence import GaussianEvidence
from specz.experiments.base import N_MAX, SEED_MAX
from specz.experiments.experiment import SNR_MIN, Experiment, noise_label
from specz.study.settings import CLASSIFIERS, tuned, tuned_classifier
from specz.study.study import N_SEDS, Seeded, WithEquivariant, with_limits

N_SPECTRA = "N spectra"
SIMULATOR = "simulator"
REGIMES = (N_SPECTRA, SIMULATOR)
"""What a method is given: so many spectra, or the simulator that makes more."""


@dataclass(frozen=True)
class Term:
    """The trainings of one method, which differ in their seed, and the weight of their mean.

    ``gap`` asks for the accuracy on training spectra minus that on validation spectra.
    """

    weight: int
    trainings: tuple[Experiment, ...]
    gap: bool = False


@dataclass(frozen=True)
class Contrast:
    """A difference that decides on a claim: above zero is as claimed.

    Attributes
    ----------
    claim : int
        Number of the claim.
    what : str
        First method minus second.
    regime, noise, size : str
        Where they are compared: one of :data:`REGIMES`, the noise level, the number of spectra.
    terms : tuple of Term
        Their sum is the difference.
    at_least : bool
        Whether to be no worse by a point is as claimed too.
    """

    claim: int
    what: str
    regime: str
    noise: str
    size: str
    terms: tuple[Term, ...]
    at_least: bool = False

    @property
    def where(self) -> str:
        """Regime, noise level and size in one line."""
        return f"{self.regime}, {self.noise}, {self.size}"

    @property
    def experiments(self) -> Iterator[Experiment]:
        """Every experiment that the difference needs."""
        return (experiment for term in self.terms for experiment in term.trainings)


def _difference(first: tuple[Experiment, ...], second: tuple[Experiment, ...]) -> tuple[Term, Term]:
    return Term(1, first), Term(-1, second)


@dataclass(frozen=True, kw_only=True)
class Claims(Seeded, WithEquivariant):
    """Notebook ``claims``: every contrast of every claim.

    Attributes
    ----------
    n_train : sequence of int
        Sizes of training sets; the classifiers are compared below the largest.
    layers : sequence of int
        Depths; the deepest is the network of the study.
    copies : mapping of str to int
        Noisy copies of each galaxy of the smallest set that a classifier gets in the simulator
        regime.
    seeds, more_seeds : sequence of int
        Of classifiers in which chance has a part, and of networks.
    n_train_equivariant : int
        Spectra for the best network of this companion.
    """

    n_train: Sequence[int]
    snr: float = 1.0
    layers: Sequence[int] = (1, 3)
    copies: Mapping[str, int]
    more_seeds: Sequence[int] = (1, 2, 3, 4, 5)
    n_train_equivariant: int

    def experiments(self) -> list[Experiment]:
        """The experiments that the contrasts need, each once, and the limit."""
        found = dict.fromkeys(e for contrast in self.contrasts() for e in contrast.experiments)
        return with_limits(list(found))

    def contrasts(self) -> list[Contrast]:
        """Every contrast of every claim; raise ValueError or TypeError if a value is wrong."""
        checks.finite("snr", self.snr, SNR_MIN)  # the claims speak of noisy spectra
        checks.listed("layers", self.layers, checks.integer, 1)
        checks.listed("more_seeds", self.more_seeds, checks.integer, 0, SEED_MAX)
        checks.integer("n_train_equivariant", self.n_train_equivariant, 1, N_MAX)
        if not isinstance(self.copies, Mapping):
            raise TypeError(f"copies must map methods to numbers; got {self.copies!r}")
        for name in self.copies:
            checks.choice("method of copies", name, CLASSIFIERS)
        for name in CLASSIFIERS:
            if name not in self.copies:
                raise ValueError(f"copies must give a number for {name}; got {self.copies!r}")
            checks.integer(f"copies of {name}", self.copies[name], 2, 10_000)
        if len(self.sizes("n_train")) < 2:
            raise ValueError(f"n_train must list two sizes or more; got {self.n_train!r}")
        if len(self.layers) < 2:
            raise ValueError(f"layers must list two depths or more; got {self.layers!r}")
        return [
            *self._data(),
            *self._depth(),
            *self._need(),
            *self._classifiers(4, inf),
            *self._classifiers(5, self.snr),
            *self._copies(),
            *self._state_of_the_art(),
        ]

    @property
    def _places(self) -> tuple[tuple[str, float], ...]:
        """Regimes and noise levels; clean spectra have no other noise to draw."""
        return (N_SPECTRA, inf), (N_SPECTRA, self.snr), (SIMULATOR, self.snr)

    @property
    def _steps(self) -> list[tuple[int, int]]:
        """Each size with the next larger one."""
        return list(pairwise(sorted(self.n_train)))

    def _classifier(self, name: str, n: int, snr: float) -> Experiment:
        """A classifier with the setting that was chosen for it."""
        return self.experiment(tuned_classifier(name, snr), n, snr)

    def _network(self, layers: int, n: int, regime: str, snr: float) -> tuple[Experiment, ...]:
        """Trainings of the network of one depth."""
        network = tuned(self.cnn(layers), n, snr)
        if regime == SIMULATOR:
            network = replace(network, training=replace(network.training, fresh_noise=True))
        return self._networks(self.experiment(network, n, snr))

    def _networks(self, experiment: Experiment) -> tuple[Experiment, ...]:
        """The experiment with each seed of networks."""
        return tuple(replace(experiment, seed=seed) for seed in self.more_seeds)

    def _classifiers_trained(self, experiment: Experiment) -> tuple[Experiment, ...]:
        """The experiment with each seed; once if its method does not use it."""
        random = uses_seed(experiment.estimator)
        return tuple(self.each_seed(experiment)) if random else (experiment,)

    def _data(self) -> Iterator[Contrast]:
        deepest = max(self.layers)
        for regime, snr in self._places:
            for few, many in self._steps:
                least, most = (self._network(deepest, n, regime, snr) for n in (few, many))
                where = regime, noise_label(snr), f"{many:,} − {few:,}"
                what = "more spectra minus fewer"
                yield Contrast(1, what, *where, _difference(most, least))
                what = "gap from training to validation: fewer minus more"
                gaps = Term(1, least, gap=True), Term(-1, most, gap=True)
                yield Contrast(1, what, *where, gaps)

    def _depth(self) -> Iterator[Contrast]:
        shallow, deep = min(self.layers), max(self.layers)
        what = f"{deep} layers minus {shallow}"
        for regime, snr in self._places:
            for n in sorted(self.n_train):
                pair = (self._network(d, n, regime, snr) for d in (deep, shallow))
                yield Contrast(2, what, regime, noise_label(snr), f"{n:,}", _difference(*pair))

    def _need(self) -> Iterator[Contrast]:
        deepest, levels = max(self.layers), (self.snr, inf)
        what = f"gain from more spectra: {noise_label(self.snr)} minus clean"
        noise = f"{noise_label(self.snr)}, clean"
        for few, many in self._steps:
            noisy, clean = (
                _difference(*(self._network(deepest, n, N_SPECTRA, snr) for n in (many, few)))
                for snr in levels
            )
            minus = tuple(replace(term, weight=-term.weight) for term in clean)
            terms = (*noisy, *minus)
            yield Contrast(3, what, N_SPECTRA, noise, f"{many:,} − {few:,}", terms)

    def _classifiers(self, claim: int, snr: float) -> Iterator[Contrast]:
        for n in sorted(self.n_train)[:-1]:
            network = self._network(max(self.layers), n, N_SPECTRA, snr)
            for name in CLASSIFIERS:
                other = self._classifiers_trained(self._classifier(name, n, snr))
                where = N_SPECTRA, noise_label(snr), f"{n:,}"
                yield Contrast(claim, f"CNN minus {name}", *where, _difference(network, other))

    def _copies(self) -> Iterator[Contrast]:
        n, snr = min(self.n_train), self.snr
        network = self._network(max(self.layers), n, SIMULATOR, snr)
        for name in CLASSIFIERS:
            one = self._classifier(name, n, snr)
            other = self._classifiers_trained(replace(one, copies=self.copies[name]))
            what = f"CNN minus {name} ({self.copies[name]} copies)"
            where = SIMULATOR, noise_label(snr), f"{n:,}"
            yield Contrast(5, what, *where, _difference(network, other))

    def _state_of_the_art(self) -> Iterator[Contrast]:
        snr, most = self.snr, max(self.n_train)
        n_best = self.n_train_equivariant
        seds = min(most, N_SEDS)  # those that the CNN was shown
        best = self._networks(self.experiment(self.equivariant(), n_best, snr))
        networks = {
            ("CNN", most): self._network(max(self.layers), most, SIMULATOR, snr),
            ("equivariant network", n_best): best,
        }
        others = {
            "template fit": (self.template_fit(seds, snr),),
            "evidence": (self.experiment(GaussianEvidence(), seds, snr),),
        }
        for (name, n), network in networks.items():
            for other, fitted in others.items():
                where = SIMULATOR, noise_label(snr), f"{n:,}"
                what = f"{name} minus {other}"
                yield Contrast(6, what, *where, _difference(network, fitted), at_least=True)

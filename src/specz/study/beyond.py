"""Beyond the talk: the Bayes limit, the equivariant network, perturbed test spectra."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from specz.common import checks
from specz.estimators.base import Estimator
from specz.estimators.bayes import BayesLimit
from specz.estimators.evidence import GaussianEvidence
from specz.experiments.base import N_MAX, SEED_MAX
from specz.experiments.experiment import SNR_MIN, Experiment
from specz.spectra.grid import GRIDS
from specz.spectra.perturbations import PERTURBATIONS
from specz.study.settings import tuned_classifier
from specz.study.study import N_SEDS, Study, TrainedOnce, WithEquivariant, with_limits

PLAIN_MAX = 100_000
"""Training spectra of the CNN that a page opens: trained anew in minutes on two cores."""


@dataclass(frozen=True, kw_only=True)
class Limit(WithEquivariant, TrainedOnce):
    """Notebook ``limit``: accuracy of each method against training size, and the Bayes limit.

    ``n_train`` are the sizes for the methods that are given the library: the equivariant network,
    the template fit and the evidence. ``n_train_plain`` are those for the CNN and k-NN. At the
    ``snr_levels`` the equivariant network and the evidence are compared.
    """

    snr: float = 1.0
    snr_levels: Sequence[float]
    n_train: Sequence[int]
    n_train_plain: Sequence[int]

    def experiments(self) -> list[Experiment]:
        """Each method at its sizes, and the limits."""
        checks.finite("snr", self.snr, SNR_MIN)  # clean spectra have no limit
        levels = list(dict.fromkeys([self.snr, *self.levels("snr_levels", finite=True)]))
        found = []
        for n in self.sizes("n_train_plain"):
            found.append(self.tuned(n, self.snr))
            found.append(self.experiment(tuned_classifier("k-NN", self.snr), n, self.snr))
        for n in self.sizes("n_train"):
            found += [self.experiment(self.equivariant(), n, level) for level in levels]
            if n <= N_SEDS:  # more spectra show no more SEDs
                found.append(self.template_fit(n, self.snr))
                found.append(self.experiment(GaussianEvidence(), n, self.snr))
        seds = min(max(self.n_train), N_SEDS)
        found += [self.experiment(GaussianEvidence(), seds, level) for level in levels]
        return with_limits(found)

    def opened(self) -> list[Experiment]:
        """The equivariant network that has seen each SED about once, and a CNN, or the smallest.

        The CNN has the largest training set up to :data:`PLAIN_MAX`.
        """
        n = max((n for n in self.n_train if n <= N_SEDS), default=min(self.n_train))
        sizes = self.n_train_plain
        plain = max((n for n in sizes if n <= PLAIN_MAX), default=min(sizes))
        return [
            self.experiment(self.equivariant(), n, self.snr),
            self.tuned(plain, self.snr),
        ]


@dataclass(frozen=True, kw_only=True)
class Convergence(Study):
    """Notebook ``convergence``: the Bayes limit, then with one of its settings changed at a time.

    Other numbers of SEDs than the first of ``n_seds`` are used once each; every other setting is
    changed at the first. The last results do not know the mean flux, the noise level, or either.
    """

    snr: float = 1.0
    n_seds: Sequence[int]
    continua: Sequence[int] = ()
    resolution: Sequence[float] = ()
    n_test: int
    grid: str = "paper"
    seed: int = 1

    def experiments(self) -> list[Experiment]:
        """The limit with each setting."""
        checks.integer("seed", self.seed, 0)
        checks.finite("snr", self.snr, SNR_MIN)  # clean spectra have no limit
        first, *others = checks.listed("n_seds", self.n_seds, checks.integer, 1, N_SEDS)
        checks.listed("continua", self.continua, checks.integer, 1, empty=True)
        checks.listed("resolution", self.resolution, checks.number, 1, empty=True)
        whole = BayesLimit()
        changed = [
            *(replace(whole, continua=n) for n in self.continua),
            *(replace(whole, resolution=r) for r in self.resolution),
            replace(whole, known_amplitude=False),
            replace(whole, known_noise=False),
            replace(whole, known_amplitude=False, known_noise=False),
        ]
        wanted = [(whole, n) for n in (first, *others)] + [(one, first) for one in changed]
        return [
            Experiment(limit, n, self.snr, self.grid, n_validation=1, n_test=self.n_test)
            for limit, n in wanted
        ]


@dataclass(frozen=True, kw_only=True)
class Probing(WithEquivariant, TrainedOnce):
    """Notebook ``probing``: both networks and the rule of the limit, test spectra perturbed or not.

    ``n_train`` is the size for the equivariant network, ``n_train_plain`` for the CNN. The
    networks are those of other pages; ``n_probed`` test spectra are classified. On other
    ``grids`` both are trained there as well.
    """

    snr: float = 1.0
    n_train: int
    n_train_plain: int
    altered: Sequence[str]
    grids: Sequence[str] = ("nisp",)
    n_probed: int

    def experiments(self) -> list[Experiment]:
        """Both networks on each kind of test spectra, and the limits."""
        checks.integer("n_test", self.n_test, 1, N_MAX)
        checks.integer("n_probed", self.n_probed, 1)
        if self.n_probed > self.n_test:
            raise ValueError(f"n_probed must not exceed n_test, {self.n_test}; got {self.n_probed}")
        checks.integer("n_train_plain", self.n_train_plain, 1, N_MAX)
        checks.listed("altered", self.altered, checks.choice, PERTURBATIONS)
        checks.listed("grids", self.grids, checks.choice, GRIDS, empty=True)
        checks.finite("snr", self.snr, SNR_MIN)  # clean spectra have no limit
        plain = self.tuned(self.n_train_plain, self.snr)
        probed = [*self.opened(), replace(plain, n_test=self.n_probed)]
        found = [replace(e, altered=name) for e in probed for name in ("", *self.altered)]
        return with_limits(found + [replace(e, grid=g) for e in probed for g in self.grids])

    def opened(self) -> list[Experiment]:
        """The equivariant network."""
        network = self.experiment(self.equivariant(), self.n_train, self.snr)
        return [replace(network, n_test=self.n_probed)]


@dataclass(frozen=True, kw_only=True)
class Ablation(WithEquivariant, TrainedOnce):
    """Notebook ``ablation``: the equivariant network, then without one of its parts at a time.

    The last network is the CNN, which has none of them.
    """

    snr: float = 1.0
    n_train: int

    def experiments(self) -> list[Experiment]:
        """Each network, and the limit."""
        whole = self.equivariant()
        variants: tuple[Estimator, ...] = (
            whole,
            replace(whole, know_library=False, learn_filters=True),
            replace(whole, learn_filters=True),
            replace(whole, continua=1),
            replace(whole, continua=12),
            replace(whole, hidden=whole.hidden[:1]),
            replace(whole, shifts=400),
        )
        networks = [self.experiment(v, self.n_train, self.snr) for v in variants]
        return with_limits([*networks, self.tuned(self.n_train, self.snr)])


@dataclass(frozen=True, kw_only=True)
class RealSpectra(Study):
    """Notebook ``real_spectra``: real galaxies moved to redshifts ``z``; no experiments.

    Noise is added down to each S/N of ``snr``, as of ``seed``; with infinity none is.
    """

    z: Sequence[float] = (1.2, 1.6, 1.9)
    snr: Sequence[float] = (inf, 2.0)
    seed: int = 1

    def experiments(self) -> list[Experiment]:
        """Check the parameters; there is nothing to train."""
        checks.listed("z", self.z, checks.number, 0.5, 3.0)
        self.levels("snr")
        checks.integer("seed", self.seed, 0, SEED_MAX)
        return []

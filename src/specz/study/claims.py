"""The claims of the study, tested one by one.

A claim is a list of checks, each a :class:`~specz.study.contrasts.Contrast` with its effect in four
metrics; the exact class decides. The p-values of a claim are adjusted for their number (Holm).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from math import isfinite

from specz.estimators.base import uses_seed
from specz.experiments.experiment import Experiment
from specz.experiments.result import Result
from specz.metrics.effects import (
    EXACT,
    METRICS,
    Effect,
    Metric,
    Quantity,
    effect,
    holm,
    quantity,
)
from specz.study.contrasts import Contrast
from specz.study.settings import tuned_as

TEXTS = (
    "More training data give a higher accuracy, on clean and on noisy spectra, and a smaller gap "
    "between training and validation.",
    "Three convolutional layers are better than one.",
    "Noise raises the need for data.",
    "The network beats k-NN, random forest and support vector machines on clean spectra.",
    "It beats them on noisy spectra.",
    "Deep learning always achieves state-of-the-art performance.",
)
"""The claims in our words, in the order of their numbers."""

LITTLE = 0.01
"""A difference whose interval lies within ± this is none that matters: one point."""

ALPHA = 0.05
"""Largest adjusted p-value of a difference that counts."""

CLOSE = 0.02
"""Below this difference five trainings are asked for, otherwise three."""


class Verdict(StrEnum):
    """Outcome of a check or a claim; only claims hold, or are reversed, in part."""

    HOLDS = "holds"
    IN_PART = "holds in part"
    REVERSED = "reversed"
    REVERSED_IN_PART = "reversed in part"
    NO_DIFFERENCE = "no difference"
    UNDECIDED = "undecided"
    NOT_TESTED = "not tested"


def trainings_needed(found: Effect) -> int:
    """Trainings of each method that the rules ask for; 0 if chance has no part in any."""
    if not found.trainings:
        return 0
    return 5 if abs(found.value) < CLOSE else 3


def decide(found: Effect, sign: int, p_value: float, at_least: bool = False) -> Verdict:
    """Verdict of an effect; ``sign`` is -1 where less is better.

    With ``at_least`` to be no worse by :data:`LITTLE` is as claimed too.
    """
    low, high = sorted((sign * found.low, sign * found.high))
    if at_least and low > -LITTLE:
        return Verdict.HOLDS
    if low > -LITTLE and high < LITTLE:
        return Verdict.NO_DIFFERENCE
    if p_value < ALPHA:
        return Verdict.HOLDS if sign * found.value > 0 else Verdict.REVERSED
    return Verdict.UNDECIDED


@dataclass(frozen=True)
class Check:
    """A contrast with its effects by metric, empty if a method has no result yet.

    ``used`` are the results behind it; ``untuned`` names methods of which not all settings were
    tried; ``p_value`` is adjusted within the claim.
    """

    contrast: Contrast
    effects: Mapping[str, Effect]
    used: tuple[Result, ...]
    untuned: tuple[str, ...] = ()
    p_value: float = 1.0

    @property
    def exact(self) -> Effect:
        """Difference in exact-class accuracy, which decides."""
        return self.effects[EXACT.name]

    @property
    def trainings_needed(self) -> int:
        """Trainings of each method that the rules ask for; 0 if chance has no part in any."""
        return trainings_needed(self.exact) if self.effects else 0

    @property
    def is_open(self) -> bool:
        """Whether results, trainings or settings are missing."""
        if not self.effects or self.untuned:
            return True
        return self.exact.trainings < self.trainings_needed

    @property
    def verdict(self) -> Verdict:
        """What the exact class says."""
        if not self.effects:
            return Verdict.NOT_TESTED
        if self.is_open:
            return Verdict.UNDECIDED
        return decide(self.exact, 1, self.p_value, self.contrast.at_least)

    @property
    def disagreeing(self) -> dict[str, Verdict]:
        """Other metrics that decide otherwise, by the same rule without adjustment of p."""
        if self.verdict in (Verdict.NOT_TESTED, Verdict.UNDECIDED):
            return {}
        found: dict[str, Verdict] = {}
        for metric in METRICS[1:]:
            other = self.effects.get(metric.name)
            if other is not None and isfinite(other.value):
                theirs = decide(other, metric.sign, other.p_value, self.contrast.at_least)
                if theirs not in (self.verdict, Verdict.UNDECIDED):
                    found[metric.name] = theirs
        return found


@dataclass(frozen=True)
class Claim:
    """A claim, in our words, with its checks."""

    number: int
    text: str
    checks: tuple[Check, ...]

    @cached_property
    def verdict(self) -> Verdict:
        """Outcome of the checks together.

        All say the same: that. Some hold and some do not: in part. Otherwise one that is open
        leaves the claim undecided, and without any the rest is reversed in part.
        """
        found = {check.verdict for check in self.checks} or {Verdict.NOT_TESTED}
        if len(found) == 1:
            return found.pop()
        decided = found - {Verdict.UNDECIDED, Verdict.NOT_TESTED}
        if Verdict.HOLDS in decided and len(decided) > 1:
            return Verdict.IN_PART
        return Verdict.REVERSED_IN_PART if found == decided else Verdict.UNDECIDED


def assess(
    contrasts: Iterable[Contrast],
    results: Sequence[Result],
    untuned: Collection[tuple[str, float]] = (),
) -> list[Claim]:
    """Test every claim on those of the results that its contrasts name.

    A check of a method that is ``untuned`` at its noise level, see
    :func:`specz.study.budget.untuned`, is undecided.
    """
    known = {result.experiment: result for result in results}

    @cache  # one method stands in many contrasts
    def measured(trainings: tuple[Experiment, ...], gap: bool, metric: Metric) -> Quantity:
        return _quantity([known[e] for e in trainings if e in known], gap, metric)

    found: dict[int, list[Check]] = {number: [] for number in range(1, len(TEXTS) + 1)}
    for contrast in contrasts:
        effects = {}
        if all(any(e in known for e in term.trainings) for term in contrast.terms):
            # Other metrics of a gap mean nothing: archived training spectra have only a class.
            gap = any(term.gap for term in contrast.terms)
            for metric in METRICS[:1] if gap else METRICS:
                terms = (
                    (term.weight, measured(term.trainings, term.gap, metric))
                    for term in contrast.terms
                )
                effects[metric.name] = effect(*terms)
        used = tuple(known[e] for e in contrast.experiments if e in known)
        pairs = ((tuned_as(e.estimator), e.snr) for e in contrast.experiments)
        open_ = tuple(dict.fromkeys(name for name, snr in pairs if (name, snr) in untuned))
        found[contrast.claim].append(Check(contrast, effects, used, open_))
    claims = zip(TEXTS, found.items(), strict=True)
    return [Claim(number, text, _adjusted(checks)) for text, (number, checks) in claims]


def _quantity(trained: Sequence[Result], gap: bool, metric: Metric) -> Quantity:
    random = uses_seed(trained[0].estimator)
    if not gap:
        return quantity([result.test for result in trained], random, metric)
    train, validation = (
        quantity([getattr(result, part) for result in trained], random, metric)
        for part in ("train", "validation")
    )
    return train.minus(validation)


def _adjusted(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Adjust the p-values of the exact class for all checks of a claim, open ones included."""
    p_values = [1.0 if check.is_open else check.exact.p_value for check in checks]
    adjusted = holm(p_values)
    return tuple(replace(check, p_value=p) for check, p in zip(checks, adjusted, strict=True))

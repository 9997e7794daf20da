"""The claims of the study, tested one by one on a set of results.

A claim is a list of checks. Each check is a number with its interval; it passes if the interval
lies above zero. A claim *holds* if all of its checks pass, *fails* if none does, *holds in part*
otherwise, and is *not tested* if required results are missing. Accuracy is that of the exact class
on test spectra; differences are paired, on the same spectra. The accuracy of a method trained with
several seeds is the mean of the trainings.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.template_fit import TemplateFit
from specz.experiments.experiment import noise_label
from specz.experiments.result import Result, SeedGroup, group_seeds
from specz.metrics.intervals import Interval, difference_interval

ALLOWANCE = 0.01
"""A network counts as at the Bayes limit if its accuracy is less than this below it."""

TEXTS = (
    "More training data give a higher accuracy, on clean and on noisy spectra, and a smaller gap "
    "between training and validation.",
    "Three convolutional layers are better than one.",
    "Noise lowers the accuracy and raises the need for data.",
    "The network beats k-NN, random forest and support vector machines on clean spectra.",
    "It beats them on noisy spectra.",
    "Deep learning always achieves state-of-the-art performance: held against template fitting "
    "and the Bayes limit.",
)
"""The claims in our words, in the order of their numbers."""

OTHERS = ("k-NN", "random forest", "linear SVM", "kernel SVM")
"""Labels of the classifiers that the talk compares with, and the kernel SVM, which is usual."""


class Verdict(StrEnum):
    """Outcome of a claim."""

    HOLDS = "holds"
    IN_PART = "holds in part"
    FAILS = "fails"
    NOT_TESTED = "not tested"


@dataclass(frozen=True)
class Check:
    """A difference of accuracies that decides on a claim."""

    what: str
    number: Interval

    @property
    def passed(self) -> bool:
        """Whether all of the interval is above zero."""
        return bool(self.number.low > 0)


@dataclass(frozen=True)
class Claim:
    """A claim, in our words, with its checks; ``complete`` if no required result is missing."""

    number: int
    text: str
    checks: tuple[Check, ...]
    complete: bool = True

    @property
    def verdict(self) -> Verdict:
        """Outcome of the checks together."""
        passed = [check.passed for check in self.checks]
        if not (passed and self.complete):
            return Verdict.NOT_TESTED
        if all(passed):
            return Verdict.HOLDS
        return Verdict.IN_PART if any(passed) else Verdict.FAILS


def assess(results: Sequence[Result]) -> list[Claim]:
    """Test every claim on results of any profile: each experiment once, on the same galaxies."""
    trained = group_seeds(results)
    clean = [t for t in trained if np.isinf(t.snr)]
    noisy = [t for t in trained if np.isfinite(t.snr)]
    both_noises = bool(_least_and_most(clean) and _least_and_most(noisy))
    has_limit = {type(t.estimator) for t in trained}.issuperset({TemplateFit, BayesLimit})
    tests: list[tuple[Iterable[Check], bool]] = [
        ([*_data_checks(trained), *_gap_checks(trained)], both_noises),
        (_depth_checks(trained), True),
        ([*_noise_checks(trained), *_need_checks(trained)], both_noises),
        (_method_checks(clean), _has_others(clean)),
        (_method_checks(noisy), _has_others(noisy)),
        (_limit_checks(trained), both_noises and has_limit),
    ]
    return [
        Claim(number, text, tuple(checks), complete)
        for number, (text, (checks, complete)) in enumerate(zip(TEXTS, tests, strict=True), 1)
    ]


def _cnns(trained: Sequence[SeedGroup], layers: int = 3) -> list[SeedGroup]:
    """Networks of one depth, from noisy to clean and from few to many examples."""
    found = [t for t in trained if isinstance(t.estimator, CNN) and t.estimator.layers == layers]
    return sorted(found, key=lambda t: (t.snr, t.n_train))


def _least_and_most(trained: Sequence[SeedGroup]) -> dict[float, tuple[SeedGroup, SeedGroup]]:
    """The least and the most trained network at each noise level that has two sizes."""
    cnns = _cnns(trained)
    least = {t.snr: t for t in reversed(cnns)}  # the last one that a dictionary is given stays
    most = {t.snr: t for t in cnns}
    return {s: (least[s], most[s]) for s in most if least[s].n_train < most[s].n_train}


def _data_checks(trained: Sequence[SeedGroup]) -> Iterator[Check]:
    for snr, (least, most) in _least_and_most(trained).items():
        sizes = f"{most.n_train:,} minus {least.n_train:,} spectra"
        yield Check(f"{noise_label(snr)}: accuracy with {sizes}", most.minus(least))


def _gap_checks(trained: Sequence[SeedGroup]) -> Iterator[Check]:
    for snr, (least, most) in _least_and_most(trained).items():
        what = f"training-validation gap with {least.n_train:,} minus {most.n_train:,} spectra"
        yield Check(f"{noise_label(snr)}: {what}", difference_interval(least.gap, most.gap))


def _depth_checks(trained: Sequence[SeedGroup]) -> Iterator[Check]:
    deep = {(t.snr, t.n_train): t for t in _cnns(trained, 3)}
    for shallow in _cnns(trained, 1):
        same = deep.get((shallow.snr, shallow.n_train))
        if same is not None:
            what = f"{shallow.n_train:,} spectra: accuracy with 3 layers minus 1 layer"
            yield Check(f"{shallow.noise}, {what}", same.minus(shallow))


def _noise_checks(trained: Sequence[SeedGroup]) -> Iterator[Check]:
    """Compare each noise level with the next cleaner one, at the largest size."""
    cnns = _cnns(trained)
    largest = max((t.n_train for t in cnns), default=0)
    for noisier, cleaner in pairwise(t for t in cnns if t.n_train == largest):
        what = f"{largest:,} spectra: accuracy at {cleaner.noise} minus {noisier.noise}"
        # Not paired: the galaxies are the same, but the noise is part of the claim.
        yield Check(what, difference_interval(cleaner.accuracy, noisier.accuracy))


def _need_checks(trained: Sequence[SeedGroup]) -> Iterator[Check]:
    """Compare the gain from more data at the noisiest level with that on clean spectra."""
    ends = _least_and_most(trained)
    if len(ends) > 1:
        noisy, clean = min(ends), max(ends)
        gains = {snr: most.minus(least) for snr, (least, most) in ends.items()}
        what = f"gain from more data at {noise_label(noisy)} minus that at {noise_label(clean)}"
        yield Check(what, difference_interval(gains[noisy], gains[clean]))


def _method_checks(trained: Sequence[SeedGroup]) -> Iterator[Check]:
    """Compare the network with each other classifier.

    The network is the one trained on as many spectra; if there is none, the most trained one.
    """
    for other in trained:
        level = {t.n_train: t for t in _cnns(trained) if t.snr == other.snr}
        if other.label in OTHERS and level:
            network = level.get(other.n_train, level[max(level)])
            pair = f"CNN ({network.n_train:,}) minus {other.label} ({other.n_train:,})"
            yield Check(f"{other.noise}: {pair}", network.minus(other))


def _limit_checks(trained: Sequence[SeedGroup]) -> Iterator[Check]:
    """Compare the most trained network at each noise level with template fit and limit."""
    cnns = {t.snr: t for t in _cnns(trained)}  # the last one of a level is the most trained
    for other in trained:
        network = cnns.get(other.snr)
        if network is None or not isinstance(other.estimator, TemplateFit | BayesLimit):
            continue
        difference = network.minus(other)
        name = f"template fit ({other.n_train:,})"
        if isinstance(other.estimator, BayesLimit):
            name = f"the Bayes limit, less {100 * ALLOWANCE:g} point"
            difference = Interval(*(number + ALLOWANCE for number in difference))
        yield Check(f"{other.noise}: CNN ({network.n_train:,}) minus {name}", difference)


def _has_others(trained: Sequence[SeedGroup]) -> bool:
    """Whether the results hold every classifier that the claims name."""
    return {t.label for t in trained}.issuperset(OTHERS)

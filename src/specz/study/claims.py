"""The claims of the study, tested one by one on a set of results.

A claim is a list of checks; each check is a number with its interval and whether it came out as
claimed. The verdict follows from the checks: it *holds* if all came out, *fails* if none did,
*holds in part* otherwise, and is *not tested* where the results do not cover it. Accuracy
is that of the exact class on test spectra; differences are paired, on the same spectra. Where a
method was trained with several seeds, its accuracy is the mean of the trainings.
"""

from collections.abc import Sequence
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


class Verdict(StrEnum):
    """Outcome of a claim."""

    HOLDS = "holds"
    IN_PART = "holds in part"
    FAILS = "fails"
    NOT_TESTED = "not tested"


@dataclass(frozen=True)
class Check:
    """One number that decides on a claim.

    Attributes
    ----------
    what : str
    number : Interval
        A difference of accuracies; the check passes if all of its interval is above zero.
    """

    what: str
    number: Interval

    @property
    def passed(self) -> bool:
        """Whether the number is above zero beyond its interval."""
        return bool(self.number.low > 0)


@dataclass(frozen=True)
class Claim:
    """A claim with its checks.

    Attributes
    ----------
    number : int
    text : str
        What was claimed, in our words.
    checks : tuple of Check
    complete : bool
        Whether the results cover all that the claim speaks of.
    """

    number: int
    text: str
    checks: tuple[Check, ...]
    complete: bool = True

    @property
    def verdict(self) -> Verdict:
        """What the checks say."""
        passed = [check.passed for check in self.checks]
        if not (passed and self.complete):
            return Verdict.NOT_TESTED
        if all(passed):
            return Verdict.HOLDS
        return Verdict.IN_PART if any(passed) else Verdict.FAILS


def assess(results: Sequence[Result]) -> list[Claim]:
    """Test every claim on ``results``, which may come from any profile.

    Parameters
    ----------
    results : sequence of Result
        Each experiment once, all on the same test galaxies; what a claim needs is looked up by
        its settings.
    """
    trained = group_seeds(results)
    levels = [np.isinf(snr) for snr in _by_noise(trained)]
    both_noises = any(levels) and not all(levels)
    return [
        Claim(
            1,
            "More training data give a higher accuracy, on clean and on noisy spectra, and a "
            "smaller gap between training and validation.",
            (*_data_checks(trained), *_gap_checks(trained)),
            both_noises,
        ),
        Claim(
            2,
            "Three convolutional layers are better than one.",
            tuple(_depth_checks(trained)),
        ),
        Claim(
            3,
            "Noise lowers the accuracy and raises the need for data.",
            (*_noise_checks(trained), *_need_checks(trained)),
            both_noises,
        ),
        Claim(
            4,
            "The network beats k-NN, random forest and support vector machines on clean spectra.",
            tuple(_method_checks(trained, clean=True)),
            _covers_methods(trained, clean=True),
        ),
        Claim(
            5,
            "It beats them on noisy spectra.",
            tuple(_method_checks(trained, clean=False)),
            _covers_methods(trained, clean=False),
        ),
        Claim(
            6,
            "Deep learning always achieves state-of-the-art performance: held against template "
            "fitting and the Bayes limit.",
            tuple(_art_checks(trained)),
            both_noises and _covers_art(trained),
        ),
    ]


def _cnns(trained: Sequence[SeedGroup], layers: int = 3) -> list[SeedGroup]:
    """Networks of one depth, from noisy to clean and from few to many examples."""
    found = [t for t in trained if isinstance(t.estimator, CNN) and t.estimator.layers == layers]
    return sorted(found, key=lambda t: (t.snr, t.n_train))


def _by_noise(trained: Sequence[SeedGroup]) -> dict[float, tuple[SeedGroup, SeedGroup]]:
    """The least and the most trained network at each noise level that has two sizes."""
    cnns = _cnns(trained)
    ends = {}
    for snr in dict.fromkeys(t.snr for t in cnns):
        level = [t for t in cnns if t.snr == snr]
        if level[0].n_train < level[-1].n_train:
            ends[snr] = (level[0], level[-1])
    return ends


def _data_checks(trained: Sequence[SeedGroup]) -> list[Check]:
    return [
        Check(
            f"{noise_label(snr)}: accuracy with {most.n_train:,} minus {least.n_train:,} spectra",
            most.minus(least),
        )
        for snr, (least, most) in _by_noise(trained).items()
    ]


def _gap_checks(trained: Sequence[SeedGroup]) -> list[Check]:
    return [
        Check(
            f"{noise_label(snr)}: training-validation gap with {least.n_train:,} minus "
            f"{most.n_train:,} spectra",
            difference_interval(least.gap, most.gap),
        )
        for snr, (least, most) in _by_noise(trained).items()
    ]


def _depth_checks(trained: Sequence[SeedGroup]) -> list[Check]:
    checks = []
    deep = {(t.snr, t.n_train): t for t in _cnns(trained, 3)}
    for shallow in _cnns(trained, 1):
        other = deep.get((shallow.snr, shallow.n_train))
        if other is not None:
            checks.append(
                Check(
                    f"{shallow.noise}, "
                    f"{shallow.n_train:,} spectra: accuracy with 3 layers minus 1 layer",
                    other.minus(shallow),
                )
            )
    return checks


def _noise_checks(trained: Sequence[SeedGroup]) -> list[Check]:
    """Each noise level against the next cleaner one, at the largest size they share."""
    cnns = _cnns(trained)
    if not cnns:
        return []
    largest = max(t.n_train for t in cnns)
    levels = [t for t in cnns if t.n_train == largest]
    return [
        Check(
            f"{largest:,} spectra: accuracy at {cleaner.noise} minus {noisier.noise}",
            # The same galaxies; the noise is part of the claim.
            difference_interval(cleaner.accuracy, noisier.accuracy),
        )
        for noisier, cleaner in pairwise(levels)
    ]


def _need_checks(trained: Sequence[SeedGroup]) -> list[Check]:
    """What more data bring at the noisiest level, minus what they bring on clean spectra."""
    ends = _by_noise(trained)
    if len(ends) < 2:
        return []
    noisy, clean = min(ends), max(ends)
    gains = {snr: most.minus(least) for snr, (least, most) in ends.items()}
    return [
        Check(
            f"gain from more data at {noise_label(noisy)} minus that at {noise_label(clean)}",
            difference_interval(gains[noisy], gains[clean]),
        )
    ]


def _method_checks(trained: Sequence[SeedGroup], clean: bool) -> list[Check]:
    """The network against each other classifier.

    SeedGroup on as many spectra if there is such a network, else the most trained one.
    """
    cnns = _cnns(trained)
    checks = []
    for other in trained:
        snr, n = other.snr, other.n_train
        level = {t.n_train: t for t in cnns if t.snr == snr}
        is_other = other.label in OTHERS
        if not (is_other and level and bool(np.isinf(snr)) == clean):
            continue
        same = level.get(n, level[max(level)])
        checks.append(
            Check(
                f"{other.noise}: CNN ({same.n_train:,}) minus {other.label} ({n:,})",
                same.minus(other),
            )
        )
    return checks


ALLOWANCE = 0.01
"""A network is taken to be at the limit if it is less than this below it."""


def _art_checks(trained: Sequence[SeedGroup]) -> list[Check]:
    """The most trained network at each noise level, against template fitting and the limit."""
    cnns = {t.snr: t for t in _cnns(trained)}  # the last one is the most trained
    checks = []
    for other in trained:
        network = cnns.get(other.snr)
        estimator = other.estimator
        if network is None or not isinstance(estimator, TemplateFit | BayesLimit):
            continue
        difference = network.minus(other)
        what = f"{other.noise}: CNN ({network.n_train:,}) minus "
        if isinstance(estimator, BayesLimit):
            what += f"the Bayes limit, less {100 * ALLOWANCE:g} point"
            difference = Interval(*(number + ALLOWANCE for number in difference))
        else:
            what += f"template fit ({other.n_train:,})"
        checks.append(Check(what, difference))
    return checks


def _covers_art(trained: Sequence[SeedGroup]) -> bool:
    """Whether template fitting and the limit are both among the results."""
    kinds = {type(t.estimator) for t in trained}
    return kinds.issuperset({TemplateFit, BayesLimit})


def _covers_methods(trained: Sequence[SeedGroup], clean: bool) -> bool:
    """Whether every classifier that the claim names is among the results."""
    labels = {t.label for t in trained if bool(np.isinf(t.snr)) == clean}
    return labels.issuperset(OTHERS)


OTHERS = ("k-NN", "random forest", "linear SVM", "kernel SVM")
"""Labels of the classifiers that the talk compares with, and the usual third."""

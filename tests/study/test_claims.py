from dataclasses import replace

import numpy as np
import pytest

from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.svm import KernelSVM, LinearSVM
from specz.estimators.template_fit import TemplateFit
from specz.experiments.experiment import Experiment
from specz.experiments.result import Result
from specz.metrics.intervals import Interval
from specz.metrics.predictions import Predictions
from specz.study.claims import Check, Claim, Verdict, assess

N = 400
Z = np.random.default_rng(0).uniform(1, 1.8, N)


def predictions(accuracy):
    """Spectra of which the first part, ``accuracy``, is classified exactly."""
    from specz.spectra.grid import CLASSES

    label = CLASSES.label(Z)
    wrong = (label + 300) % 800
    predicted = np.where(np.arange(N) < accuracy * N, label, wrong).astype(np.int16)
    nothing = np.full(N, np.nan, dtype=np.float32)
    sed = np.arange(N, dtype=np.int32)
    return Predictions(sed, Z, predicted, *(nothing,) * 5)


def result(estimator, n_train, snr, test, train=1.0):
    return Result(
        Experiment(estimator, n_train, snr),
        predictions(train),
        predictions(test),
        predictions(test),
        None,
        {},
    )


CLEAN, NOISY = float("inf"), 1.0
AS_CLAIMED = [
    result(CNN(), 1000, CLEAN, 0.8),
    result(CNN(), 9000, CLEAN, 0.95),
    result(CNN(), 1000, NOISY, 0.2),
    result(CNN(), 9000, NOISY, 0.6),
    result(CNN(layers=1), 9000, CLEAN, 0.85),
    result(NearestNeighbours(), 9000, CLEAN, 0.7),
    result(NearestNeighbours(), 9000, NOISY, 0.3),
    *(result(m, 9000, CLEAN, 0.5) for m in (Forest(), LinearSVM(), KernelSVM())),
    *(result(m, 9000, NOISY, 0.1) for m in (Forest(), LinearSVM(), KernelSVM())),
]


def verdicts(results):
    return {claim.number: claim.verdict for claim in assess(results)}


def test_results_as_claimed_hold():
    found = verdicts(AS_CLAIMED)
    assert [found[i] for i in range(1, 6)] == [Verdict.HOLDS] * 5
    assert found[6] == Verdict.NOT_TESTED


def test_the_sixth_claim_is_held_against_template_fitting_and_the_limit():
    def verdict(template, limit):
        found = assess(
            [
                *AS_CLAIMED,
                result(TemplateFit(), 1000, NOISY, template),
                result(BayesLimit(), 1000, NOISY, limit),
            ]
        )[5]
        return found.verdict, {check.what: check.number.value for check in found.checks}

    network = next(r.test for r in AS_CLAIMED if r.snr == NOISY and r.n_train == 9000)
    reached = float(np.mean(network.predicted == network.label))
    assert verdict(reached - 0.1, reached)[0] == Verdict.HOLDS
    assert verdict(reached - 0.1, reached + 0.05)[0] == Verdict.IN_PART
    found, numbers = verdict(reached + 0.1, reached + 0.2)
    assert found == Verdict.FAILS
    assert numbers["S/N 1: CNN (9,000) minus template fit (1,000)"] == pytest.approx(-0.1)
    assert numbers["S/N 1: CNN (9,000) minus the Bayes limit, less 1 point"] == pytest.approx(-0.19)


def test_trainings_that_differ_in_their_seed_count_as_their_mean():
    def again(index, accuracy):
        more = with_test(index, accuracy)[index]
        return replace(more, experiment=replace(more.experiment, seed=2))

    # One layer: 0.85 and 0.99; three: 0.95 and 0.87, 0.91 in the mean, which is not more than 0.92.
    claim = assess([*AS_CLAIMED, again(4, 0.99), again(1, 0.87)])[1]
    (check,) = claim.checks
    assert check.number.value == pytest.approx(0.91 - 0.92)
    assert claim.verdict == Verdict.FAILS
    # All other checks on clean spectra take the mean as well, and none appears twice.
    assert [len(c.checks) for c in assess([*AS_CLAIMED, again(1, 0.87)])] == [
        len(c.checks) for c in assess(AS_CLAIMED)
    ]


def test_without_results_nothing_is_tested():
    assert set(verdicts([]).values()) == {Verdict.NOT_TESTED}


def with_test(index, accuracy):
    changed = list(AS_CLAIMED)
    changed[index] = replace(changed[index], test=predictions(accuracy))
    return changed


@pytest.mark.parametrize(
    ("index", "accuracy", "claim", "verdict"),
    [
        (1, 0.8, 1, Verdict.IN_PART),  # more clean data do not help
        (4, 0.95, 2, Verdict.FAILS),  # one layer is as good
        (4, 0.99, 2, Verdict.FAILS),  # one layer is better
        (3, 0.95, 3, Verdict.IN_PART),  # noise does no harm
        (5, 0.96, 4, Verdict.IN_PART),  # k-NN is better on clean spectra
        (6, 0.61, 5, Verdict.IN_PART),
    ],
)
def test_a_claim_that_does_not_hold_is_said_to_fail(index, accuracy, claim, verdict):
    assert verdicts(with_test(index, accuracy))[claim] == verdict


def test_a_classifier_is_held_against_the_network_on_the_same_spectra():
    few = result(NearestNeighbours(), 1000, NOISY, 0.4)  # better than the network there
    claim = assess([*AS_CLAIMED, few])[4]
    assert claim.verdict == Verdict.IN_PART
    numbers = {check.what: check.number.value for check in claim.checks}
    assert numbers["S/N 1: CNN (1,000) minus k-NN (1,000)"] == pytest.approx(-0.2)
    assert numbers["S/N 1: CNN (9,000) minus k-NN (9,000)"] == pytest.approx(0.3)


def test_an_interval_that_touches_zero_does_not_pass():
    assert not Check("", Interval(0.02, 0.0, 0.04)).passed
    assert Claim(1, "", (Check("", Interval(0.02, 0.001, 0.04)),)).verdict == Verdict.HOLDS


def test_a_classifier_is_held_against_the_network_at_its_own_noise_level():
    other_noise = [result(CNN(), 9000, 0.5, 0.1), result(CNN(), 9000, 2.0, 0.9)]
    claim = assess([*AS_CLAIMED, *other_noise])[4]
    assert claim.checks[0].what == "S/N 1: CNN (9,000) minus k-NN (9,000)"
    assert len(claim.checks) == 4
    assert claim.checks[0].number.value == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("missing", "claim"),
    [
        (lambda r: r.snr == NOISY, 1),  # nothing on noisy spectra
        (lambda r: r.snr == CLEAN, 3),
        (lambda r: r.label == "kernel SVM", 4),
        (lambda r: r.label == "random forest", 5),
        (lambda r: r.label == "template fit", 6),
    ],
)
def test_a_claim_that_is_covered_in_part_is_not_tested(missing, claim):
    assert verdicts([r for r in AS_CLAIMED if not missing(r)])[claim] == Verdict.NOT_TESTED

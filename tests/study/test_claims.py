from dataclasses import replace

import numpy as np
import pytest

from specz.estimators.cnn import CNN
from specz.experiments.result import Result
from specz.metrics.effects import Effect
from specz.metrics.predictions import Predictions
from specz.spectra.grid import CLASSES
from specz.study.claims import TEXTS, Check, Claim, Verdict, assess
from specz.study.contrasts import N_SPECTRA, REGIMES, SIMULATOR, Claims, Contrast
from specz.study.profiles import profile_study

N = 2000
Z = np.random.default_rng(0).uniform(1, 1.8, N)
NOISY, CLEAN = 1.0, float("inf")
SETTINGS = {
    "n_train": [100, 200],
    "copies": {"k-NN": 2, "random forest": 3, "linear SVM": 4, "kernel SVM": 5},
    "n_train_equivariant": 64,
    "epochs": 1,
    "min_updates": 10,
    "epochs_equivariant": 1,
    "min_updates_equivariant": 4,
    "n_test": N,
    "seeds": [1, 2, 3],
}
STUDY = Claims(**SETTINGS)


def predictions(accuracy, shift=0):
    """Spectra of which a share, ``accuracy``, is classified exactly."""
    label = CLASSES.label(Z)
    right = np.roll(np.arange(N), shift) < accuracy * N
    nothing = np.full(N, np.nan, dtype=np.float32)
    predicted = np.where(right, label, (label + 300) % 800).astype(np.int16)
    return Predictions(np.arange(N, dtype=np.int32), Z, predicted, *(nothing,) * 5)


def result(experiment, test, train=1.0):
    return Result(experiment, predictions(train), predictions(test), predictions(test), None, {})


def as_claimed(experiment):
    """Accuracy of each experiment in a world where every claim holds."""
    network = isinstance(experiment.estimator, CNN)
    if experiment.method == "equivariant":
        return 0.95
    if not network:
        return 0.3 if experiment.snr == NOISY else 0.5
    more = experiment.n_train > 100
    gain = (0.3 if experiment.snr == NOISY else 0.1) * more
    return 0.6 + gain - 0.05 * (experiment.estimator.layers == 1)


def assessed(accuracy=as_claimed, study=STUDY):
    results = [result(e, accuracy(e)) for e in study.experiments()]
    return {claim.number: claim for claim in assess(study.contrasts(), results)}


def test_where_every_claim_holds_every_check_does():
    found = assessed()
    assert {number: claim.verdict for number, claim in found.items()} == dict.fromkeys(
        range(1, 7), Verdict.HOLDS
    )
    assert [len(claim.checks) for claim in found.values()] == [6, 6, 1, 4, 8, 4]


def test_nothing_is_compared_across_regimes():
    """On N spectra no training has copies or fresh noise; in the simulator all may."""
    for contrast in STUDY.contrasts():
        for experiment in contrast.experiments:
            training = getattr(experiment.estimator, "training", None)
            fresh = isinstance(experiment.estimator, CNN) and training.fresh_noise
            assert contrast.regime in REGIMES
            if contrast.regime == N_SPECTRA:
                assert not fresh
                assert experiment.copies == 1
            elif isinstance(experiment.estimator, CNN):
                assert fresh
        tested = {(e.snr, e.grid, e.n_test, e.data_seed, e.library) for e in contrast.experiments}
        assert len(tested) == (2 if contrast.claim == 3 else 1), "the same test spectra"
    simulated = [c for c in STUDY.contrasts() if c.claim == 5 and c.regime == SIMULATOR]
    assert [c.terms[1].trainings[0].copies for c in simulated] == [2, 3, 4, 5]


def test_networks_keep_their_last_epoch():
    networks = [e.estimator for e in STUDY.experiments() if isinstance(e.estimator, CNN)]
    assert networks
    assert not any(network.training.keep_best for network in networks)


def three_clean(e):
    return getattr(e.estimator, "layers", 0) == 3 and e.snr == CLEAN


def three_noisy(e):
    return getattr(e.estimator, "layers", 0) == 3 and e.snr == NOISY


@pytest.mark.parametrize(
    ("change", "claim", "verdict"),
    [
        (lambda e, a: a - 0.1 if getattr(e.estimator, "layers", 0) == 3 else a, 2, "reversed"),
        (lambda e, a: a - 0.1 * three_clean(e) - 0.05 * three_noisy(e), 2, "reversed in part"),
        (lambda e, a: 0.7 if isinstance(e.estimator, CNN) else a, 2, "no difference"),
        (lambda e, a: 0.9 if e.method == "knn" else a, 4, "holds in part"),
        (lambda e, a: 0.9 if e.method == "knn" and e.copies > 1 else a, 5, "holds in part"),
        (lambda e, a: 0.99 if e.method in ("template_fit", "evidence") else a, 6, "reversed"),
        (lambda e, a: 0.93 if e.method in ("template_fit", "evidence") else a, 6, "holds in part"),
        (lambda e, a: 0.902 if e.method in ("template_fit", "evidence") else a, 6, "holds"),
        (lambda e, a: a - 0.25 * (e.n_train > 100 and e.snr == NOISY), 3, "reversed"),
    ],
)
def test_reversed_and_no_difference_are_two_words(change, claim, verdict):
    assert assessed(lambda e: change(e, as_claimed(e)))[claim].verdict == verdict


def test_more_seeds_are_asked_for_where_little_is_between_the_methods():
    """Three trainings do for five points, not for one and a half; five do."""

    def close(e):
        return as_claimed(e) + 0.035 * (getattr(e.estimator, "layers", 0) == 1)

    def verdict(seeds, accuracy):
        return assessed(accuracy, replace(STUDY, more_seeds=seeds))[2].verdict

    assert verdict([1, 2, 3], as_claimed) == Verdict.HOLDS
    assert verdict([1, 2, 3], close) == Verdict.UNDECIDED
    assert verdict([1, 2, 3, 4, 5], close) == Verdict.HOLDS
    assert verdict([1], as_claimed) == Verdict.UNDECIDED


def test_a_method_of_which_not_all_settings_were_tried_is_undecided():
    results = [result(e, as_claimed(e)) for e in STUDY.experiments()]
    found = assess(STUDY.contrasts(), results, {("k-NN", CLEAN), ("CNN, 1 layer", NOISY)})
    claims = {claim.number: claim for claim in found}
    untuned = {c.contrast.what: c.untuned for c in claims[4].checks}
    assert untuned.pop("CNN minus k-NN") == ("k-NN",)
    assert set(untuned.values()) == {()}
    assert claims[4].checks[0].verdict == Verdict.UNDECIDED
    assert {c.verdict for c in claims[5].checks} == {Verdict.HOLDS}, "k-NN is tuned there"
    assert [c.verdict for c in claims[2].checks] == [Verdict.HOLDS] * 2 + [Verdict.UNDECIDED] * 4


def test_a_wide_interval_is_undecided():
    def scattered(e):
        return as_claimed(e) + 0.15 * (e.seed % 2) * isinstance(e.estimator, CNN)

    assert assessed(scattered)[2].verdict == Verdict.UNDECIDED


def test_p_values_are_adjusted_for_every_check_of_a_claim():
    """Open ones count, and have no small p of their own."""
    whole = assessed()[4].checks
    few = [result(e, as_claimed(e)) for e in STUDY.experiments() if e.method != "kernel_svm"]
    some = {claim.number: claim for claim in assess(STUDY.contrasts(), few)}[4].checks
    assert min(c.p_value for c in some) == pytest.approx(4 * min(c.exact.p_value for c in some[:3]))
    assert some[3].p_value == 1
    assert all(c.p_value >= c.exact.p_value for c in whole)


def test_results_that_are_missing_are_not_tested():
    found = assess(STUDY.contrasts(), [])
    assert [claim.verdict for claim in found] == [Verdict.NOT_TESTED] * 6
    assert [claim.text for claim in found] == list(TEXTS)
    without = [result(e, as_claimed(e)) for e in STUDY.experiments() if e.method != "kernel_svm"]
    claims = {claim.number: claim for claim in assess(STUDY.contrasts(), without)}
    assert claims[4].checks[-1].verdict == Verdict.NOT_TESTED
    assert claims[4].verdict == Verdict.UNDECIDED, "nothing contradicts it, but not all is tested"
    contradicted = [r for r in without if r.method != "knn"]
    contradicted += [result(e, 0.9) for e in STUDY.experiments() if e.method == "knn"]
    claims = {claim.number: claim for claim in assess(STUDY.contrasts(), contradicted)}
    assert claims[4].verdict == Verdict.IN_PART


def test_a_check_counts_only_the_trainings_that_are_there():
    few = [result(e, as_claimed(e)) for e in STUDY.experiments() if e.seed == 1]
    claims = {claim.number: claim for claim in assess(STUDY.contrasts(), few)}
    assert claims[2].verdict == Verdict.UNDECIDED
    (check, *_) = claims[2].checks
    assert (check.exact.trainings, check.trainings_needed) == (1, 3)
    assert {r.experiment.seed for r in check.used} == {1}


def made(value, reach, **others):
    """A check with one effect in the exact class and in other metrics."""
    contrast = Contrast(1, "a minus b", N_SPECTRA, "clean", "100", ())
    effects = {"exact class": Effect(value, value - reach, value + reach, 1e-6, 0)}
    for name, other in others.items():
        effects[name.replace("_", " ")] = Effect(other, other - 0.001, other + 0.001, 1e-6, 0)
    return Check(contrast, effects, (), p_value=1e-6)


def test_another_metric_that_says_the_opposite_is_named():
    assert made(0.1, 0.01, outliers=-0.02).disagreeing == {}
    assert made(0.1, 0.01, outliers=0.02).disagreeing == {"outliers": Verdict.REVERSED}
    assert made(0.1, 0.01, outliers=-0.002).disagreeing == {"outliers": Verdict.NO_DIFFERENCE}
    assert made(-0.1, 0.01, outliers=0.02).disagreeing == {}
    assert made(0.0, 0.005, outliers=-0.02).disagreeing == {"outliers": Verdict.HOLDS}
    assert made(0.0, 0.005, outliers=0.002).disagreeing == {}
    assert made(0.1, 0.01, outliers=float("nan")).disagreeing == {}


def test_an_interval_within_a_point_is_no_difference_however_small_p_is():
    assert made(0.005, 0.002).verdict == Verdict.NO_DIFFERENCE
    assert made(0.009, 0.002).verdict == Verdict.HOLDS
    both = (made(0.005, 0.002), made(-0.1, 0.02))
    assert Claim(1, "", both).verdict == Verdict.REVERSED_IN_PART


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"snr": CLEAN}, "snr"),
        ({"n_train": [100]}, "two sizes"),
        ({"layers": [3]}, "two depths"),
        ({"copies": {}}, "copies must give a number for k-NN"),
        ({"copies": {**SETTINGS["copies"], "random_forest": 4}}, "did you mean 'random forest'"),
        ({"copies": {**SETTINGS["copies"], "k-NN": 1}}, "copies of k-NN"),
    ],
)
def test_bad_settings_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        replace(STUDY, **change).experiments()


@pytest.mark.parametrize("profile", ["smoke", "quick", "paper"])
def test_the_limit_is_drawn_and_not_a_competitor(profile):
    study = profile_study(profile, "claims")
    compared = {e.method for contrast in study.contrasts() for e in contrast.experiments}
    assert "bayes" not in compared
    assert {e.method for e in study.experiments()} - compared == {"bayes"}

"""The findings in the README are those of the archive."""

import re

import numpy as np

from specz import metrics
from specz.common import paths
from specz.estimators.bayes import BayesLimit
from specz.study import archive, budget, claims
from specz.study.profiles import STUDY, profile_study


def findings():
    """The list of findings without line breaks, and the sentences after it."""
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", text.partition("What it found so far")[2].partition("![")[0])


def effects_in(regime):
    """Differences in exact-class accuracy, by what is compared, noise and size."""
    checked = claims.assess(profile_study(STUDY, "claims").contrasts(), archive.reference("claims"))
    return {
        (check.contrast.what, check.contrast.noise, check.contrast.size): check.effects[
            "exact class"
        ]
        for claim in checked
        for check in claim.checks
        if check.effects and check.contrast.regime == regime
    }


def points(effect, unit=""):
    """An effect as the list writes it, without a minus before a zero."""
    value, low, high = (
        f"{round(100 * x, 1) + 0.0:.1f}".replace("-", "−")
        for x in (effect.value, effect.low, effect.high)
    )
    return f"{value}{unit} ({low} to {high})"


def test_findings_are_those_of_the_archive():
    said, effects = findings(), effects_in("N spectra")
    for what, noise, size, unit in (
        ("more spectra minus fewer", "clean", "40,000 − 10,000", " points of accuracy"),
        ("more spectra minus fewer", "S/N 1", "40,000 − 10,000", ""),
        ("more spectra minus fewer", "clean", "400,000 − 40,000", ""),
        ("more spectra minus fewer", "S/N 1", "400,000 − 40,000", ""),
        ("3 layers minus 1", "S/N 1", "10,000", " points"),
        ("3 layers minus 1", "S/N 1", "400,000", ""),
    ):
        effect = effects[what, noise, size]
        assert points(effect, unit) in said
        assert effect.trainings == 5


def test_verdicts_are_those_of_the_archive():
    untuned = budget.untuned(profile_study(STUDY, "budget"), archive.reference("budget"))
    contrasts = profile_study(STUDY, "claims").contrasts()
    verdicts = {
        claim.number: str(claim.verdict)
        for claim in claims.assess(contrasts, archive.reference("claims"), untuned)
    }
    said = findings()
    named = dict(re.findall(r"\(claim (\d) ([a-z ]+)\)", said))
    assert named, "the list names verdicts"
    assert named == {str(number): verdicts[int(number)] for number in map(int, named)}
    undecided = [str(n) for n, verdict in verdicts.items() if verdict == "undecided"]
    *others, last = undecided
    some = f"Claims {', '.join(others)} and {last} are" if others else f"Claim {last} is"
    assert f"{some} undecided" in said


def test_the_lead_of_the_network_is_that_of_the_archive():
    """The smallest and the largest difference from the other classifiers."""
    leads = [
        effect
        for (what, noise, _), effect in effects_in("N spectra").items()
        if what.startswith("CNN minus") and noise == "clean"
    ]
    least, most = (end(leads, key=lambda effect: effect.value) for end in (min, max))
    assert f"from {points(least, ' points')} to {points(most)}" in findings()


def test_accuracies_at_snr_1_are_those_of_the_archive():
    limits = [r for r in archive.reference("limit") if r.snr == 1.0]
    known = archive.reference("claims")
    drawing = [
        r
        for r in known
        if (r.method, r.n_train) == ("cnn", 400_000)
        and r.estimator.layers == 3
        and r.estimator.training.fresh_noise
    ]
    assert len(drawing) == 5

    def percent(results):
        return f"{100 * np.mean([metrics.accuracy(r.test).value for r in results]):.1f} %"

    (limit,) = {percent([r]) for r in limits if isinstance(r.estimator, BayesLimit)}
    found = effects_in("simulator")
    cnn, built_in = (
        [found[f"{network} minus {other}", "S/N 1", size] for other in ("template fit", "evidence")]
        for network, size in (("CNN", "400,000"), ("equivariant network", "20,000"))
    )
    assert (
        f"has {percent(drawing)}: {points(cnn[0], ' points')} more than template fitting, but "
        f"{points(cnn[1])} against the evidence in closed form. A network with the shift and the "
        f"line list built in is {points(built_in[0], ' points')} ahead of the first and "
        f"{points(built_in[1])} of the second. The Bayes limit is {limit}."
    ) in findings()

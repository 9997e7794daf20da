"""The findings in the README are those of the archive."""

import re

import numpy as np

from specz import metrics
from specz.common import paths
from specz.estimators.bayes import BayesLimit
from specz.estimators.equivariant import Equivariant
from specz.estimators.template_fit import TemplateFit
from specz.study import archive, claims
from specz.study.profiles import STUDY, profile_study


def findings():
    """The list of findings without line breaks, and the sentences after it."""
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", text.partition("What it found so far")[2].partition("![")[0])


def test_findings_are_those_of_the_archive():
    said = findings()
    checked = claims.assess(profile_study(STUDY, "claims").contrasts(), archive.reference("claims"))
    effects = {
        (check.contrast.what, check.contrast.noise, check.contrast.size): check.effects[
            "exact class"
        ]
        for claim in checked
        for check in claim.checks
        if check.effects and check.contrast.regime == "N spectra"
    }
    step = "40,000 − 10,000"
    for what, noise, size, unit in (
        ("more spectra minus fewer", "clean", step, " points of accuracy"),
        ("more spectra minus fewer", "S/N 1", step, ""),
        ("CNN minus k-NN", "S/N 1", "10,000", " points"),
        ("CNN minus k-NN", "S/N 1", "40,000", ""),
    ):
        effect = effects[what, noise, size]
        value, low, high = (f"{100 * x:.1f}" for x in (effect.value, effect.low, effect.high))
        assert f"{value}{unit} ({low} to {high})" in said
        assert effect.trainings == 5
    undecided = {str(claim.verdict) for claim in checked} <= {"undecided", "not tested"}
    assert ("All six verdicts are still open" in said) == undecided


def test_accuracies_at_snr_1_are_those_of_the_archive():
    noisy = [r for r in archive.reference("limit") if r.snr == 1.0]
    tuned = [
        r
        for r in archive.reference("claims")
        if (r.method, r.n_train, r.snr) == ("cnn", 40_000, 1.0)
        and not r.estimator.training.fresh_noise
    ]
    assert len(tuned) == 5

    def percent(results):
        return f"{100 * np.mean([metrics.accuracy(r.test).value for r in results]):.1f} %"

    def of(kind, n_train):
        return [r for r in noisy if isinstance(r.estimator, kind) and r.n_train == n_train]

    assert (
        f"has {percent(tuned)}, template fitting {percent(of(TemplateFit, 10_000))}, "
        f"a network with the shift and the line list built in {percent(of(Equivariant, 10_000))}; "
        f"the Bayes limit is {percent(of(BayesLimit, 10_000))}"
    ) in findings()

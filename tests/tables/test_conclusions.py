"""Each conclusion is held against the archived results that it speaks of."""

from collections import Counter

import pytest

from specz import figures, metrics
from specz.estimators.cnn import CNN
from specz.estimators.equivariant import Equivariant
from specz.figures.line_snr import steps_at_equal_line_snr
from specz.study import archive, claims
from specz.study.profiles import STUDY, profile_study
from specz.tables import conclusions


def percent(value):
    return f"{100 * value:.1f}\u00a0%"


@pytest.fixture(scope="module")
def noise():
    return archive.reference("noise")


def test_size_and_gap_name_both_ends():
    results = archive.reference("data_availability")
    few, many = (
        next(r for r in results if (r.method, r.n_train, r.snr) == ("cnn", n, 1.0))
        for n in (10_000, 400_000)
    )
    said = conclusions.of_size(results)
    assert said.startswith("From 10,000 to 400,000 training spectra")
    for result in (few, many):
        assert percent(metrics.accuracy(result.test).value) in said
    gap = metrics.accuracy(few.train).value - metrics.accuracy(few.validation).value
    assert f"from {100 * gap:.1f} to" in conclusions.of_gap(results)


def test_noise_names_the_limit_at_the_noisiest_level(noise):
    worst = min(figures.methods(noise), key=lambda r: r.snr)
    limit = figures.limits(noise)[worst.snr]
    said = conclusions.of_noise(noise)
    assert percent(metrics.accuracy(worst.test).value) in said
    assert said.endswith(
        f"the best possible there is {percent(metrics.accuracy(limit.test).value)}."
    )
    assert conclusions.of_noise(figures.methods(noise)).endswith("%.")  # without a limit
    wrong = metrics.outlier_fraction(worst.test, conclusions.GROSS).value
    assert f"{percent(wrong)} ({worst.noise})" in conclusions.of_gross_errors(figures.by_noise)(
        noise
    )
    clean = [r for r in noise if r.noise == "clean"]
    assert conclusions.of_gross_errors(figures.by_noise)(clean) == (
        f"No redshift is off by more than {conclusions.GROSS:g}."
    )
    near = 1 - metrics.outlier_fraction(worst.test).value
    assert percent(near) in conclusions.of_confusion(noise)


def test_a_ranking_is_in_order():
    study = profile_study(STUDY, "comparison_clean")
    common = study.at_common_size(archive.reference("comparison_clean"))
    said = conclusions.of_bars(figures.by_method)(common)
    values = [float(part.split("\u00a0%")[0].split()[-1]) for part in said.split(", ")]
    assert values == sorted(values, reverse=True)
    assert len(values) == 5


def test_the_best_remedy_is_held_against_none():
    results = archive.reference("overfitting")
    plain = [r for r in results if figures.by_remedy(r).startswith("nothing\n10,000")]
    mean = metrics.mean_accuracy([r.test for r in plain]).value
    assert f"no remedy {percent(mean)} (10,000 spectra)" in conclusions.of_remedies(results)


def test_variants_are_held_against_the_first():
    first, *others = archive.reference("tuning")
    gains = [metrics.compare(r.validation, first.validation).difference for r in others]
    said = conclusions.of_variants([first, *others])
    assert max(gains).points() in said
    assert min(gains).points() in said


def test_the_limit_page_names_the_ceiling_and_its_parts():
    results = archive.reference("limit")
    noisy = [r for r in results if r.snr == 1.0]
    limit = figures.limits(results)[1.0]
    assert conclusions.of_efficiency(noisy).startswith(percent(metrics.accuracy(limit.test).value))
    largest = [r for r in results if isinstance(r.estimator, Equivariant) and r.n_train == 400_000]
    parts = [
        metrics.relative_accuracy(r.test, figures.limits(results)[r.snr].test).value
        for r in largest
    ]
    said = conclusions.of_relative(results)
    assert f"the equivariant network {min(parts):.3f} to {max(parts):.3f}" in said
    assert "CNN" not in said, "it is trained at one noise level"


def test_stated_probabilities_are_held_against_the_truth():
    noisy = [r for r in archive.reference("limit") if r.snr == 1.0]
    network = next(r for r in figures.with_probability(noisy) if isinstance(r.estimator, CNN))
    stated = percent(float(network.test.p_max.mean()))
    right = percent(metrics.accuracy(network.test).value)
    said = conclusions.of_reliability(noisy)
    assert f"CNN states {stated} and is right in {right}" in said
    assert "SVM" not in said  # it only votes


def test_depth_lines_and_convergence():
    assert conclusions.of_depth(archive.reference("depth")).count("layer") == 2
    assert "without" not in conclusions.of_perturbations(archive.reference("probing"))
    assert " no lines" in conclusions.of_perturbations(archive.reference("probing"))
    first, *others = archive.reference("convergence")
    changes = [metrics.compare(r.test, first.test).difference for r in others]
    said = conclusions.of_convergence([first, *others])
    assert any(change.points() in said for change in changes)


def test_line_snr_names_the_weakest_and_the_strongest_fifth(noise):
    noisiest = min(figures.methods(noise), key=lambda r: r.snr)
    exact = metrics.is_exact(noisiest.test)
    said = conclusions.of_line_snr(noise)
    low, high = (float(part.split("\u00a0")[0].split()[-1]) for part in said.split("%")[:2])
    assert low < 100 * exact.mean() < high
    assert noisiest.noise in said
    levels = sorted(figures.methods(noise), key=lambda r: r.snr)
    steps = steps_at_equal_line_snr([r for r in levels if r.noise != "clean"])
    assert max(steps, key=lambda step: abs(step.value)).points() in said
    assert "At equal" not in conclusions.of_line_snr([noisiest])  # no level to compare with
    clean = [r for r in noise if r.noise == "clean"]
    assert clean
    assert not conclusions.of_line_snr(clean)


def test_curves_end_with_the_last_epoch():
    network = next(r for r in archive.reference("depth") if isinstance(r.estimator, CNN))
    said = conclusions.of_curves([network], figures.by_depth)
    history = network.history
    ends = (history.train_accuracy[-1], history.validation_accuracy[-1])
    assert said.endswith(f"{percent(ends[0])} and {percent(ends[1])}.")


def test_pit_names_each_method_on_one_side():
    noisy = [r for r in archive.reference("limit") if r.snr == 1.0]
    fits, rejected = conclusions.of_pit(noisy).split("; ")
    for result in figures.with_probability(noisy):
        uniform = metrics.pit_uniformity(result.test) >= conclusions.NOT_UNIFORM
        assert (result.label in fits) is uniform
        assert (result.label in rejected) is not uniform


def test_a_claim_says_its_verdict_and_how_much_was_tested():
    contrasts = profile_study(STUDY, "claims").contrasts()
    for claim in claims.assess(contrasts, archive.reference("claims")):
        said = conclusions.of_claim(claim)
        assert said.lower().startswith(str(claim.verdict))
        assert f"of {len(claim.checks)} checks" in said
        for verdict, n in Counter(check.verdict for check in claim.checks).items():
            assert f"{n} {'hold' if verdict == 'holds' else verdict}" in said

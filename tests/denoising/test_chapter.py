"""The chapter: its experiments, archive, verdicts, figures and tables."""

from dataclasses import replace

import numpy as np
import pytest

from specz import figures, tables
from specz.common import paths
from specz.common.store import Store
from specz.denoising.experiment import DenoisingExperiment
from specz.denoising.linear import Raw, Wiener
from specz.denoising.networks import UNet
from specz.denoising.predictions import DenoisedPredictions
from specz.denoising.scores import READERS, error
from specz.estimators.cnn import CNN
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import fit_recipe, result_recipe
from specz.experiments.result import Result
from specz.experiments.run import run
from specz.study import archive
from specz.study.claims import Verdict
from specz.study.denoising import Denoising, denoising_checks, groups, limit_of, measured

STUDY = Denoising(
    n_train=100, n_test=60, filters=[2], epochs_denoiser=1, updates_cnn=1, prior_seds=[40, 20],
    seeds=[1, 2, 3],
)  # fmt: skip
LEVELS = {
    "as observed": (1.0, 1.5, 0.2),
    "Wiener filter (PCA)": (0.05, 0.0, 0.3),
    "dictionary": (0.06, 0.1, 0.3),
    "U-Net": (0.01, 0.1, 0.7),
    "conditional GAN": (0.012, 0.6, 0.6),
    "posterior mean (MMSE)": (0.004, 0.0, 0.8),
    "posterior sample": (0.008, 0.2, 0.7),
}
"""Error, invented lines and accuracy of each method in results that nobody computed."""


@pytest.fixture(scope="module")
def results():
    found, rng = [], np.random.default_rng(1)
    sample = Experiment(CNN(), 1, n_test=60).samples()[2]
    for experiment in STUDY.experiments():
        level, lines, right = LEVELS[experiment.estimator.label]
        scale = rng.uniform(0.9, 1.1, 60) * level
        read = {
            name: np.where(rng.random(60) < right, sample.labels, 0).astype(np.int16)
            for name in READERS
        }
        if experiment.cnn is None:
            read["cnn"] = np.full(60, -1, dtype=np.int16)
        test = DenoisedPredictions(
            sample.sed, sample.z, scale.astype(np.float32), rng.poisson(lines, 60).astype(np.int16),
            rng.random(60) < 0.9, **read,
        )  # fmt: skip
        found.append(Result(experiment, test, test, test, None, {"commit": "0000000"}))
    return found


def test_the_seam_carries_denoising_and_the_archive_gives_it_back(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    plain = DenoisingExperiment(Raw(), 40, 1.0, "nisp", 5, 6)
    shifted = DenoisingExperiment(Wiener(), 40, 1.0, "nisp", 5, 6, altered="no lines")
    wanted = [replace(plain, knn=True), shifted]
    before = run(wanted, Store(tmp_path / "store"))
    for result in before:
        archive.add(result)
    after = archive.archived(wanted)
    for was, now in zip(before, after, strict=True):
        assert isinstance(now.test, DenoisedPredictions)
        for column in ("sed", "z", "error", "invented", "kept", *READERS):
            assert np.array_equal(getattr(was.test, column), getattr(now.test, column))
        assert np.array_equal(was.validation.error, now.validation.error)
    assert before[0].test.error.mean() == pytest.approx(1, abs=0.1), "of the noise itself"
    assert (before[0].test.knn >= 0).all()
    assert (before[0].test.cnn == -1).all()
    assert (before[1].test.bayes == -1).all(), "not asked without lines"
    assert len(before[1].train) == 0
    assert archive.summary(after).count("\n") == 3


def test_what_reads_the_spectra_does_not_change_the_fit_of_the_denoiser():
    one = DenoisingExperiment(UNet(), 100, 1.0)
    other = replace(one, knn=True, cnn=CNN(), altered="no lines", n_test=3)
    assert fit_recipe(one) == fit_recipe(other)
    assert result_recipe(one) != result_recipe(replace(one, knn=True))


def test_a_method_for_another_task_is_refused():
    with pytest.raises(ValueError, match=r"'CNN' is a method for spectra, not for denoising"):
        DenoisingExperiment(CNN(), 10)
    with pytest.raises(ValueError, match=r"'as observed' is a method for denoising.*'cnn'"):
        Experiment(Raw(), 10)


def test_the_first_experiments_are_those_of_the_verdict_and_two_networks_are_opened():
    first = [e.estimator.label for e in STUDY.experiments()[:5]]
    assert set(first) == {*LEVELS} - {"dictionary", "posterior sample"}
    assert [e.estimator.label for e in STUDY.opened()] == ["U-Net", "conditional GAN"]
    with pytest.raises(ValueError, match="did you mean 'no lines'"):
        replace(STUDY, shifted=["no line"]).experiments()


def test_errors_are_in_units_of_the_limit(results):
    ratio, known = error(limit_of(results)), groups(results)
    assert measured(known["posterior mean (MMSE)"], ratio).value == pytest.approx(1)
    found = measured(known["U-Net"], ratio)
    assert found.value == pytest.approx(2.5, rel=0.05)
    assert found.low < found.value < found.high
    assert found.trainings == 3


def test_verdicts_follow_the_numbers(results):
    verdicts = {(c.what, c.metric): c.verdict for c in denoising_checks(results)}
    ratio = "squared error ÷ MMSE"
    gan, unet = "conditional GAN", "U-Net"
    assert verdicts[f"{gan} minus Wiener filter (PCA)", ratio] is Verdict.HOLDS
    assert verdicts[f"{gan} minus {unet}", ratio] is Verdict.REVERSED
    assert verdicts[f"{gan} minus {unet}", "invented lines per spectrum"] is Verdict.REVERSED
    assert verdicts[f"{unet} minus as observed", "exact class by k-NN"] is Verdict.HOLDS
    cnn = verdicts[f"{unet} minus as observed", "exact class by CNN"]
    assert cnn is Verdict.UNDECIDED, "one training"


def test_figures_draw_every_method(results):
    for plot in (figures.plot_error_ratios, figures.plot_invented, figures.plot_read):
        _, axes = figures.subplots()
        ax = plot(results, axes[0, 0])
        assert [text.get_text() for text in ax.get_yticklabels()] == list(groups(results))


def test_the_example_marks_what_is_invented(samples_of_two):
    sample, true, spectra = samples_of_two
    _, axes = figures.subplots(2, 1)
    figures.plot_denoised(sample, true, spectra, 0, axes.ravel().tolist())
    marked = [ax.get_lines()[2].get_xdata().tolist() for ax in axes.ravel()]
    assert marked[0] == [sample.grid.wave_obs[300] / 1000]
    assert marked[1] == []


@pytest.fixture
def samples_of_two():
    sample = DenoisingExperiment(Raw(), 10, 1.0, n_test=1).samples()[2]
    true = np.ones((1, sample.grid.n_pixels), dtype=np.float32)
    with_line = true.copy()
    with_line[0, 299:302] += 4
    return sample, true, {"U-Net": with_line, "conditional GAN": true}


def test_tables_and_conclusions_name_every_method(results):
    table = tables.denoising_table(results)
    for label in LEVELS:
        assert label in table
        assert label in tables.of_errors(results)
    assert "40 SEDs" in table
    assert "20 SEDs" in table
    assert tables.denoising_checks_table(results).count("\n") == 1 + 7
    assert "**reversed**" in tables.of_denoising_claims(results)
    assert "(no lines)" in tables.of_invented(results)
    assert "Bayes rule" in tables.of_read(results)
    assert tables.of_example(np.array([0, 3])) == (
        "The GAN invents 1.50 lines per spectrum here, and 3 in this one."
    )

from dataclasses import replace

import numpy as np
import pytest

from specz.common import paths
from specz.denoising.samples import noiseless
from specz.estimators.registry import DENOISING
from specz.experiments.experiment import Experiment
from specz.study import archive, pages
from specz.study.profiles import STUDY, opened, profile_study
from specz.study.studies import STUDIES


@pytest.fixture
def nothing_runs(monkeypatch):
    def refuse(experiments, store=None):
        assert list(experiments) == []
        return []

    monkeypatch.setattr(pages, "run", refuse)


def test_the_parameters_of_the_study_compute_nothing(nothing_runs):
    for name in ("noise", "claims", "comparison_noisy"):
        study = profile_study(STUDY, name)
        found = pages.shown(name, study)
        assert found.own == []
        assert found.first is found.archived
        archived = [r.experiment for r in archive.reference(name)]
        assert [r.experiment for r in found.first] == archived != []
        assert pages.computed(name, study) == []


def test_other_parameters_compute_every_experiment():
    assert pages.missing("noise") == []
    assert pages.missing_lines("noise") == ""
    other = replace(profile_study(STUDY, "noise"), seed=2)
    assert pages.computed("noise", other) == other.experiments()


def test_an_empty_archive_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    assert pages.missing("noise") == profile_study(STUDY, "noise").experiments()
    lines = pages.missing_lines("noise").splitlines()
    assert all(e.title in line for e, line in zip(pages.missing("noise"), lines, strict=True))
    assert all("specz archive --notebook noise" in line for line in lines)
    with pytest.raises(ValueError, match="'specz archive --notebook noise' computes them"):
        pages.computed("noise", profile_study(STUDY, "noise"))
    assert pages.computed("holds_up", profile_study(STUDY, "holds_up")) == []  # needs none


def test_results_are_found_by_their_experiment(nothing_runs):
    found = pages.shown("noise", profile_study(STUDY, "noise"))
    wanted = found.archived[-1].experiment
    assert found.of(wanted) is found.archived[-1]


def test_the_archive_keeps_the_networks_that_pages_open(library):
    for experiment in opened():
        entry = archive.archived([experiment])[0]
        network = pages.fitted(entry)
        sample = experiment.samples()[2]
        scores = network.scores(sample.flux(slice(64))).values
        if experiment.task == DENOISING:
            error = np.square(scores - noiseless(sample.head(64))).mean(axis=1) * sample.snr**2
            np.testing.assert_allclose(error, entry.test.error[:64], rtol=0.01)
            continue
        agree = (scores.argmax(axis=1) == entry.test.predicted[:64]).mean()
        assert agree >= 0.95  # other machines round otherwise


def test_a_network_that_no_page_opens_is_not_kept():
    closed = next(r for r in archive.reference("noise") if r.experiment not in opened())
    with pytest.raises(ValueError, match="does not hold the weights"):
        pages.fitted(closed)


def test_every_page_opens_experiments_of_its_own():
    for name in STUDIES:
        study = profile_study(STUDY, name)
        assert all(isinstance(e, Experiment) for e in study.opened())
        assert set(study.opened()) <= set(study.experiments())

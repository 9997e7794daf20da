"""The archived experiments behind a figure are found in what it draws."""

import json

import numpy as np
import pytest
from matplotlib import pyplot as plt

from specz.common import paths
from specz.experiments.result import group_seeds
from specz.figures import style
from specz.figures.behind import archived_behind
from specz.study import archive
from specz.study.claims import assess
from specz.study.profiles import profile_study
from specz.study.titles import study_title


@pytest.fixture(scope="module")
def results():
    return archive.reference("tuning")


def test_results_are_found_in_whatever_holds_them(results):
    titles = {archive.archive_key(r.experiment): study_title(r.experiment) for r in results}
    assert archived_behind(results) == titles
    assert archived_behind({"all": tuple(results)}, np.arange(3), "text", None) == titles
    assert archived_behind(group_seeds(results)) == titles
    assert archived_behind(results, results) == titles
    assert archived_behind() == {}


def test_the_results_of_a_claim_are_those_of_its_checks():
    contrasts = profile_study("paper", "claims").contrasts()
    claim = assess(contrasts, archive.reference("claims"))[0]
    used = {archive.archive_key(r.experiment) for check in claim.checks for r in check.used}
    assert used
    assert set(archived_behind(claim)) == used


def test_a_figure_is_saved_with_what_is_behind_it(results, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "FIGURES", tmp_path)
    style.draw("some", lambda shown, ax: ax.plot([1, 2]), results[:2])
    style.draw("model", lambda ax: ax.plot([1, 2]), behind=results[2])
    style.draw("none", lambda ax: ax.plot([1, 2]))
    plt.close("all")
    behind = [json.loads((tmp_path / f"{n}{style.BEHIND}").read_text()) for n in ("some", "model")]
    assert behind == [archived_behind(results[:2]), archived_behind(results[2])]
    assert not (tmp_path / f"none{style.BEHIND}").exists()

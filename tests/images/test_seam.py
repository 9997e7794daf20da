"""The seam: one store, runner, archive and verdict for spectra and for stamps."""

from dataclasses import replace

import numpy as np
import pytest

from specz.common import paths
from specz.common.store import Store
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.registry import TASKS, estimator_name, make_estimator
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import fit_recipe, result_recipe
from specz.experiments.run import run
from specz.images.bank import BankLimit
from specz.images.experiment import StampExperiment
from specz.images.measure import StampForest
from specz.images.networks import StampNetwork
from specz.images.predictions import StampPredictions, predict
from specz.images.stamps import draw_stamps
from specz.study import archive
from specz.study.claims import Verdict
from specz.study.stars import StarGalaxy, groups, star_checks
from specz.study.talk import Comparison

STUDY = StarGalaxy(
    n_train=150, n_test=80, filters=1, dense=4, epochs=1, min_updates=2, templates=[8, 4],
    shifted=["worse seeing"], seeds=[1, 2],
)  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return run(STUDY.experiments(), Store(tmp_path_factory.mktemp("store")))


@pytest.mark.parametrize(
    "method", ["stamp_forest", {"name": "stamp_bank"}, "specz.images.networks:StampNetwork"]
)
def test_a_comparison_of_spectra_refuses_a_method_for_stamps(method):
    study = Comparison(
        methods=["knn", method], n_train=[100, 100], snr=1.0, n_common=100, epochs=1,
        min_updates=0, n_test=10,
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"for stamps of images, not for spectra.*'knn'"):
        study.experiments()


def test_an_experiment_refuses_a_method_of_the_other_task():
    with pytest.raises(ValueError, match=r"'CNN' is a method for spectra.*'stamp_network'"):
        StampExperiment(CNN(), 100)
    with pytest.raises(ValueError, match=r"is a method for stamps of images.*'cnn'"):
        Experiment(StampForest(), 100)


def test_a_name_stands_in_one_table_and_names_its_class():
    names = [name for table in TASKS.values() for name in table]
    assert len(set(names)) == len(names)
    for estimator in (StampNetwork(), StampForest(), BankLimit()):
        assert estimator_name(estimator).startswith("stamp_")
    assert make_estimator("knn") == NearestNeighbours()


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"altered": "wors seeing"}, "did you mean 'worse seeing'"), ({"n_test": 0}, "n_test must")],
)
def test_a_wrong_setting_is_named(changed, said):
    with pytest.raises(ValueError, match=said):
        replace(StampExperiment(BankLimit(), 1), **changed)


def test_keys_depend_on_what_decides_and_shifted_stamps_share_the_fit():
    first = StampExperiment(StampNetwork(), 100)
    shifted = replace(first, altered="worse seeing")
    assert fit_recipe(first) == fit_recipe(shifted)
    assert result_recipe(first) != result_recipe(shifted)
    code = result_recipe(StampExperiment(BankLimit(), 100))["code"]
    assert {"specz.images.predictions", "specz.images.bank", "specz.images.optics"} <= set(code)
    assert not {"specz.images.measure", "specz.metrics.predictions"} & set(code)
    spectra = result_recipe(Experiment(NearestNeighbours(), 100))["code"]
    assert not [name for name in spectra if ".images" in name]


def test_results_are_stored_once_archived_and_read_back(results, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    again = run(STUDY.experiments()[:1], Store(tmp_path / "store"))
    assert np.array_equal(again[0].test.p_galaxy, results[0].test.p_galaxy)
    for result in results:
        archive.add(result)
    back = archive.archived(STUDY.experiments())
    assert len(back) == len(results) == len(set(STUDY.experiments()))
    for before, after in zip(results, back, strict=True):
        assert isinstance(after.test, StampPredictions)
        for column in ("galaxy", "snr", "p_galaxy"):
            assert np.array_equal(getattr(before.test, column), getattr(after.test, column))
    rows = archive.summary(back).splitlines()
    assert len(rows) == 1 + len(results)
    assert sum("stamp_forest" in row and "worse seeing" in row for row in rows) == 1


def test_the_limit_is_the_first_bank_and_every_seed_is_in_its_group(results):
    found = groups(results)
    assert {label: len(group) for label, group in found.items()} == {
        "narrow network": 2,
        "forest with Δχ²": 2,
        "forest on moments": 2,
        "Bayes rule by template bank": 1,
    }
    assert found["Bayes rule by template bank"][0].estimator.galaxies == 8
    assert set(groups(results, "worse seeing")) == set(found) - {"forest on moments"}


def test_too_few_trainings_leave_a_check_undecided(results):
    checks = star_checks(results)
    assert [check.verdict for check in checks] == [Verdict.UNDECIDED] * 2 + [None] * 2
    copied = [replace(r, experiment=replace(r.experiment, seed=s)) for r in results for s in (1, 2)]
    many = star_checks([r for r in [*copied, *results] if not r.experiment.altered])
    assert many[0].effects["AUC"].trainings == 6
    assert many[0].verdict is Verdict.REVERSED  # one epoch of a network of four units


def test_answers_that_are_no_probabilities_are_refused():
    from specz.estimators.base import ClassScores, Fitted

    sample = draw_stamps(StampExperiment(BankLimit(), 1).population, "test", 3, 1)
    for values in (np.ones((3, 2)), np.ones((3, 1))):
        with pytest.raises(ValueError, match="scores must be probabilities of shape"):
            predict(Fitted(lambda _, v=values: ClassScores(v, True)), sample)

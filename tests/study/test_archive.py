import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from specz import cli, metrics
from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.common.store import Store
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.svm import LinearSVM
from specz.estimators.training import TrainingConfig
from specz.experiments.experiment import Experiment
from specz.experiments.run import run
from specz.spectra.library import LibraryConfig
from specz.study import archive, archiving, profiles
from specz.study.study import with_limits

SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)
SETTINGS = {"n_validation": 20, "n_test": 80, "library": SMALL}
EXPERIMENTS = [
    Experiment(NearestNeighbours(), 100, 1.0, **SETTINGS),
    Experiment(LinearSVM(), 100, 1.0, **SETTINGS),
    Experiment(CNN(training=TrainingConfig(epochs=1, min_updates=0)), 100, **SETTINGS),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """What two tests ask for is computed once."""
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture
def results(tmp_path, store, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    found = run(EXPERIMENTS, store)
    for result in found[:2]:
        archive.add(result)
    return found


def test_what_comes_back_is_what_went_in(results):
    back = archive.archived(EXPERIMENTS)
    assert len(back) == 2
    for before, after in zip(results, back, strict=False):
        for column in ("sed", "z", "predicted", "p_true"):
            np.testing.assert_array_equal(
                getattr(before.test, column), getattr(after.test, column), err_msg=column
            )
        np.testing.assert_allclose(before.test.crps, after.test.crps, rtol=2e-3, atol=1e-6)
        assert metrics.accuracy(before.train) == metrics.accuracy(after.train)
        assert after.manifest["config"] == before.manifest["config"]


def test_a_history_comes_back(results):
    archive.add(results[2])
    (back,) = archive.archived(EXPERIMENTS[2:])
    np.testing.assert_allclose(back.history.train_loss, results[2].history.train_loss, rtol=1e-6)


def test_an_archived_result_is_found_by_its_settings_whatever_the_code(results, monkeypatch):
    monkeypatch.setattr(
        "specz.experiments.recipe.code_fingerprint", lambda *names: {"specz.other": "0"}
    )
    assert len(archive.archived(EXPERIMENTS)) == 2


def test_a_damaged_archive_is_an_error_and_stays_where_it_is(results):
    folder = Store(paths.RESULTS).folder(archive.archive_key(EXPERIMENTS[0]))
    data = bytearray((folder / "arrays.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "arrays.npz").write_bytes(bytes(data))
    with pytest.raises(ValueError, match=f"{folder.name} cannot be read: .*does not match its dig"):
        archive.archived(EXPERIMENTS)
    assert folder.is_dir()


@pytest.mark.fault("archived manifest that is no manifest", "the entry is named in one line")
@pytest.mark.parametrize("text", ["[]", "null", "{}", '{"key": 3}', "x"])
def test_an_archived_manifest_that_is_none_is_named_in_one_line(results, monkeypatch, capsys, text):
    folder = Store(paths.RESULTS).folder(archive.archive_key(EXPERIMENTS[0]))
    (folder / "manifest.json").write_text(text)
    monkeypatch.setattr(cli.profiles, "profile_experiments", lambda profile: EXPERIMENTS)
    monkeypatch.setattr("sys.argv", ["specz", "status"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert f"{folder} cannot be read: manifest.json" in said


@pytest.mark.parametrize("lost", ["cpu_seconds", "commit"])
def test_an_archived_manifest_without_a_part_is_named(results, lost):
    folder = Store(paths.RESULTS).folder(archive.archive_key(EXPERIMENTS[0]))
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest[lost]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=f"{folder.name} cannot be read: .* lacks '{lost}'"):
        archive.status(EXPERIMENTS)


def test_an_archived_result_without_an_array_is_named(results):
    folder = Store(paths.RESULTS).folder(archive.archive_key(EXPERIMENTS[0]))
    manifest = json.loads((folder / "manifest.json").read_text())
    np.savez_compressed(folder / "arrays.npz", other=np.zeros(3))
    manifest["files"]["arrays.npz"] = file_digest(folder / "arrays.npz")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=f"{folder.name} cannot be read: .* 'train.predicted'"):
        archive.archived(EXPERIMENTS)


def test_status_counts_what_is_there_and_what_it_cost(results):
    found = archive.status(EXPERIMENTS)
    assert found.done == EXPERIMENTS[:2]
    assert found.left == EXPERIMENTS[2:]
    spent = sum(r.manifest["cpu_seconds"] for r in results[:2])
    assert found.core_hours == pytest.approx(spent / 3600)
    assert found.accelerated == {}


def test_what_an_accelerator_took_part_in_is_named(results, monkeypatch):
    faster = results[2].manifest | {"device": "A100", "cpu_seconds": 36.0}
    archive.add(replace(results[2], manifest=faster))
    found = archive.status(EXPERIMENTS)
    assert found.accelerated == {"A100": 1}
    assert found.core_hours == pytest.approx(0.01 + archive.status(EXPERIMENTS[:2]).core_hours)
    assert list(archive.core_hours(EXPERIMENTS)) == EXPERIMENTS[:2]
    rows = csv.DictReader(io.StringIO(archive.summary(archive.archived(EXPERIMENTS))))
    assert {row["method"]: row["device"] for row in rows} == {
        "knn": "CPU",
        "linear_svm": "CPU",
        "cnn": "A100",
    }
    monkeypatch.setattr(cli.profiles, "profile_experiments", lambda profile: EXPERIMENTS)
    said = CliRunner().invoke(cli.app, ["status"]).output
    assert said.rstrip().endswith("core-hours; 1 with A100")


def test_summary_has_a_row_for_each_result_computed_from_its_arrays(results):
    rows = list(csv.DictReader(io.StringIO(archive.summary(archive.archived(EXPERIMENTS)))))
    assert [row["method"] for row in rows] == ["knn", "linear_svm"]
    knn = rows[0]
    assert float(knn["accuracy"]) == pytest.approx(metrics.accuracy(results[0].test).value)
    assert float(knn["nll"]) == pytest.approx(
        metrics.negative_log_likelihood(results[0].test).value, rel=1e-5
    )
    assert rows[1]["nll"] == ""  # a vote is no probability
    assert tuple(rows[0]) == archive.COLUMNS


def test_archiving_goes_on_where_it_was_interrupted(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(paths, "STORE", tmp_path / "store")
    monkeypatch.setattr(cli.profiles, "profile_experiments", lambda profile: EXPERIMENTS[:2])
    once = run(EXPERIMENTS[:1], Store(tmp_path / "elsewhere"))
    answers = iter([once, KeyboardInterrupt()])

    def interrupted(wanted):
        answer = next(answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(archiving, "run", interrupted)
        assert CliRunner().invoke(cli.app, ["archive"]).exit_code != 0
    summary = paths.RESULTS / "summary.csv"
    assert summary.read_text().count("\n") == 2  # the header and what was finished
    again = CliRunner().invoke(cli.app, ["archive"])
    assert "1 of 1: linear SVM" in again.output
    assert summary.read_text().count("\n") == 3


def test_an_archived_result_of_each_method_gives_its_row_of_the_committed_summary():
    path = paths.RESULTS / "summary.csv"
    if not path.exists():
        pytest.skip("nothing is archived yet")
    every = archive.status(profiles.profile_experiments("paper")).done
    first = {
        (e.method, np.isinf(e.snr) if isinstance(e, Experiment) else None): e
        for e in reversed(every)
    }
    of_spectra = [e for e in first.values() if e.task == Experiment.task]
    chosen = {*first.values(), *with_limits(of_spectra)}
    rows = archive.summary(archive.archived([e for e in every if e in chosen])).splitlines()
    assert len(rows) > len(first) > 5
    assert set(rows) <= set(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.slow
def test_committed_summary_is_that_of_the_committed_arrays():
    path = paths.RESULTS / "summary.csv"
    if not path.exists():
        pytest.skip("nothing is archived yet")
    committed = archive.archived(profiles.profile_experiments("paper"))
    assert path.read_text(encoding="utf-8") == archive.summary(committed)


def test_the_summary_holds_the_limit_on_the_same_test_spectra(store):
    found = run(with_limits(EXPERIMENTS), store)
    limit = next(r for r in found if r.label == "Bayes limit")
    rows = list(csv.DictReader(io.StringIO(archive.summary(found))))
    value = f"{metrics.accuracy(limit.test).value:.6g}"
    assert {row["method"]: row["limit_accuracy"] for row in rows} == {
        "knn": value,
        "linear_svm": value,
        "bayes": value,
        "cnn": "1",  # clean
    }
    rows = list(csv.DictReader(io.StringIO(archive.summary(found[:2]))))
    assert {row["limit_accuracy"] for row in rows} == {""}


def test_a_page_is_made_again_when_a_result_that_it_reads_changes():
    """The claims read what was tuned."""
    assert set(archive.digests("budget")) <= set(archive.digests("claims"))
    assert set(archive.digests("claims")) - set(archive.digests("budget"))

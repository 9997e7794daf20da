import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from specz import cli
from specz.common import paths
from specz.common.store import Store
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.training import TrainingConfig
from specz.experiments.experiment import Experiment
from specz.experiments.run import run
from specz.spectra.library import LibraryConfig
from specz.study import archive, checksums, verification
from specz.study.contrasts import Contrast, Term

SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)
SETTINGS = {"n_validation": 20, "n_test": 80, "library": SMALL}
EXPERIMENTS = [
    Experiment(NearestNeighbours(), 100, 1.0, **SETTINGS),
    Experiment(CNN(training=TrainingConfig(epochs=1, min_updates=0)), 100, **SETTINGS),
    Experiment(CNN(training=TrainingConfig(epochs=1, min_updates=0)), 50, **SETTINGS),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """What two tests ask for is computed once."""
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture
def archived(tmp_path, store, monkeypatch):
    """An archive of three results, two of which are computed again."""
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(verification, "profile_experiments", lambda profile: EXPERIMENTS)
    more, fewer = (
        Term(weight, (one,)) for weight, one in zip((1, -1), EXPERIMENTS[1:], strict=True)
    )
    contrast = Contrast(1, "more minus fewer", "N spectra", "clean", "100 − 50", (more, fewer))
    study = SimpleNamespace(experiments=lambda: EXPERIMENTS, contrasts=lambda: [contrast])
    monkeypatch.setattr(verification.budget, "untuned", lambda study, results: set())
    monkeypatch.setattr(verification, "profile_study", lambda profile, notebook: study)
    monkeypatch.setattr(verification, "quick_ones", lambda: EXPERIMENTS[:2])
    found = run(EXPERIMENTS, store)
    for result in found:
        archive.add(result)
    archive.write_summary(found)
    return found


def test_a_whole_archive_that_this_machine_reproduces_is_verified(archived, tmp_path):
    done = CliRunner().invoke(cli.app, ["verify", "--receipt", str(tmp_path / "receipt.json")])
    assert done.exit_code == 0, done.output
    receipt = json.loads((tmp_path / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["passed"]
    assert receipt["archive"]["faults"] == []
    assert [claim["number"] for claim in receipt["claims"]] == [1, 2, 3, 4, 5, 6]
    (more_data, *_) = receipt["claims"][0]["checks"]
    assert more_data["verdict"] == "undecided", "one training"
    assert more_data["differences"]["exact class"].keys() >= {"value", "low", "high", "p_value"}
    knn, cnn = receipt["reruns"]
    assert knn["same"] == 1
    assert knn["here"] == knn["archived"]
    assert "within 1.5 points" in cnn["condition"]


def test_that_there_is_no_archive_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "nowhere")
    done = CliRunner().invoke(cli.app, ["verify"])
    assert isinstance(done.exception, ValueError)
    said = r"there are no archived results in .*/nowhere: .*crate.zip.*SPECZ_RESULTS"
    assert re.fullmatch(said, str(done.exception))


def test_a_folder_of_results_is_named_by_an_option(archived, tmp_path, monkeypatch):
    moved = paths.RESULTS.rename(tmp_path / "elsewhere")
    assert CliRunner().invoke(cli.app, ["verify"]).exception
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli.app, ["verify", "--results", "elsewhere"])
    assert done.exit_code == 0, done.output
    assert moved == paths.RESULTS


def test_other_predictions_are_not_reproduced(archived):
    experiment = archived[0].experiment
    archived[0].test.predicted[:] = np.roll(archived[0].test.predicted, 1)
    folder = Store(paths.RESULTS).folder(archive.archive_key(experiment))
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    archive.add(archived[0])
    archive.write_summary(archive.archived(EXPERIMENTS))
    done = CliRunner().invoke(cli.app, ["verify"])
    assert done.exit_code == 1
    assert "rerun, DIFFERS: k-NN, 100 S/N 1" in done.output


def test_a_flipped_bit_and_an_edited_summary_are_named(archived):
    arrays = Store(paths.RESULTS).folder(archive.archive_key(EXPERIMENTS[1])) / "arrays.npz"
    damaged = bytearray(arrays.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    arrays.write_bytes(damaged)
    found = verification.verify()
    assert not found.passed
    (damage,) = (f for f in found.faults if f.startswith("CNN 3 layers, 100 clean: "))
    assert damage.endswith("arrays.npz does not match its digest"), damage
    assert any("summary.csv" in fault for fault in found.faults)


def test_an_edited_manifest_and_files_that_come_or_go_are_named(archived):
    folder = Store(paths.RESULTS).folder(archive.archive_key(EXPERIMENTS[0]))
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"device": "CPU"', '"device": "A100"'))
    (paths.RESULTS / "summary.csv").rename(paths.RESULTS / "summary.old")
    found = checksums.faults()
    assert f"{folder.name}/manifest.json is not the file of SHA256SUMS" in found
    assert "summary.csv is missing" in found
    assert "summary.old is not in SHA256SUMS" in found
    assert len(found) == 3
    assert set(found) <= set(verification.verify().faults)
    checksums.write()
    assert checksums.faults() == []


@pytest.mark.parametrize(
    ("name", "why"), [("nowhere/receipt.json", "No such file"), (".", "Is a directory")]
)
def test_a_receipt_that_cannot_be_written_is_refused_before_any_work(
    name, why, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(verification, "verify", lambda: pytest.fail("verified first"))
    done = CliRunner().invoke(cli.app, ["verify", "--receipt", name])
    assert isinstance(done.exception, ValueError)
    assert name in str(done.exception)
    assert why in str(done.exception)


def test_trying_the_receipt_leaves_no_empty_file(tmp_path, monkeypatch):
    def stopped():
        raise KeyboardInterrupt

    monkeypatch.setattr(verification, "verify", stopped)
    CliRunner().invoke(cli.app, ["verify", "--receipt", str(tmp_path / "receipt.json")])
    assert not list(tmp_path.iterdir())


def test_what_is_rerun_is_archived():
    """The quick part is there, so that a fresh clone has something to reproduce."""
    assert len(archive.archived(verification.quick_ones())) == len(verification.QUICKLY)


def test_the_committed_archive_matches_its_digests():
    assert checksums.faults() == []

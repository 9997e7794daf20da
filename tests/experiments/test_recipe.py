import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from specz.common import paths
from specz.common.store import Store, key_of
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments import recipe
from specz.experiments.experiment import Experiment
from specz.experiments.run import run
from specz.spectra.library import LibraryConfig

SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)
KNN = Experiment(NearestNeighbours(), 100, n_validation=20, n_test=40, library=SMALL)


def test_every_setting_is_in_the_key():
    others = [
        replace(KNN, n_train=99),
        replace(KNN, snr=1.0),
        replace(KNN, grid="nisp"),
        replace(KNN, n_test=41),
        replace(KNN, data_seed=2),
        replace(KNN, seed=2),
        replace(KNN, estimator=NearestNeighbours((1,))),
        replace(KNN, library=replace(SMALL, ebv_max=0.4)),
    ]
    keys = {key_of(recipe.result_recipe(experiment)) for experiment in [KNN, *others]}
    assert len(keys) == len(others) + 1


def test_why_names_the_parameter_that_changed(tmp_path):
    store = Store(tmp_path)
    assert recipe.why(KNN, store) == ["nothing like it is stored"]
    run([KNN], store)
    assert recipe.why(KNN, store) == []
    assert recipe.why(replace(KNN, snr=2.0), store) == ["parameter snr: was 'inf', is 2"]
    other = replace(KNN, estimator=NearestNeighbours((1,)), n_train=90)
    assert recipe.why(other, store) == [
        "parameter estimator.neighbours: was [1, 3, 10, 30], is [1]",
        "parameter n_train: was 100, is 90",
    ]


def test_why_names_the_source_and_the_version_that_changed(tmp_path, monkeypatch):
    store = Store(tmp_path)
    run([KNN], store)
    other = recipe.result_recipe(KNN)
    other["code"]["specz.spectra.noise"] = "0"
    other["versions"]["numpy"] = "9.9"
    monkeypatch.setattr(recipe, "result_recipe", lambda experiment: other)
    changed = recipe.why(KNN, store)
    assert changed[0] == "source of specz.spectra.noise changed"
    assert changed[1].startswith("version of numpy: was '2.")


def test_the_backend_in_use_is_part_of_a_recipe(monkeypatch):
    assert "tensorflow" in "".join(recipe.numerical_libraries())
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert recipe.numerical_libraries()[-2:] == ("jax", "jaxlib")
    assert recipe.result_recipe(KNN)["backend"] == "jax"


def test_an_unknown_backend_is_named_with_the_nearest(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jaxx")
    with pytest.raises(ValueError, match="got 'jaxx'; did you mean 'jax'"):
        recipe.result_recipe(KNN)


PROGRAM = """
import json
import specz
from specz.common.store import key_of
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.cnn import CNN
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import fit_recipe, result_recipe

wanted = {
    "knn": Experiment(NearestNeighbours(), 100, 1.0),
    "cnn": Experiment(CNN(), 100, 1.0),
    "perturbed": Experiment(CNN(), 100, 1.0, altered="5 Å offset"),
}
keys = {name: key_of(result_recipe(e)) for name, e in wanted.items()}
keys |= {f"fit of {name}": key_of(fit_recipe(e)) for name, e in wanted.items()}
print(json.dumps([specz.__file__, keys, {name: e.title for name, e in wanted.items()}]))
"""


class Copy:
    """A copy of the source that can be edited, asked in a process of its own."""

    def __init__(self, folder):
        self.source = folder / "src"
        shutil.copytree(
            paths.ROOT / "src" / "specz",
            self.source / "specz",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        self.keys, self.titles = self.ask()

    def ask(self):
        """Keys of results and fits, and titles."""
        env = {**os.environ, "PYTHONPATH": str(self.source), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        where, keys, titles = json.loads(done.stdout)
        assert where.startswith(str(self.source))
        return keys, titles

    def edited(self, *edits):
        """Keys that are other ones, and titles, while some words are others."""
        before = {name: (self.source / "specz" / name).read_text() for name, _, _ in edits}
        try:
            for name, words, other in edits:
                path = self.source / "specz" / name
                text = path.read_text()
                assert text.count(words) == 1, f"{words!r} in {name}"
                path.write_text(text.replace(words, other))
            keys, titles = self.ask()
        finally:
            for name, text in before.items():
                (self.source / "specz" / name).write_text(text)
        return {name for name in keys if keys[name] != self.keys[name]}, titles


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("copy"))


def test_an_estimator_more_changes_no_key(copy):
    line = '    "bayes": "specz.estimators.bayes:BayesLimit",\n'
    more = '    "mine": "mine.module:Mine",\n'
    changed, _ = copy.edited(("estimators/registry.py", line, line + more))
    assert changed == set()


def test_a_perturbation_more_changes_the_keys_of_perturbed_results_only(copy):
    line = '    "σ half as large": noisier(0.5),\n'
    more = '    "σ thrice as large": noisier(3.0),\n'
    changed, _ = copy.edited(("spectra/perturbations.py", line, line + more))
    assert changed == {"perturbed"}  # what is fitted is not perturbed


def test_another_label_changes_no_key(copy):
    changed, titles = copy.edited(
        ("estimators/nearest_neighbours.py", '"k-NN"', '"nearest neighbours"'),
        ("estimators/cnn.py", 'str] = "CNN"', 'str] = "convolutional network"'),
    )
    assert changed == set()
    assert titles["knn"].startswith("nearest neighbours, 100")
    assert titles["cnn"].startswith("convolutional network 3 layers, 100")
    assert titles["perturbed"].startswith("convolutional network")


def test_another_title_changes_no_key(copy):
    changed, titles = copy.edited(
        (
            "experiments/experiment.py",
            'f"{self.n_train:,} {noise',
            'f"{self.n_train} spectra {noise',
        )
    )
    assert changed == set()
    assert all("100 spectra S/N 1" in title for title in titles.values())


def test_an_estimator_that_is_edited_changes_its_keys_only(copy):
    changed, _ = copy.edited(
        ("estimators/nearest_neighbours.py", 'algorithm="brute"', 'algorithm="kd_tree"')
    )
    assert changed == {"knn", "fit of knn"}


@pytest.mark.parametrize(
    "edit",
    [
        ("spectra/noise.py", "1 / self.snr, dtype", "2 / self.snr, dtype"),
        ("spectra/normals.py", "ROUNDS = 10", "ROUNDS = 11"),
    ],
)
def test_noise_that_is_edited_changes_every_key(copy, edit):
    changed, _ = copy.edited(edit)
    assert changed == set(copy.keys)

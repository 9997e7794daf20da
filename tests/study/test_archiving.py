"""The archive is filled in time, and on a machine that has hardly anything."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import numpy as np
import pytest

from specz.common import paths
from specz.study import archiving

CORE = {"numpy", "scipy", "numba", "scikit-learn", "keras", "tensorflow", "tensorflow-cpu"}
BELOW = {"joblib", "threadpoolctl"}
"""What scikit-learn brings."""

BLOCKER = """
import importlib.metadata, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocker())
found = importlib.metadata.version
def version(name):
    if name == "specz":
        raise importlib.metadata.PackageNotFoundError(name)
    return found(name)
importlib.metadata.version = version
"""


def archiving_at(folder, *arguments):
    """Fill an archive in ``folder`` without the packages that are not its core."""
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.split(r"[<>=;\[ ]", one)[0] for one in project["dependencies"]}
    absent = named - CORE - BELOW
    modules = [m for m, of in packages_distributions().items() if absent & {o.lower() for o in of}]
    assert {"typer", "tqdm", "yaml", "matplotlib", "papermill"} <= set(modules)
    blocker = f"BLOCKED = {set(modules)!r}\n{BLOCKER}"
    (folder / "sitecustomize.py").write_text(blocker, encoding="utf-8")
    root = os.pathsep.join([str(folder), str(paths.ROOT / "src")])
    command = [sys.executable, "-m", "specz.study.archiving", *arguments]
    env = {**os.environ, "PYTHONPATH": root, "SPECZ_ROOT": str(folder)}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=300)


def own_profile(folder, epochs):
    """The smoke profile, with another length of one training."""
    smoke = (paths.ROOT / "profiles" / "smoke.toml").read_text(encoding="utf-8")
    text = f"{smoke}\n[network]\nn_train = 60\nepochs = {epochs}\nn_test = 40\n"
    (folder / "profiles").mkdir(exist_ok=True)
    shutil.copy(paths.ROOT / "profiles" / "paper.toml", folder / "profiles")
    (folder / "profiles" / "own.toml").write_text(text, encoding="utf-8")


def test_it_needs_only_the_core_and_nothing_installed(tmp_path):
    own_profile(tmp_path, epochs=1)
    done = archiving_at(tmp_path, "--profile", "own", "--notebook", "network")
    assert done.returncode == 0, done.stderr
    assert "archived 1 of 1: CNN 3 layers, 60 clean" in done.stdout
    (manifest,) = (tmp_path / "results").glob("*/manifest.json")
    assert json.loads(manifest.read_text())["device"] == "CPU"


def test_what_is_wrong_is_one_line(tmp_path):
    own_profile(tmp_path, epochs=1)
    done = archiving_at(tmp_path, "--profile", "oun")
    assert done.returncode == 2
    assert "did you mean 'own'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_it_stops_in_time_and_goes_on_later(tmp_path, monkeypatch):
    """A training that is stopped goes on after its last complete epoch."""
    own_profile(tmp_path, epochs=10_000)
    for name in ("PROFILES", "RESULTS"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    monkeypatch.setattr(paths, "STORE", tmp_path / "store")
    said, epochs = [], []
    monkeypatch.setattr(archiving, "say", said.append)
    for _ in range(2):
        assert not archiving.fill("own", "network", minutes=0.8)
        whole = (path for path in paths.STORE.rglob("*.npz") if "writing" not in path.name)
        (checkpoint,) = whole  # beside one that was being written
        epochs.append(len(np.load(checkpoint)["rows"]))
    assert said[0] == "stopped after 0.8 minutes, 1 left; the same command goes on"
    assert 0 < epochs[0] < epochs[1]
    assert not list(paths.RESULTS.glob("*/manifest.json"))


def test_one_method_is_archived_or_named(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(paths, "STORE", tmp_path / "store")
    assert archiving.fill("smoke", "comparison_clean", method="knn")
    manifests = [json.loads(p.read_text()) for p in paths.RESULTS.glob("*/manifest.json")]
    assert [m["config"]["estimator"]["name"] for m in manifests] == ["knn", "knn"]
    with pytest.raises(ValueError, match=r"method.*'kn'.*did you mean 'knn'"):
        archiving.fill("smoke", "comparison_clean", method="kn")


def test_minutes_that_are_none_are_named():
    with pytest.raises(ValueError, match="minutes"):
        archiving.fill("smoke", minutes=-1)

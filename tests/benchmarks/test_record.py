"""The record of faults: written by tests, read by a page, never typed."""

import ast
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import plots, record, tables
from benchmarks.record import Benchmark, Benchmarks, Fault
from specz import figures
from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.site import notebooks
from specz.study.profiles import profile_parameters

MARKED = """
import pytest

@pytest.mark.fault("rain", "stay dry")
@pytest.mark.parametrize("n", [1, 2])
def test_rain(n, tries):
    tries(10 * n)

@pytest.mark.fault("rain", "stay dry")
def test_more_rain():
    assert False

@pytest.mark.fault("snow", "stay warm")
def test_snow():
    pytest.skip("none here")

def test_other():
    pass
"""
BENCHMARKS = [
    Benchmark("fast", 1.0, 2.0, "s", 2.0, 1.0),
    Benchmark("slow", 3.0, 1.0, "s", 0.75, 1.5),
]


@pytest.mark.slow
def test_marked_tests_write_what_was_tried_and_what_came_of_it(tmp_path):
    """In two processes: the reports travel."""
    (tmp_path / "test_weather.py").write_text(MARKED)
    (tmp_path / "conftest.py").write_text((paths.ROOT / "tests" / "conftest.py").read_text())
    command = "from specz.common import paths; paths.BUILD = paths.Path('build'); import pytest; "
    command += "pytest.main(['--strict-markers', '-n', '2'])"
    subprocess.run([sys.executable, "-c", command], cwd=tmp_path, capture_output=True, timeout=200)
    rain, snow = json.loads((tmp_path / "build" / "faults.json").read_text())["faults"]
    assert rain.pop("seconds") >= 0
    assert rain == {
        **{"name": "rain", "expected": "stay dry", "tries": 31},
        **{"passed": 2, "failed": 1, "skipped": 0},
    }
    assert (snow["name"], snow["tries"], snow["skipped"]) == ("snow", 0, 1)


def marks():
    """Every fault that a test is marked with."""
    for path in (paths.ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                yield tuple(ast.literal_eval(argument) for argument in node.args)


def test_the_committed_record_is_of_the_faults_that_the_tests_know():
    recorded = {(fault.name, fault.expected) for fault in record.faults().faults}
    assert recorded == set(marks()), "run: python -m benchmarks faults"


def test_what_happened_is_said_as_it_was():
    fault = Fault("rain", "stay dry", 3, 3, 0, 0, 1.0)
    assert fault.outcome == "as it must"
    assert replace(fault, skipped=1).outcome == "as it must; 1 tests skipped"
    assert replace(fault, failed=1).outcome == "1 of 4 tests failed"
    assert replace(fault, passed=0, skipped=1).outcome.startswith("not tried")
    assert "| rain | 3 | stay dry | as it must |" in tables.faults_table([fault])


def test_benchmarks_are_drawn_and_listed_against_their_goals(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    assert record.benchmarks() == Benchmarks()
    assert f"{record.benchmarks()}" == "nothing yet"
    assert "bench.json" not in notebooks._benchmarks()
    made = {**record.provenance(), "benchmarks": [b.__dict__ for b in BENCHMARKS], "scalings": []}
    (tmp_path / "bench.json").write_text(json.dumps(made))
    assert record.benchmarks().benchmarks == BENCHMARKS
    assert notebooks._benchmarks()["bench.json"] == file_digest(tmp_path / "bench.json")
    _, axes = figures.subplots()
    met, missed, _ = plots.plot_benchmarks(BENCHMARKS, axes[0, 0]).lines
    np.testing.assert_allclose(met.get_xydata(), [[2, 0]])
    np.testing.assert_allclose(missed.get_xydata(), [[0.5, 1]])
    assert "| slow | 3 s | 1 s | 0.75 | 1.5 | **no** |" in tables.benchmarks_table(BENCHMARKS)


def test_a_page_that_shows_the_record_is_made_again_when_it_changes(tmp_path, monkeypatch):
    def recorded(name):
        parameters = profile_parameters("smoke", name)
        notebook = notebooks.read_notebook(name)
        return notebooks._recipe(name, notebook, parameters, "smoke")["benchmarks"]

    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    assert recorded("data") == {}
    for page, name in (("holds_up", "faults.json"), ("limit", "inference.json")):
        (tmp_path / name).write_text("{}")
        before = recorded(page)
        (tmp_path / name).write_text('{"date": "now"}')
        assert recorded(page) != before
    assert recorded("data") == {}

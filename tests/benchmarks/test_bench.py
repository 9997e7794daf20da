"""What the benchmarks count and fit, and that the record holds it; not how fast anything is."""

import json

import numpy as np
import pytest

from benchmarks import bench, costs, record, tables
from benchmarks.record import Benchmark, Benchmarks, Scaling, power_law
from specz.common import paths
from specz.estimators.cnn import CNN
from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments.experiment import Experiment
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample


def test_multiply_adds_are_those_counted_by_hand():
    by_hand = 900 * 8 * 16 + 450 * 8 * 16 * 16 + 225 * 8 * 16 * 16 + 225 * 16 * 800
    assert bench.multiply_adds(CNN(layers=3).build(1800)) == by_hand
    assert bench.multiply_adds(CNN(layers=3, normalise=True).build(1800)) == by_hand


def test_a_power_law_is_recovered_and_its_interval_holds_it():
    x = [1000, 3000, 10_000, 30_000]
    assert power_law(x, [2e-3 * n**1.5 for n in x]) == pytest.approx((1.5, 1.5, 1.5))
    noise = np.random.default_rng(0).normal(0, 0.1, (1000, 4))
    found = [power_law(x, (np.array(x) ** 1.5 * np.exp(row)).tolist()) for row in noise]
    assert np.mean([a.low < 1.5 < a.high for a in found]) == pytest.approx(0.95, abs=0.02)
    with pytest.raises(ValueError, match="three points; got 2"):
        power_law([1, 2], [1.0, 2.0])


def test_tasks_take_turns_and_the_fastest_round_counts(monkeypatch):
    called, clock = [], iter([0, 3, 3, 5, 5, 6, 6, 10])
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    seconds = bench.fastest(2, lambda: called.append("a"), lambda: called.append("b"))
    assert "".join(called) == "ababab"
    assert seconds == [1, 2]


def test_what_is_measured_is_read_from_the_record(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    benchmark = Benchmark("speed", 2.0, 4.0, "s", 2.0, 1.0)
    cost = Scaling("work", "knn", [10, 100, 1000], [1.0, 10.0, 100.0], [100.0, 100.0, 110.0])
    monkeypatch.setattr(costs, "JOBS", {"generation": None})
    monkeypatch.setattr(costs, "scaling", lambda job, sizes: cost)
    monkeypatch.setattr(bench, "BENCHMARKS", {"build": lambda: [benchmark]})
    bench.main(["build", "costs"], [])
    written = json.loads((tmp_path / "bench.json").read_text())
    about = record.provenance()
    (tmp_path / "bench.json").write_text(json.dumps({**about, **written}))
    flat = bench.flat(cost.mebibytes)
    assert flat.ratio == pytest.approx(1 / 1.1)
    assert not flat.met
    assert record.benchmarks() == Benchmarks(**about, benchmarks=[flat, benchmark], scalings=[cost])
    assert "| work | 10 to 1,000 | 1.00 (1.00 to 1.00) | 100 s | 110 MiB | 1.10 |" in (
        tables.scalings_table([cost]).replace("\u00a0", " ")
    )


def test_a_sample_in_memory_is_the_one_that_is_generated(library, grid):
    sample = draw_sample(library, "train", 8, White(1.0), grid, 1)
    kept = bench.in_memory(sample)
    index = np.array([5, 2])
    np.testing.assert_array_equal(kept.flux(index), sample.flux(index))
    np.testing.assert_array_equal(kept.labels, sample.labels)


def test_sizes_that_a_job_cannot_take_are_left_out(monkeypatch):
    class Done:
        stdout = "[1.0, 2.0]\n"

    monkeypatch.setattr(costs.subprocess, "run", lambda command, **_: Done)
    assert costs.scaling("forest", (4000, 1000, 400_000)).sizes == [1000, 4000]
    assert costs.scaling("bayes", (400_000,)).sizes == list(costs.JOBS["bayes"][2])


@pytest.mark.parametrize(("name", "expected"), [("knn", 15), ("cnn", 10)])
def test_the_time_of_a_job_is_without_what_it_costs_once(name, expected, monkeypatch):
    clock = [0]  # loads for 100 s, starts for 5 s, takes a second for each 100 spectra

    def job(n):
        clock[0] += 5 + (n - costs.FEW) // 100 + (100 if n == costs.FEW and not clock[0] else 0)

    monkeypatch.setattr(costs, "JOBS", {name: ("work", job, (), 0)})
    monkeypatch.setattr(costs.time, "perf_counter", lambda: clock[0])
    assert costs.measure(name, costs.FEW + 1000)[0] == expected


def test_a_cost_is_extrapolated_by_its_own_power():
    cost = {Experiment(NearestNeighbours(), n): 0.5 for n in (100, 200)}
    cost[Experiment(Forest(), 100)] = 1.0
    square = Scaling("work", "knn", [10, 100, 1000], [1.0, 100.0, 1e4], [50.0, 50.0, 149.0])
    nothing = Scaling("generating", "", [10, 100, 1000], [1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    (row,) = record.extrapolate(cost, [square, nothing], 10)
    assert (row.method, row.experiments, row.core_hours) == ("k-NN", 2, 1.0)
    assert row.core_hours_then == pytest.approx((100, 100, 100))
    assert row.longest == pytest.approx(50)
    assert row.mebibytes == pytest.approx(50 + 0.1 * (2000 - 10))
    assert "| k-NN | 2 | 1 | 2.00 (2.00 to 2.00) | 100 (100 to 100) | 50 |" in (
        tables.extrapolation_table([row]).replace("\u00a0", " ")
    )

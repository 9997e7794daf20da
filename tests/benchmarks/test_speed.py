import json
from dataclasses import asdict

import pytest

from benchmarks import plots, speed, tables
from specz import figures
from specz.metrics.intervals import Interval

NUMBER = Interval(0.5, 0.4, 0.6)
TIMING = speed.Timing(
    snr=1.0,
    n_test=100,
    rounds=3,
    speeds=(
        speed.Speed("CNN", 1000, 2000.0, NUMBER, NUMBER),
        speed.Speed("Bayes limit", 10_000, 50.0, Interval(0.8, 0.7, 0.9), NUMBER),
        speed.Speed("redrock", 10_000, 5.0, NUMBER, NUMBER),
    ),
)


def test_what_is_recorded_is_read(tmp_path):
    file, about = tmp_path / "inference.json", asdict(TIMING)
    file.write_text(json.dumps(about))
    assert speed.read(file) == TIMING
    del about["speeds"][0]["method"]
    file.write_text(json.dumps(about))
    with pytest.raises(TypeError, match="method"):
        speed.read(file)


def test_the_archived_measurement_can_be_read_and_has_the_methods_that_the_book_names():
    methods = {row.method for row in speed.read().speeds}
    assert {"redrock", "Bayes limit", "equivariant network", "template fit"} <= methods


def test_the_table_is_sorted_by_speed_and_compares_with_the_slowest():
    header, _, *rows = tables.speed_table(TIMING).splitlines()
    assert "× redrock" in header
    assert [row.split("|")[1].strip() for row in rows] == ["CNN", "Bayes limit", "redrock"]
    assert [row.split("|")[4].strip() for row in rows] == ["400", "10", "1"]


def test_the_figure_shows_each_method_at_its_speed():
    fig, axes = figures.subplots()
    ax = plots.plot_speed(TIMING, axes[0, 0])
    shown = {bar.get_label(): bar.lines[0].get_data(orig=False) for bar in ax.containers}
    assert shown["CNN, 1,000"][0][0] == 2000
    assert shown["redrock, 10,000"][1][0] == 0.5
    assert {text.get_text() for text in ax.texts} == set(shown)
    figures.figure_data(fig)

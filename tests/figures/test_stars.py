import numpy as np
import pytest

from specz import figures, tables
from specz.experiments.result import Result
from specz.images.networks import StampNetwork
from specz.images.predictions import StampPredictions
from specz.images.scores import auc
from specz.images.stamps import Population, draw_stamps
from specz.study.stars import StarGalaxy

STUDY = StarGalaxy(n_train=100, n_test=60, filters=8, dense=8, epochs=1, min_updates=1)


@pytest.fixture(scope="module")
def results():
    """Results that nobody computed: the truth with noise."""
    found, rng = [], np.random.default_rng(1)
    for experiment in STUDY.experiments():
        galaxy, snr = rng.random(60) < 0.5, rng.uniform(5, 50, 60).astype(np.float32)
        p = (galaxy + rng.normal(size=60) + 2) / 6
        test = StampPredictions(galaxy, snr, p.clip(0, 1).astype(np.float32))
        found.append(Result(experiment, test, test, test, None, {"commit": "0000000"}))
    return found


def test_stars_stand_above_galaxies_from_faint_to_bright():
    fig, axes = figures.subplots(2, 3)
    figures.plot_stamps(draw_stamps(Population(), "test", 60, 1), 3, axes.ravel().tolist())
    titles = [ax.get_title() for ax in axes.ravel()]
    assert [title.partition(",")[0] for title in titles] == ["star"] * 3 + ["galaxy"] * 3
    levels = [float(title.split()[-1]) for title in titles[:3]]
    assert levels == sorted(levels)
    assert figures.figure_data(fig).count(",cell,") == 6 * 44**2


@pytest.mark.parametrize("plot", [figures.plot_purity_by_snr, figures.plot_calibration_by_snr])
def test_every_method_has_a_line_against_snr(results, plot):
    _, axes = figures.subplots()
    plot(results, axes[0, 0])
    labels = axes[0, 0].get_legend_handles_labels()[1]
    assert labels == list(dict.fromkeys(r.label for r in results))


def test_shifted_stamps_have_a_row_each_and_show_the_auc(results):
    _, axes = figures.subplots()
    ax = figures.plot_shifted(results, axes[0, 0])
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names == ["as trained", *STUDY.shifted]
    first = ax.containers[0].lines[0].get_xdata()
    assert first[0] == pytest.approx(auc(results[0].test).value)


def test_tables_list_methods_checks_and_layers(results):
    assert tables.star_table(results).count("\n") == 1 + 6  # three methods and three banks
    assert tables.star_checks_table(results).count("**undecided**") == 2
    assert "**11,230,754**" in tables.layers_table(StampNetwork())


def test_conclusions_name_every_method_with_its_score(results):
    first = {r.label: r for r in reversed(results) if not r.experiment.altered}
    said = tables.of_purity(results), tables.of_calibration(results), tables.of_shifts(results)
    for label in first:
        assert f"{label} " in said[0]
        assert f"{label} " in said[1]
    network = next(label for label in first if "network" in label)
    assert f"{network} {auc(first[network].test).value:.3f}, then " in said[2]
    assert "forest on moments" not in said[2], "it is not shown shifted stamps"


def test_the_verdict_names_both_forests(results):
    said = tables.of_star_claim(results)
    assert said.count("points of AUC: **undecided**") == 2, "one training each"
    assert said.startswith("Narrow network minus forest with Δχ²")

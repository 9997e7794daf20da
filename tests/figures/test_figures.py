"""The data that figures show, not their pixels."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import Ellipse

from specz import figures, metrics
from specz.common import paths
from specz.common.store import Store
from specz.estimators.cnn import CNN, layer_table
from specz.estimators.equivariant import Equivariant
from specz.estimators.evidence import GaussianEvidence
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.registry import REGISTRY, estimator_class
from specz.estimators.sklearn_adapter import Sklearn
from specz.estimators.training import TrainingConfig
from specz.experiments.experiment import Experiment
from specz.experiments.run import run
from specz.metrics.effects import Effect
from specz.spectra.grid import CLASSES, get_grid
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample
from specz.spectra.templates import load_templates
from specz.study import claims
from specz.study.budget import Budget
from specz.study.contrasts import Contrast
from specz.study.settings import CHOSEN, chosen
from specz.study.study import with_limits

SMALL = LibraryConfig(n_train=200, n_validation=40, n_test=80)
KNN = Experiment(NearestNeighbours(), 300, n_validation=40, n_test=80, library=SMALL)
SIZES = (100, 300)
LEVELS = (float("inf"), 2.0, 1.0)
METHODS = (Equivariant(), CNN(), GaussianEvidence())


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    return run([replace(KNN, n_train=n, snr=s) for s in LEVELS for n in SIZES], store)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    settings = CNN(training=TrainingConfig(epochs=3, min_updates=0))
    store = Store(tmp_path_factory.mktemp("store"))
    return run([replace(KNN, estimator=settings)], store)[0]


@pytest.fixture
def ax():
    fig, axes = figures.subplots()
    yield axes[0, 0]
    plt.close(fig)


def errorbars(ax):
    """Label to (x, y) of every series with error bars."""
    return {
        bar.get_label(): np.array(bar.lines[0].get_data(orig=False))
        for bar in ax.containers
        if bar.lines[0] is not None
    }


def is_labelled(ax):
    return ax.get_xlabel() and ax.get_ylabel()


def test_accuracy_against_n_shows_the_metric(results, ax):
    figures.plot_accuracy_against_n(results, ax)
    shown = errorbars(ax)
    for level in LEVELS:
        chosen = [r for r in results if r.snr == level]
        x, y = shown[f"{figures.noise_label(level)}, test"]
        np.testing.assert_array_equal(x, SIZES)
        np.testing.assert_allclose(y, [metrics.accuracy(r.test).value for r in chosen])
    assert is_labelled(ax)


def test_accuracy_against_snr_sets_clean_spectra_apart(results, ax):
    chosen = [r for r in results if r.n_train == 300]
    figures.plot_accuracy_against_snr(chosen, ax)
    x, y = errorbars(ax)["exact class"]
    np.testing.assert_array_equal(x, [2.0, 1.0])
    np.testing.assert_allclose(y, [metrics.accuracy(r.test).value for r in chosen[1:]])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2", "clean"]


def test_gap_is_training_minus_validation(results, ax):
    figures.plot_gap_against_n(results, ax)
    expected = [
        metrics.accuracy(r.train).value - metrics.accuracy(r.validation).value
        for r in results
        if r.snr == 1.0
    ]
    np.testing.assert_allclose(errorbars(ax)["S/N 1"][1], expected)


def test_each_remedy_shows_training_and_test(network, ax):
    settings = network.estimator
    remedies = {
        "nothing": settings,
        "dropout 0.5": replace(settings, dropout=0.5),
        "L2 0.0001": replace(settings, l2=1e-4),
        "fresh noise": replace(settings, training=replace(settings.training, fresh_noise=True)),
    }
    results = [
        replace(network, experiment=replace(network.experiment, estimator=remedy))
        for remedy in remedies.values()
    ]
    figures.plot_gaps(results, ax, figures.by_remedy)
    names = [tick.get_text().partition("\n")[0] for tick in ax.get_yticklabels()]
    assert names == list(remedies)
    shown = [bar.lines[0].get_xdata()[0] for bar in ax.containers]
    assert shown[:2] == [metrics.accuracy(p).value for p in (network.train, network.test)]


def test_trainings_of_one_remedy_share_a_row(network, ax):
    again = replace(network, experiment=replace(network.experiment, seed=2))
    figures.plot_gaps([network, again], ax, figures.by_remedy)
    assert len(ax.get_yticklabels()) == 1
    heights = {float(bar.lines[0].get_ydata()[0]) for bar in ax.containers}
    assert len(heights) == 2
    assert sum(heights) == pytest.approx(0)


def test_a_panel_grows_with_its_rows(network, tmp_path, monkeypatch):
    monkeypatch.setattr(figures.style.paths, "FIGURES", tmp_path)
    many = [
        replace(network, experiment=replace(network.experiment, n_train=n, seed=seed))
        for n in range(100, 1100, 100)
        for seed in (1, 2)
    ]
    fig = figures.beside(
        "rows", figures.plot_gaps, [network], many, height=2.0, row=0.5, label=figures.by_remedy
    )
    assert fig.get_figheight() == pytest.approx(2 + 1 + 10 * 0.5)
    more, few = (ax.get_subplotspec().get_gridspec().get_height_ratios() for ax in fig.axes)
    assert more == few == [6.0, 2.0]


def test_tuning_names_what_was_changed(network, ax):
    base = network.estimator
    variants = {
        "as it is": base,
        "kernel 16": replace(base, kernel=16),
        "learning rate 0.01": replace(base, training=replace(base.training, learning_rate=1e-2)),
        "normalise": replace(base, normalise=True),
    }
    results = [
        replace(network, experiment=replace(network.experiment, estimator=variant))
        for variant in variants.values()
    ]
    figures.plot_variants(results, ax)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list(variants)
    shown = [bar.lines[0].get_xdata()[0] for bar in ax.containers]
    assert shown == [metrics.accuracy(network.validation).value] * len(variants)


def test_relative_accuracy_is_a_ratio_to_the_limit_on_the_same_spectra(noisy, ax):
    """Of each method the largest training set counts; one noise level makes no line."""
    small, large, limit = noisy
    results = []
    for level in (0.25, 0.5, 1.0):
        for result, estimators in ((small, METHODS), (large, METHODS), (limit, [limit.estimator])):
            at = [replace(result.experiment, snr=level, estimator=e) for e in estimators]
            results += [replace(result, experiment=experiment) for experiment in at]
    once = replace(small.experiment, estimator=NearestNeighbours(), snr=1.0)
    figures.plot_relative_accuracy([*results, replace(small, experiment=once)], ax)
    part = metrics.accuracy(large.test).value / metrics.accuracy(limit.test).value
    shown = errorbars(ax)
    assert set(shown) == {method.label for method in METHODS}
    for bar in ax.containers:
        x, y = bar.lines[0].get_data()
        assert list(x) == [0.25, 0.5, 1.0]
        assert y == pytest.approx([part] * 3)
        assert bar.lines[0].get_color() == figures.colour(bar.get_label())
    assert {text.get_text() for text in ax.texts} == {*shown, "Bayes limit"}


def perturbed(result, name):
    return replace(result, experiment=replace(result.experiment, altered=name))


def test_on_perturbed_spectra_the_bayes_limit_is_not_called_one(noisy, ax):
    _, knn, limit = noisy
    results = [knn, limit, *(perturbed(r, "no lines") for r in (knn, limit))]
    figures.plot_perturbations(results, ax)
    shown = errorbars(ax)
    assert set(shown) == {"k-NN", "Bayes limit", "Bayes rule for unperturbed spectra"}
    assert {len(x) for x, _ in shown.values()} == {1, 2}
    rows = [text.get_text() for text in ax.get_yticklabels()]
    assert rows[::-1] == ["as they are", "no lines"]
    named = {bar.get_label(): bar.lines[0] for bar in ax.containers}
    assert round(named["Bayes limit"].get_ydata()[0]) == rows.index("as they are")
    rule = named["Bayes rule for unperturbed spectra"]
    assert round(rule.get_ydata()[0]) == rows.index("no lines")
    assert rule.get_color() == figures.colour("Bayes limit")
    assert rule.get_markerfacecolor() == "white"


def test_error_distribution_is_the_fraction_beyond(results, ax):
    figures.plot_error_distribution(results[:1], ax, figures.by_noise)
    line = next(line for line in ax.lines if line.get_label() == "clean")
    x, y = line.get_data()
    error = np.abs(metrics.relative_error(results[0].test))
    for value, fraction in list(zip(x, y, strict=True))[::17]:
        assert np.mean(error.clip(1e-6) >= value) == pytest.approx(fraction)


def test_confusion_counts_every_test_spectrum(results, ax):
    figures.plot_confusion(results, ax)
    assert ax.collections[0].get_array().sum() == 80


def test_histories_are_those_of_the_result(network):
    fig, axes = figures.subplots(1, 2)
    figures.plot_histories([network], axes[0], figures.by_depth)
    line = next(line for line in axes[0, 1].lines if line.get_label() == "3 layers")
    np.testing.assert_array_equal(line.get_ydata(), network.history.validation_accuracy)
    plt.close(fig)


def test_architecture_prints_shapes_and_counts(ax):
    rows = layer_table(CNN().build(1800))
    figures.plot_architecture(rows, ax)
    printed = {text.get_text() for text in ax.texts}
    assert {"900 × 16", "2,880,800", "Conv1D"} <= printed


def test_bars_name_each_result_once(results, ax):
    figures.plot_accuracy_bars(results[:2], ax, figures.by_method)
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["k-NN\n100 spectra", "k-NN\n300 spectra"]


def test_checks_are_marked_by_their_verdict(ax):
    def check(value, reach, trainings=0):
        contrast = Contrast(2, "3 layers minus 1", "N spectra", "clean", "100", ())
        found = Effect(value, value - reach, value + reach, 0.001, trainings)
        return claims.Check(contrast, {"exact class": found}, (), p_value=0.001)

    checks = (check(0.1, 0.01), check(-0.1, 0.01), check(0.0, 0.002), check(0.1, 0.01, 1))
    missing = claims.Check(checks[0].contrast, {}, ())
    figures.plot_checks(claims.Claim(2, "", (*checks, missing)), ax)
    names = [bar.get_label() for bar in ax.containers]
    assert names == ["holds", "reversed", "no difference", "undecided"]
    assert ax.containers[3].lines[0].get_markerfacecolor() == "white"
    assert len(ax.get_yticklabels()) == 4


def test_data_figures_show_what_the_package_computes(library, grid, ax):
    sample = draw_sample(library, "train", 2000, White(1.0), grid, 1)
    figures.plot_class_counts(sample, ax)
    assert ax.patches[0].get_data().values.sum() == 2000
    assert len(ax.patches[0].get_data().edges) == CLASSES.n + 1
    fig, axes = figures.subplots(2, 3)
    figures.plot_templates(load_templates(), axes[0, 0])
    assert len(axes[0, 0].lines) == 31 + 2
    figures.plot_redshifting(library, 3, [1.0, 1.5], get_grid("paper"), axes[0, 1])
    figures.plot_splits(library, axes[1])
    figures.plot_seds(library, [1, 2], [axes[0, 2], axes[0, 0]])
    plt.close(fig)


def test_results_of_one_label_share_a_row(results, ax):
    figures.plot_accuracy_bars(results[:2], ax, lambda result: "one")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["one"]
    mean = np.mean([metrics.accuracy(result.test).value for result in results[:2]])
    assert f"{100 * mean:.1f} %" in [text.get_text() for text in ax.texts]
    at = {bar.lines[0].get_ydata()[0] for bar in ax.containers}
    assert len(at) == 2


def test_what_is_computed_here_stands_below_what_is_archived(results, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "FIGURES", tmp_path)
    fig = figures.beside(
        "both", figures.plot_accuracy_bars, results[:2], results[2:], label=figures.by_depth
    )
    titles = [ax.get_title(loc="left") for ax in fig.axes]
    assert titles[0].startswith("archived at paper scale, commit ")
    assert titles[1].startswith("computed here, commit ")
    for own, archived in ((results[:2], []), ([], results[2:])):
        alone = figures.beside(
            "one", figures.plot_accuracy_bars, own, archived, label=figures.by_depth
        )
        assert len(alone.axes) == 1
        assert alone.axes[0].get_title(loc="left") == ""  # nothing to tell apart
    assert plt.get_fignums() == []  # a notebook shows what is returned, once


def test_a_conclusion_is_kept_beside_its_figure(results, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "FIGURES", tmp_path)
    figures.beside(
        "said",
        figures.plot_accuracy_bars,
        results[:1],
        results,
        label=figures.by_depth,
        says=lambda shown: f"{len(shown)} results.",
    )
    assert (tmp_path / "said.txt").read_text() == f"{len(results)} results."


def test_the_same_figure_gives_the_same_file(results, tmp_path, monkeypatch):
    contents = []
    for name in ("a", "b"):
        monkeypatch.setattr(paths, "FIGURES", tmp_path / name)
        fig, axes = figures.subplots()
        figures.plot_gap_against_n(results, axes[0, 0])
        figures.save(fig, "gap")
        contents.append((tmp_path / name / "gap.svg").read_bytes())
        plt.close(fig)
    assert contents[0] == contents[1]


def test_every_method_has_a_colour_of_its_own():
    labels = [estimator_class(name).label for name in REGISTRY if name != "sklearn"]
    colours = {figures.colour(label) for label in labels}
    assert len(colours) == len(labels)
    for name in ("ExtraTreesClassifier", "AdaBoostClassifier"):  # one from outside has none of them
        assert figures.colour(Sklearn(f"sklearn.ensemble:{name}").label) not in colours


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    """k-NN at two sizes and the Bayes limit on the same noisy spectra."""
    store = Store(tmp_path_factory.mktemp("store"))
    return run(with_limits([replace(KNN, n_train=n, snr=1.0) for n in SIZES]), store)


@pytest.mark.parametrize("n_test", [1, 4, 80])
def test_few_test_spectra_fill_fewer_bins_of_line_snr(tmp_path, ax, n_test):
    few = run([replace(KNN, snr=1.0, n_test=n_test)], Store(tmp_path))
    figures.plot_accuracy_by_line_snr(few, ax)
    (line,) = [line for line in ax.lines if len(line.get_xdata())][:1]
    assert len(line.get_xdata()) == min(5, n_test)


def dashed(ax):
    return [line for line in ax.lines if line.get_linestyle() == "--"]


def test_the_limit_is_the_ceiling_of_every_accuracy_figure(noisy, ax):
    ceiling = metrics.accuracy(noisy[-1].test).value
    assert noisy[-1].label == "Bayes limit"
    figures.plot_accuracy_against_n(noisy, ax)
    assert [line.get_ydata()[0] for line in dashed(ax)] == [ceiling]
    ax.clear()
    figures.plot_data_efficiency(noisy, ax)
    assert [line.get_ydata()[0] for line in dashed(ax)] == [ceiling]
    assert set(errorbars(ax)) == {"k-NN"}
    ax.clear()
    figures.plot_accuracy_bars(noisy, ax, label=figures.by_method)
    assert ceiling in [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata())]
    assert len(ax.get_yticklabels()) == 2
    ax.clear()
    figures.plot_accuracy_against_snr(noisy, ax)
    limit = next(li for li in ax.lines if li.get_label() == "Bayes limit, exact class")
    assert limit.get_ydata() == [ceiling]


def test_convergence_is_drawn_as_differences_on_the_same_spectra(tmp_path, noisy, ax):
    whole = noisy[-1].experiment
    few = replace(whole, estimator=replace(whole.estimator, continua=2))
    unknown = replace(whole, estimator=replace(whole.estimator, known_noise=False))
    results = [noisy[-1], *run([few, unknown], Store(tmp_path))]
    figures.plot_convergence(results, ax)
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names == ["continua 2", "unknown noise"]
    (x, y) = errorbars(ax)["_difference"]
    wanted = metrics.compare(results[1].test, results[0].test).difference.value
    assert x[list(y).index(1)] == pytest.approx(100 * wanted)
    assert ax.get_xlabel()


def test_scatter_is_drawn_beside_its_bound(ax):
    errors = [scale * np.random.default_rng(1).standard_normal(200) for scale in (2e-3, 1e-3)]
    figures.plot_cramer_rao([1.0, 2.0], [2e-3, 1e-3], errors, ax)
    (x, y) = errorbars(ax)["scatter of the likelihood's maximum"]
    np.testing.assert_allclose(x, [1, 2])
    np.testing.assert_allclose(y, [error.std() for error in errors])
    random = next(line for line in ax.lines if line.get_label() == "redshifts at random")
    assert random.get_ydata()[0] == pytest.approx(0.8 / np.sqrt(12))
    assert is_labelled(ax)


def test_figures_of_probabilities_show_what_metrics_say(noisy, ax):
    chosen = figures.with_probability(noisy)
    # The most trained of each method.
    assert {r.label: r.n_train for r in chosen} == {
        "k-NN": 300,
        "Bayes limit": 200,
    }
    figures.plot_reliability(noisy, ax)
    assert is_labelled(ax)
    (x, y) = errorbars(ax)["k-NN, 300"]
    bins = metrics.reliability(next(r for r in chosen if r.label == "k-NN").test)
    np.testing.assert_allclose(x, [stated for stated, _, _ in bins])
    np.testing.assert_allclose(y, [observed.value for _, observed, _ in bins])
    ax.clear()
    figures.plot_pit(noisy, ax)
    assert is_labelled(ax)
    for patch in ax.patches:
        if hasattr(patch, "get_data"):
            assert np.mean(patch.get_data().values) == pytest.approx(1)


def rows_of(fig):
    text = figures.figure_data(fig)
    return list(csv.DictReader(line for line in text.splitlines() if line[0] != "#"))


def test_the_data_file_of_a_figure_holds_its_numbers(results, ax):
    figures.plot_accuracy_against_n(results, ax)
    rows = rows_of(ax.figure)
    for level in LEVELS:
        of_level = [r for r in results if r.snr == level]
        named = [row for row in rows if row["series"] == f"{figures.noise_label(level)}, test"]
        series = [row for row in named if row["kind"] == "points"]
        for row, result in zip(series, of_level, strict=True):
            interval = metrics.accuracy(result.test)
            assert float(row["x"]) == result.n_train
            found = [float(row[column]) for column in ("y", "y_low", "y_high")]
            assert found == pytest.approx((interval.value, interval.low, interval.high), rel=1e-6)
    assert "x: training spectra (thousands); y: exact-class accuracy" in figures.figure_data(
        ax.figure
    )


def test_the_data_file_names_what_an_axis_names(results, ax):
    figures.plot_accuracy_bars(results, ax, figures.by_method)
    named = {row["name"] for row in rows_of(ax.figure) if row["kind"] == "points"}
    assert named == {f"k-NN, {n} spectra" for n in SIZES}


def test_the_data_file_holds_steps_cells_and_guides(ax):
    ax.stairs([3, 4], [0, 1, 2], label="counts")
    ax.pcolormesh([0, 1, 2], [5, 6], np.ma.masked_equal([[7, 0]], 0))
    ax.axvline(1.5, label="limit")
    ax.axhspan(0.2, 0.4)
    ax.bar([3], [8], width=1)
    ax.text(0.1, 0.2, "a note", transform=ax.transAxes)
    rows = rows_of(ax.figure)
    kinds = {row["kind"]: row for row in rows}
    assert [(r["x_low"], r["x_high"], r["y"]) for r in rows if r["kind"] == "step"] == [
        ("0", "1", "3"),
        ("1", "2", "4"),
    ]
    cell = kinds["cell"]
    assert [cell[c] for c in ("x_low", "x_high", "y_low", "y_high", "value")] == list("01567")
    assert (kinds["guide"]["series"], kinds["guide"]["x"]) == ("limit", "1.5")
    ends = ("x_low", "x_high", "y_low", "y_high")
    assert [kinds["band"][c] for c in ends] == ["", "", "0.2", "0.4"]
    assert [kinds["bar"][c] for c in ends] == ["2.5", "3.5", "0", "8"]
    assert (kinds["text"]["series"], kinds["text"]["x"]) == ("a note", "")


def test_an_artist_that_cannot_be_read_is_an_error_not_a_gap(ax):
    ax.add_patch(Ellipse((0, 0), 1, 1))
    with pytest.raises(TypeError, match="numbers of a Ellipse"):
        figures.figure_data(ax.figure)


def test_many_decades_are_labelled_once_each(ax):
    ax.plot([1, 2], [1e-8, 1])
    ax.set(yscale="log")
    figures.style.plain_log(ax.yaxis)
    ticks = np.log10(ax.get_yticks())
    np.testing.assert_allclose(ticks, np.round(ticks), atol=1e-9)


def test_the_settings_of_a_reader_do_not_change_a_figure(results, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "FIGURES", tmp_path)
    drawn = []
    for face in ("white", "red"):
        with plt.rc_context({"axes.facecolor": face, "font.family": "serif", "axes.grid": False}):
            figures.draw("bars", figures.plot_accuracy_bars, results[:2], label=figures.by_method)
        drawn.append((tmp_path / "bars.svg").read_bytes())
    assert drawn[0] == drawn[1]


def test_the_setting_that_is_used_is_filled(results, tmp_path, monkeypatch):
    """A row for each setting; one without a result is empty."""
    monkeypatch.setattr(paths, "FIGURES", tmp_path)
    budget = Budget(n_train=100, layers=[3], tried=2, epochs=1, min_updates=1, n_test=80)
    settings = budget.candidates()["k-NN"]
    used = chosen("k-NN", 1.0)
    assert used not in settings
    monkeypatch.setitem(CHOSEN["k-NN"], "noisy", "k 3")
    made = [replace(results[0], experiment=e) for e in budget.tried_at(1.0)["k-NN"].values()]
    fig, axes = figures.subplots(1, 2)
    figures.plot_budget(budget, made, axes.ravel().tolist())
    assert len(axes[0, 0].containers) == 0
    faces = [bar.lines[0].get_markerfacecolor() for bar in axes[0, 1].containers]
    assert faces == ["white", figures.colour("k-NN")]
    assert len(axes[0, 0].get_yticklabels()) == 10
    plt.close(fig)

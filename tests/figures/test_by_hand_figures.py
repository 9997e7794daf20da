"""The numbers that the figures of a network by hand show."""

import csv

import numpy as np
import pytest
from matplotlib import pyplot as plt

from specz import figures
from specz.estimators import tiny_network as tiny
from specz.estimators.cnn import CNN, layer_table
from specz.estimators.descent import Descent
from specz.study import by_hand

X = np.array([0.0, 0.1, 0.2, 1.0, 3.0, 5.0, 2.0, 0.5, 0.0, 0.2, 0.1])
LABEL = np.array([1])


@pytest.fixture
def draw():
    """Draw a figure and return the rows of its data file."""

    def drawn(plot, *shown, n, **options):
        fig, axes = figures.subplots(1, n)
        panels = axes.ravel().tolist()
        plot(*shown, **({"axes": panels} if n > 1 else {"ax": panels[0]}), **options)
        text = figures.figure_data(fig)
        return list(csv.DictReader(line for line in text.splitlines() if line[0] != "#"))

    yield drawn
    plt.close("all")


def texts(rows, panel=1):
    of_panel = [row for row in rows if row["panel"] == str(panel)]
    return [
        row["series"].replace("\N{MINUS SIGN}", "-") for row in of_panel if row["kind"] == "text"
    ]


def line(rows, series):
    points = [(row["x"], row["y"]) for row in rows if row["series"] == series]
    return np.array(points, dtype=float)


@pytest.mark.parametrize("at", [2, 7])
def test_a_convolution_prints_its_pixels_products_sum_and_answers(draw, at):
    kernel = by_hand.START.kernel
    edges = by_hand.GRID.edges[by_hand.WINDOW.start : by_hand.WINDOW.stop + 1]
    rows = draw(figures.plot_convolution, X, kernel, edges, at, n=2)
    printed = texts(rows, panel=2)
    steps = [(float(row["x_low"]), float(row["y"])) for row in rows if row["kind"] == "step"]
    np.testing.assert_allclose(steps, np.column_stack([edges[:-1], X]))
    answers = tiny.convolve(X, kernel)
    for values in (X, kernel * X[at : at + 3], answers):
        assert {f"{value:.1f}" for value in values} <= set(printed)
    assert f"sum {answers[at]:.1f}" in printed


def test_activations_are_drawn_above_their_slopes(draw):
    rows = draw(figures.plot_activations, n=2)
    for name in ("sigmoid", "tanh", "ReLU"):
        curve, slope = np.split(line(rows, name), 2)
        numeric = np.gradient(curve[:, 1], curve[:, 0])
        away = np.abs(curve[:, 0]) > 0.02  # from the corner of ReLU
        np.testing.assert_allclose(slope[away, 1], numeric[away], atol=1e-3)


def test_shortening_shows_what_stride_and_pooling_keep_and_the_layers_of_the_network(draw):
    network = CNN()
    layers = [r for r in layer_table(network.build(1800)) if r.kind == "Conv1D"]
    answers = np.arange(9.0) - 2
    rows = draw(figures.plot_shortening, answers, by_hand.GRID, layers, [8, 22, 50], n=2)
    printed = texts(rows)
    assert printed[printed.index("stride 2") + 1 :][:5] == ["0.0", "0.0", "2.0", "4.0", "6.0"]
    assert printed[printed.index("max of 3") + 1 :] == ["0.0", "3.0", "6.0"]
    lengths = [float(row["x_high"]) for row in rows if row["panel"] == "2" and row["kind"] == "bar"]
    assert lengths == [1800, 900, 450, 225]
    assert any("sees 50 pixels, 250 Å" in text for text in texts(rows, panel=2))


def test_softmax_shows_logits_probabilities_and_the_loss_of_the_true_class(draw):
    found = tiny.forward(by_hand.START, X[None])
    rows = draw(figures.plot_softmax, found, 1, n=3)
    for panel, values in ((1, found.logits[0]), (2, found.p[0])):
        assert texts(rows, panel) == [f"{value:.2f}" for value in values]
    ((p, loss),) = line(rows, "this spectrum")
    assert p == pytest.approx(found.p[0, 1])
    assert loss == pytest.approx(tiny.loss(by_hand.START, X[None], LABEL))


def test_the_chain_rule_is_printed_and_its_sum_is_the_slope_of_the_tangent(draw):
    weights, j = by_hand.START, 1
    back = tiny.backward(weights, X[None], LABEL)
    turned = np.linspace(0, 4, 401)
    losses = np.array([tiny.loss(weights.with_kernel(j, w), X[None], LABEL) for w in turned])
    rows = draw(figures.plot_chain_rule, back, j, 2.0, (turned, losses), n=2)
    slope = tiny.gradient(weights, X[None], LABEL).kernel[j]
    assert f"sum {slope:.2f}" in texts(rows)
    tangent = line(rows, "slope by the chain rule")
    np.testing.assert_allclose(np.polyfit(*tangent.T, 1)[0], slope, rtol=1e-4)


def test_each_rule_is_named_at_its_best_learning_rate_and_drawn_at_all(draw):
    runs = {
        rule: {rate: Descent(np.array([1.0, rate]), by_hand.START) for rate in (0.1, 0.3)}
        for rule in by_hand.RULES
    }
    best = {"gradient descent": 0.3, "Adam": 0.1}
    rows = draw(figures.plot_descents, runs, best, n=1)
    for rule in runs:
        for rate in (0.1, 0.3):
            assert line(rows, f"{rule}, learning rate {rate:g}")[-1, 1] == rate
    (ax,) = plt.gcf().axes
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        *("gradient descent, learning rate 0.3", "Adam, learning rate 0.1")
    ]


def test_the_epoch_of_the_lowest_validation_loss_is_marked(draw):
    history = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.0, 1.5, 1.8]}
    rows = draw(figures.plot_epochs, history, n=1)
    assert line(rows, "validation").tolist() == [[1, 2], [2, 1.5], [3, 1.8]]
    (mark,) = [row["x"] for row in rows if row["kind"] == "guide"]
    assert mark == "2"


def test_filters_are_drawn_before_and_after_training_with_the_line_beside_them(draw):
    before, after = np.random.default_rng(1).normal(size=(2, 16, 2))
    fit = by_hand.fit_line(after)
    rows = draw(figures.plot_trained_filters, before, after, fit, 5.0, n=2)
    shown = line(rows, "after training")
    np.testing.assert_allclose(shown[:, 1], after.T.ravel(), rtol=1e-6)
    np.testing.assert_allclose(shown[:16, 0], 5 * np.arange(16))
    np.testing.assert_allclose(line(rows, "an emission line")[:, 1], fit.line.T.ravel(), rtol=1e-6)

"""The page that does a network by hand: its spectra, its solutions, and what its captions say."""

import numpy as np
import pytest

from specz.common import paths
from specz.estimators.cnn import CNN
from specz.site import notebooks
from specz.spectra.grid import CLASSES
from specz.study import by_hand
from specz.study.profiles import profile_study


@pytest.fixture(scope="module")
def page():
    """Variables of the page after its first cells, and its cells by tag."""
    cells = [c for c in notebooks.read_notebook("by_hand").cells if c.cell_type == "code"]
    names = {}
    for cell in cells[:2]:
        exec(cell.source, names)
    tagged = {
        tag: [c.source for c in cells if tag in c.metadata.get("tags", [])]
        for tag in ("hide-cell", "show-input")
    }
    return names, tagged


@pytest.fixture(scope="module")
def solutions(page):
    """Variables after each of the solutions on the page."""
    names, tagged = page
    found = []
    for source in tagged["hide-cell"]:
        after = {**names, "ours": by_hand.START, "network": CNN()}  # of cells between
        exec(source, after)
        found.append(after)
    assert len(found) == 5
    return found


def test_the_solution_on_slopes_changes_its_sign_at_the_peak(solutions):
    names = solutions[0]
    x, peak = names["pixels"], names["peak"]
    np.testing.assert_allclose(names["slopes"], x[2:] - x[:-2])
    assert x[peak] == x.max()
    assert names["slopes"][peak - 2] > 0.5 > -0.5 > names["slopes"][peak]


def test_the_solution_on_two_layers_finds_one_kernel(solutions):
    names = solutions[1]
    assert names["single"].tolist() == [-1, 1, 1, -1]
    np.testing.assert_allclose(names["once"], names["twice"], atol=1e-12)


def test_the_solution_on_depth_sees_both_lines_and_a_layer_less_does_not(solutions):
    names = solutions[2]
    assert names["depth"] == 7
    assert names["distance"] == pytest.approx((6564.61 - 5008.24) * 2.4 / 5)
    below, enough = names["seen"][names["depth"] - 2 : names["depth"]]
    assert below <= names["distance"] < enough


def test_the_solution_on_softmax_leaves_the_probabilities_and_costs_ln_800(solutions):
    names = solutions[3]
    np.testing.assert_allclose(names["shifted"], names["p"], atol=1e-12)
    assert names["equal"] == pytest.approx(np.log(800))


def test_the_solution_on_adam_steps_by_the_learning_rate(solutions):
    np.testing.assert_allclose(solutions[4]["steps"], [0.01, -0.01, 0.01], rtol=1e-3)


def test_the_line_is_in_the_third_that_the_label_says():
    """The mean of many windows of one class peaks at a pixel under its answers."""
    windows = by_hand.line_windows(300, seed=5)
    assert windows.x.shape == (300, 11)
    for k in range(3):
        peak = int(windows.x[windows.label == k].mean(axis=0).argmax())
        assert (peak - 1) // 3 == k


def test_the_example_can_be_done_with_a_pencil():
    windows = by_hand.line_windows(30, seed=1)
    x, label = by_hand.pencil_example(windows)
    assert label.tolist() == [1]
    np.testing.assert_array_equal(x, np.round(x, 1))
    first = windows.x[windows.label == 1][0]
    np.testing.assert_allclose(x[0], first, atol=0.0501)


def test_whole_spectra_have_coarse_classes_and_the_splits_differ():
    train, validation = (by_hand.few_spectra(s, 200, 1.0, 1) for s in ("train", "validation"))
    assert train.x.shape == (200, by_hand.GRID.n_pixels)
    assert set(train.label) == set(range(by_hand.COARSE))
    assert CLASSES.n % by_hand.COARSE == 0
    assert not np.allclose(train.x, validation.x)


def test_a_line_is_most_like_itself_wherever_it_stands():
    lines = np.exp(-0.5 * ((np.arange(16)[:, None] - [3, 9]) / 1.576) ** 2)
    noise = np.random.default_rng(1).normal(size=(16, 50))
    fit = by_hand.fit_line(np.hstack([5 * lines, noise]))
    np.testing.assert_allclose(fit.cosine[:2], 1, atol=1e-4)
    np.testing.assert_allclose(fit.line[:, :2], 5 * lines, atol=0.05)
    assert fit.cosine[2:].max() < 0.9


def test_adam_needs_fewer_steps_and_both_rules_fail_at_the_largest_rate():
    """As the caption says."""
    runs = by_hand.compare_rules(by_hand.line_windows(90, seed=1), 100)
    plain, adam = (runs[rule][by_hand.best_rate(runs[rule])].losses for rule in by_hand.RULES)
    assert plain[0] == adam[0]
    assert np.argmax(adam <= plain.min()) < 50
    for each in runs.values():
        assert each[max(by_hand.RATES)].losses[-1] > 1
        assert by_hand.best_rate(each) not in (min(by_hand.RATES), max(by_hand.RATES))


@pytest.mark.slow
def test_the_network_in_the_open_overfits_and_learns_the_line(page):
    """As the captions say: the visible cells are run as they stand."""
    names, tagged = page
    names = {**names, "keras": names["load_keras"]()}
    names["n_pixels"], names["n_classes"] = by_hand.GRID.n_pixels, by_hand.COARSE
    for name, split in (("train", "train"), ("unseen", "validation")):
        names[name] = by_hand.few_spectra(split, names["n_spectra"], names["snr"], names["seed"])
    for source in tagged["show-input"]:
        exec(source, names)
    history = names["history"]
    lowest = int(np.argmin(history["val_loss"]))
    assert history["val_loss"][-1] > 1.1 * history["val_loss"][lowest]
    assert history["loss"][-1] < 0.5 * history["loss"][lowest]
    filters = names["model"].get_layer("filters").get_weights()[0][:, 0]
    cosine, norm = by_hand.fit_line(filters).cosine, np.linalg.norm(filters, axis=0)
    assert cosine[np.argmax(norm)] > 0.8
    assert cosine[norm > np.median(norm)].min() > cosine[norm < np.median(norm)].max()


def test_the_page_is_the_same_at_every_profile():
    for profile in paths.PROFILES.glob("*.toml"):
        assert profile_study(profile.stem, "by_hand") == by_hand.ByHand()

"""Trees for many classes are scikit-learn's, split for split."""

import warnings

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from specz.estimators.trees import LEAF, MANY, grow, probabilities


def _spectra(seed: int, n: int, pixels: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Values with ties, near ties, pixels that are alike everywhere and pixels alike in a half."""
    rng = np.random.default_rng(seed)
    flux = rng.normal(size=(n, pixels)).astype(np.float32)
    flux[:, ::4] = np.round(2 * flux[:, ::4]) / 2
    flux[:, 1] = 3
    flux[: n // 2, 2] = 0
    flux[:, 3] = 1 + 1e-7 * rng.integers(0, 3, n)
    labels = rng.integers(0, classes, n)
    labels[:classes] = np.arange(classes)
    return flux, labels


def _peer(
    flux: np.ndarray, labels: np.ndarray, trees: int, features: int, seed: int
) -> RandomForestClassifier:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # many classes
        forest = RandomForestClassifier(trees, max_features=features, random_state=seed)
        return forest.fit(flux, labels)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("n", "pixels", "classes", "features"), [(300, 40, 20, 6), (200, 30, 5, 30), (700, 20, 500, 4)]
)
def test_trees_are_those_of_scikit_learn(seed, n, pixels, classes, features):
    flux, labels = _spectra(seed, n, pixels, classes)
    trees = grow(flux, labels, 2, features, seed)
    peer = _peer(flux, labels, 2, features, seed)
    for ours, theirs in zip(trees, (e.tree_ for e in peer.estimators_), strict=True):
        inner = theirs.feature >= 0
        np.testing.assert_array_equal(ours.feature, np.where(inner, theirs.feature, LEAF))
        np.testing.assert_array_equal(ours.threshold[inner], theirs.threshold[inner])
        np.testing.assert_array_equal(ours.first[inner], theirs.children_left[inner])
        np.testing.assert_array_equal(ours.second[inner], theirs.children_right[inner])
    unseen, _ = _spectra(seed + 100, 600, pixels, classes)
    np.testing.assert_allclose(
        probabilities(trees, labels, unseen, classes), peer.predict_proba(unseen), atol=1e-12
    )


def test_large_nodes_that_keep_their_order_split_as_others():
    flux, labels = _spectra(1, 5000, 12, 30)
    (tree,), (peer,) = grow(flux, labels, 1, 3, 1), _peer(flux, labels, 1, 3, 1).estimators_
    inner = peer.tree_.feature >= 0
    size = peer.tree_.n_node_samples
    assert np.count_nonzero((size >= MANY) & (size <= size[0] / 2)) > 0
    np.testing.assert_array_equal(tree.feature, np.where(inner, peer.tree_.feature, LEAF))
    np.testing.assert_array_equal(tree.threshold[inner], peer.tree_.threshold[inner])


def test_spectra_alike_share_a_leaf():
    """No threshold parts equal spectra of different classes: the leaf gives the share of each."""
    flux = np.ones((40, 3), dtype=np.float32)
    labels = np.arange(40) % 4
    peer = _peer(flux, labels, 3, 2, 0)
    ours = probabilities(grow(flux, labels, 3, 2, 0), labels, flux[:1], 5)
    np.testing.assert_allclose(ours[:, :4], peer.predict_proba(flux[:1]), atol=1e-12)
    assert ours[0, 4] == 0


def test_no_spectra_no_probabilities():
    flux, labels = _spectra(0, 50, 8, 3)
    assert probabilities(grow(flux, labels, 1, 3, 0), labels, flux[:0], 3).shape == (0, 3)

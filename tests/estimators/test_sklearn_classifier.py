"""Estimators of the package are classifiers of scikit-learn."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from specz.estimators.sklearn_classifier import SpeczClassifier

METHODS = (
    {"name": "knn", "neighbours": (1, 3)},
    {"name": "forest", "trees": 20, "features": 2},
    {"name": "linear_svm", "c": 10.0},
    {"name": "kernel_svm", "c": 10.0},
)


@parametrize_with_checks([SpeczClassifier(method) for method in METHODS])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def doubles(n, rng):
    """Spectra of 64 pixels with a line in one of three places, and its name."""
    names = rng.choice(["blue", "green", "red"], n)
    flux = rng.normal(1.0, 0.1, (n, 64)).astype(np.float32)
    flux[np.arange(n), 8 + 20 * np.searchsorted(["blue", "green", "red"], names)] += 2
    return flux, names


@pytest.mark.parametrize("name", ["cnn", "forest", "knn"])
def test_labels_of_any_kind_are_learned(name):
    rng = np.random.default_rng(1)
    short = {"layers": 1, "training": {"epochs": 40, "min_updates": 0}} if name == "cnn" else {}
    classifier = SpeczClassifier({"name": name, **short}, random_state=3)
    classifier.fit(*doubles(400, rng))
    flux, names = doubles(200, rng)
    assert classifier.score(flux, names) > 0.95
    np.testing.assert_allclose(classifier.predict_proba(flux).sum(axis=1), 1, rtol=1e-6)


def test_it_can_be_searched():
    rng = np.random.default_rng(2)
    settings = {"method": [{"name": "forest", "trees": n, "features": 8} for n in (1, 20)]}
    search = GridSearchCV(SpeczClassifier(random_state=1), settings, cv=2)
    search.fit(*doubles(120, rng))
    assert search.best_params_["method"]["trees"] == 20


@pytest.mark.parametrize(
    ("settings", "y", "says"),
    [
        ({"method": "forrest"}, [0, 1], "'forest'"),
        ({"validation": 2.0}, [0, 1], "validation"),
        ({}, [0.5, 1.5], "continuous"),
        ({"method": "template_fit"}, [0, 1], "library"),
    ],
)
def test_what_it_cannot_do_is_said(settings, y, says):
    with pytest.raises((ValueError, TypeError), match=says):
        SpeczClassifier(**settings).fit(np.ones((2, 64)), y)

import re
import sys

import numpy as np
import pytest
import sklearn

from specz import metrics
from specz.common.store import Store
from specz.estimators.base import Estimator, uses_seed
from specz.estimators.registry import estimator_name, make_estimator
from specz.estimators.sklearn_adapter import Sklearn
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import fit_recipe, result_recipe
from specz.experiments.run import run
from specz.metrics.predictions import predict
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample

TREES = Sklearn("sklearn.ensemble:ExtraTreesClassifier", {"n_estimators": 5})
RIDGE = Sklearn("sklearn.linear_model:RidgeClassifier")
NEIGHBOURS = Sklearn("sklearn.neighbors:KNeighborsClassifier", {"n_neighbors": 1})
SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)


def experiment(estimator):
    return Experiment(estimator, 100, n_validation=20, n_test=40, library=SMALL)


@pytest.fixture
def train(library, grid):
    return draw_sample(library, "train", 150, White(np.inf), grid, 1)


@pytest.fixture
def validation(library, grid):
    return draw_sample(library, "validation", 30, White(np.inf), grid, 1)


def test_a_classifier_recovers_what_it_has_seen_and_gives_probabilities(train, validation):
    found = predict(TREES.fit(train, validation, seed=1), train)
    assert found.has_probability
    assert metrics.accuracy(found).value > 0.9
    again = predict(TREES.fit(train, validation, seed=1), validation)
    np.testing.assert_array_equal(
        again.predicted, predict(TREES.fit(train, validation, seed=1), validation).predicted
    )


def test_a_classifier_that_gives_no_probabilities_answers_with_a_class(train, validation):
    found = predict(RIDGE.fit(train, validation, seed=1), train)
    assert not found.has_probability
    assert metrics.accuracy(found).value > 0.9


def test_the_seed_counts_where_chance_has_a_part(train, validation):
    assert uses_seed(TREES)
    assert not uses_seed(NEIGHBOURS)
    for estimator in (TREES, NEIGHBOURS):
        one, other = (
            predict(estimator.fit(train, validation, seed), validation).predicted for seed in (1, 2)
        )
        assert np.array_equal(one, other) != uses_seed(estimator)


def test_a_seed_among_the_settings_is_the_one_that_counts(train, validation):
    fixed = Sklearn(TREES.classifier, {"n_estimators": 5, "random_state": 3})
    one, other = (
        predict(fixed.fit(train, validation, seed), validation).predicted for seed in (1, 2)
    )
    np.testing.assert_array_equal(one, other)


def test_it_is_asked_for_by_name_in_parameters():
    asked = {
        "name": "sklearn",
        "classifier": "sklearn.ensemble:ExtraTreesClassifier",
        "params": {"n_estimators": 5},
    }
    made = make_estimator(asked)
    assert made == TREES
    assert isinstance(made, Estimator)
    assert estimator_name(made) == "sklearn"
    with pytest.raises(TypeError, match=r"setting of sklearn: .*missing 1 .*'classifier'"):
        make_estimator("sklearn")


def test_the_order_of_settings_does_not_matter():
    one = Sklearn(TREES.classifier, {"n_estimators": 5, "max_depth": 3})
    other = Sklearn(TREES.classifier, (("max_depth", 3), ("n_estimators", 5)))
    assert one == other
    assert hash(one) == hash(other)
    assert result_recipe(experiment(one)) == result_recipe(experiment(other))


def test_the_label_is_the_class_and_its_settings():
    assert RIDGE.label == "RidgeClassifier"
    assert TREES.label == "ExtraTreesClassifier (n_estimators 5)"
    assert experiment(TREES).title == "ExtraTreesClassifier (n_estimators 5), 100 clean"


def test_a_result_is_stored_and_found_again(tmp_path):
    store = Store(tmp_path)
    first, again = (run([experiment(TREES)], store)[0] for _ in range(2))
    assert first.manifest == again.manifest
    np.testing.assert_array_equal(first.test.predicted, again.test.predicted)
    assert first.manifest["config"]["estimator"] == {
        "name": "sklearn",
        "classifier": "sklearn.ensemble:ExtraTreesClassifier",
        "params": [["n_estimators", 5]],
    }


TOY = """
class Always:
    def __init__(self, answer=5): self.answer = answer
    def get_params(self): return {"answer": self.answer}
    def fit(self, flux, label): return self
    def predict(self, flux): return [self.answer] * len(flux)


class Fixed:
    def fit(self, flux, label): return self
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A module of a distribution that is installed; return how to change its version."""
    (tmp_path / "toy_classifiers.py").write_text(TOY)
    about = tmp_path / "toy_methods-1.dist-info"
    about.mkdir()
    (about / "top_level.txt").write_text("toy_classifiers\n")

    def install(version):
        text = f"Metadata-Version: 2.1\nName: toy-methods\nVersion: {version}\n"
        (about / "METADATA").write_text(text)

    install("1.2")
    monkeypatch.syspath_prepend(tmp_path)
    yield install
    sys.modules.pop("toy_classifiers", None)


def test_the_version_of_its_distribution_counts(toy):
    own = experiment(Sklearn("toy_classifiers:Always", {"answer": 7}))
    for recipe in (result_recipe, fit_recipe):
        assert recipe(own)["versions"]["toy-methods"] == "1.2"
        assert "toy-methods" not in recipe(experiment(TREES))["versions"]
        assert recipe(experiment(TREES))["versions"]["scikit-learn"] == sklearn.__version__
    toy("1.3")
    assert result_recipe(own)["versions"]["toy-methods"] == "1.3"


WANTED = "classifier must be a path like sklearn.ensemble:ExtraTreesClassifier; "
BAD = [
    ("no_such.library:Method", "cannot import 'no_such.library' .No module named"),
    ("ExtraTreesClassifier", WANTED + "got 'ExtraTreesClassifier'"),
    (".ensemble:ExtraTreesClassifier", WANTED + "got '.ensemble:ExtraTreesClassifier'"),
    (":ExtraTreesClassifier", WANTED + "got ':ExtraTreesClassifier'"),
    ("sklearn.ensemble:ExtraTreeClassifier", "has no .*did you mean 'ExtraTreesClassifier'"),
    ("toy_classifiers:Fixed", "'toy_classifiers:Fixed' is no classifier"),
    ("sklearn.linear_model:Ridge", "'sklearn.linear_model:Ridge' is no classifier"),
    ("math:pi", "'math:pi' is no classifier"),
]


@pytest.mark.parametrize(("classifier", "message"), BAD)
def test_what_is_no_classifier_is_named_at_once(toy, classifier, message):
    with pytest.raises(ValueError, match=message):
        Sklearn(classifier)
    with pytest.raises(ValueError, match=message):
        make_estimator({"name": "sklearn", "classifier": classifier, "params": {"x": 1}})


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (
            {"n_estimator": 5},
            ValueError,
            "setting of sklearn.ensemble:ExtraTreesClassifier .*did you mean 'n_estimators'",
        ),
        (
            {"n_estimators": [5]},
            TypeError,
            r"n_estimators must be a plain value; got \[5\]",
        ),
    ],
)
def test_a_bad_setting_is_named(params, error, message):
    with pytest.raises(error, match=message):
        Sklearn(TREES.classifier, params)


@pytest.mark.parametrize("value", ["abc", 5, ["x"]])
def test_what_is_no_mapping_or_no_path_is_named(value):
    with pytest.raises(TypeError, match="params must map settings to values; got"):
        Sklearn(TREES.classifier, value)
    if not isinstance(value, str):
        with pytest.raises(TypeError, match=f"{WANTED}got {re.escape(repr(value))}"):
            Sklearn(value)

from dataclasses import fields

import pytest

from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments.result import Result
from specz.study.settings import tuned_classifier
from specz.study.studies import STUDIES
from specz.study.study import Study
from specz.study.talk import Comparison, Noise, Overfitting

TRAINED = {"epochs": 1, "min_updates": 0, "n_test": 100}
COMPARED = {"snr": 1.0, "n_common": 1000, **TRAINED}


def results_of(experiments):
    """Results of experiments that nobody ran."""
    return [Result(e, None, None, None, None, {}) for e in experiments]


def described(results):
    return [(r.method, r.n_train, r.seed) for r in results]


def test_a_comparison_trains_with_each_seed_what_uses_one():
    study = Comparison(
        methods=["cnn", "knn", "forest"], n_train=[9000, 9000, 3000], seeds=[4, 5], **COMPARED
    )
    found = study.experiments()
    assert [(e.method, e.n_train, e.seed) for e in found] == [
        *(("cnn", 1000, 4), ("cnn", 1000, 5), ("knn", 1000, 4)),
        *(("forest", 1000, 4), ("forest", 1000, 5)),
        *(("cnn", 9000, 4), ("knn", 9000, 4), ("forest", 3000, 4)),
        ("bayes", 10_000, 1),
    ]
    assert len({e.data_seed for e in found}) == 1


def test_the_results_of_a_comparison_are_picked_at_the_common_size_or_at_each_methods_own():
    study = Comparison(
        methods=["cnn", "knn", "forest"], n_train=[9000, 1000, 3000], seeds=[4, 5], **COMPARED
    )
    results = results_of(study.experiments())
    assert described(study.at_common_size(results)) == [
        *(("cnn", 1000, 4), ("cnn", 1000, 5), ("knn", 1000, 4)),
        *(("forest", 1000, 4), ("forest", 1000, 5)),
        ("bayes", 10_000, 1),
    ]
    assert described(study.at_own_size(results)) == [
        *(("knn", 1000, 4), ("cnn", 9000, 4), ("forest", 3000, 4)),
        ("bayes", 10_000, 1),
    ]


def test_a_comparison_takes_methods_with_settings_of_their_own():
    """Two settings of one method are two methods, each with a size of its own."""
    study = Comparison(
        methods=[{"name": "forest", "trees": 2}, "forest", {"name": "knn", "neighbours": [3]}],
        n_train=[3000, 1000, 2000],
        **COMPARED,
    )
    results = results_of(study.experiments())
    few, knn = Forest(trees=2), NearestNeighbours(neighbours=(3,))
    many = tuned_classifier("random forest", study.snr)
    assert few != many
    common, own = study.at_common_size(results), study.at_own_size(results)
    assert [(r.estimator, r.n_train) for r in common[:-1]] == [
        (few, 1000),
        (many, 1000),
        (knn, 1000),
    ]
    assert [(r.estimator, r.n_train) for r in own[:-1]] == [
        (many, 1000),
        (few, 3000),
        (knn, 2000),
    ]
    assert {common[-1].method, own[-1].method} == {"bayes"}


TUNED_KNN = {"name": "knn", "neighbours": [10], "metric": "cosine"}
"""What tuning chose, which the name alone gives."""


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ({"name": "forest", "tres": 2}, "methods: setting of forest must be.*did you mean 'trees'"),
        ({"name": "forrest"}, "methods: estimator must be.*did you mean 'forest'"),
        ({"name": "forest", "trees": 0}, "methods: trees must lie in"),
        ({"trees": 2}, "methods: a method must be a name or a mapping"),
        (2, "methods: a method must be a name or a mapping"),
        ("math:Sqrt", "methods: .* has no 'Sqrt'; did you mean 'sqrt'"),
        ("knn", "methods must not repeat a value"),
        (TUNED_KNN, "methods must not repeat a value"),
    ],
)
def test_a_wrong_method_of_a_comparison_is_named(method, said):
    study = Comparison(methods=["knn", method], n_train=[1000, 1000], **COMPARED)
    with pytest.raises((ValueError, TypeError), match=said):
        study.experiments()


def test_only_the_smallest_set_is_learned_from_with_every_seed():
    found = Overfitting(n_train=[500, 900], seeds=[4, 5], **TRAINED).experiments()
    networks = [e for e in found if e.method == "cnn"]
    assert [(e.n_train, e.seed) for e in networks] == [(500, 4), (500, 5)] * 4 + [(900, 4)] * 4
    assert len({e.estimator for e in networks}) == 4


def test_a_study_is_read_from_the_variables_of_a_notebook():
    given = {"snr": [2.0], "n_train": 300, **TRAINED}
    assert Noise.read(given | {"results": None}) == Noise(**given)
    with pytest.raises(TypeError, match="n_train"):
        Noise.read({name: value for name, value in given.items() if name != "n_train"})


@pytest.mark.parametrize("name", STUDIES)
def test_the_parameters_of_a_study_are_given_by_name_and_never_change(name):
    assert issubclass(STUDIES[name], Study)
    assert STUDIES[name].__dataclass_params__.frozen
    assert all(field.kw_only for field in fields(STUDIES[name]))

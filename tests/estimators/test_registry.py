import sys
from dataclasses import replace
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from specz import metrics
from specz.common import paths
from specz.common.store import Store
from specz.estimators import registry
from specz.estimators.base import Estimator, uses_seed
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.equivariant import Equivariant
from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.registry import estimator_class, estimator_name, make_estimator
from specz.estimators.svm import KernelSVM, LinearSVM
from specz.estimators.template_fit import TemplateFit
from specz.estimators.training import TrainingConfig
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import result_recipe
from specz.experiments.run import run
from specz.metrics.predictions import predict
from specz.spectra.library import SPLITS, LibraryConfig
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample

NEEDED = {"sklearn": {"classifier": "sklearn.naive_bayes:GaussianNB"}}
"""Settings without a default."""


@pytest.mark.parametrize("name", registry.REGISTRY)
def test_every_registered_estimator_keeps_the_interface(name):
    estimator = estimator_class(name)(**NEEDED.get(name, {}))
    assert isinstance(estimator, Estimator)
    assert estimator_name(estimator) == name


def test_unknown_estimator_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'knn'"):
        estimator_class("kmn")


@pytest.mark.parametrize(
    "estimator", [NearestNeighbours(), Forest(trees=10), LinearSVM(), KernelSVM()]
)
def test_classifiers_recover_what_they_have_seen(library, grid, estimator):
    train = draw_sample(library, "train", 200, White(np.inf), grid, 1)
    validation = draw_sample(library, "validation", 30, White(np.inf), grid, 1)
    fitted = estimator.fit(train, validation, seed=1)
    assert metrics.accuracy(predict(fitted, train)).value > 0.9
    again = estimator.fit(train, validation, seed=1)
    test = draw_sample(library, "test", 40, White(np.inf), grid, 1)
    np.testing.assert_array_equal(predict(fitted, test).predicted, predict(again, test).predicted)


@pytest.mark.parametrize(
    "estimator",
    [
        NearestNeighbours(),
        Forest(trees=2),
        LinearSVM(),
        KernelSVM(),
        TemplateFit(),
        BayesLimit(),
        CNN(training=TrainingConfig(epochs=1, min_updates=0)),
    ],
    ids=lambda estimator: estimator.label,
)
def test_an_estimator_says_whether_it_uses_its_seed(library, grid, estimator):
    train = draw_sample(library, "train", 200, White(1.0), grid, 1)
    validation, test = (
        draw_sample(library, split, 40, White(1.0), grid, 1) for split in SPLITS[1:]
    )
    one, other = (
        predict(estimator.fit(train, validation, seed), test).predicted for seed in (1, 2)
    )
    assert np.array_equal(one, other) != uses_seed(estimator)


def test_number_of_neighbours_is_chosen_on_validation_spectra(library, grid):
    train = draw_sample(library, "train", 300, White(np.inf), grid, 1)
    validation = draw_sample(library, "validation", 60, White(np.inf), grid, 1)
    hits = {
        k: metrics.accuracy(
            predict(NearestNeighbours((k,)).fit(train, validation, 1), validation)
        ).value
        for k in (1, 30)
    }
    assert hits[1] != hits[30]
    best = NearestNeighbours((1, 30)).fit(train, validation, 1)
    assert metrics.accuracy(predict(best, validation)).value == max(hits.values())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NearestNeighbours(()), "neighbours must be a list with at least one value"),
        (lambda: NearestNeighbours((0,)), "neighbours must lie in"),
        (lambda: Forest(trees=0), "trees must lie in"),
        (lambda: LinearSVM(c=-1.0), "c must lie in"),
        (lambda: KernelSVM(gamma=0.0), "gamma must lie in"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_estimator_is_made_from_its_name_alone_or_with_settings():
    assert make_estimator("knn") == NearestNeighbours()
    assert make_estimator("specz.estimators.forest:Forest") == Forest()
    assert make_estimator({"name": "forest"}) == Forest()
    assert make_estimator({"name": "forest", "trees": 50, "features": 4}) == Forest(50, 4)
    # A list, as YAML has them, is a tuple in a dataclass.
    assert make_estimator({"name": "knn", "neighbours": [1, 3]}) == NearestNeighbours((1, 3))


@pytest.fixture
def example(monkeypatch):
    """The worked example of book/own_estimator.md, as it stands there."""
    monkeypatch.syspath_prepend(paths.BOOK)
    import example_estimator

    return example_estimator


def test_a_stranger_adds_an_estimator_with_one_file(tmp_path, example):
    """Nothing in this package is edited, nothing registered."""
    small = LibraryConfig(n_train=300, n_validation=60, n_test=120)
    experiment = Experiment(
        make_estimator({"name": "example_estimator:ClassMean", "width": 5}),
        n_train=3000,
        n_validation=60,
        n_test=120,
        library=small,
    )
    assert experiment.estimator == example.ClassMean(width=5)
    expected = {"name": "example_estimator:ClassMean", "width": 5}
    assert experiment.config["estimator"] == expected
    assert "example_estimator" in result_recipe(experiment)["code"]
    result = run([experiment], Store(tmp_path))[0]
    near = np.abs(metrics.relative_error(result.test)) < 0.01
    assert near.mean() > 0.3  # guessing: 0.06
    assert result.label == "class mean"
    assert result.manifest["config"]["estimator"] == expected


@pytest.fixture
def entry(monkeypatch):
    """Let an installed package name estimators."""

    def add(**named):
        def entry_points(group):
            assert group == "specz.estimators"
            return [EntryPoint(name, value, group) for name, value in named.items()]

        monkeypatch.setattr(registry, "entry_points", entry_points)

    return add


def test_an_installed_package_gives_its_estimator_a_name(example, entry):
    entry(class_mean="example_estimator:ClassMean")
    made = make_estimator({"name": "class_mean", "width": 3})
    assert made == example.ClassMean(3)
    # A result is named by the path, which another package cannot take.
    assert estimator_name(made) == "example_estimator:ClassMean"
    with pytest.raises(ValueError, match="did you mean 'class_mean'"):
        make_estimator("class_meen")


def test_an_installed_package_cannot_take_a_name_of_this_one(example, entry):
    entry(knn="example_estimator:ClassMean")
    assert make_estimator("knn") == NearestNeighbours()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere.module:Mine", r"cannot import 'nowhere.module' \(No module named 'nowhere'\)"),
        ("nowhere", "must be a path like mypackage.module:MyClass; got 'nowhere'"),
        ("example_estimator:ClassMeen", "has no 'ClassMeen'; did you mean 'ClassMean'"),
        ("wrong_syntax:Mine", r"cannot import 'wrong_syntax' \(SyntaxError: .*mend the module"),
        ("wrong_division:Mine", r"cannot import 'wrong_division' \(ZeroDivisionError"),
        ("wrong_exit:Mine", r"cannot import 'wrong_exit' \(SystemExit: 3\)"),
    ],
)
def test_an_entry_point_that_leads_nowhere_is_named(
    example, entry, tmp_path, monkeypatch, path, said
):
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, text in (
        ("syntax", "def f(:"),
        ("division", "1 / 0"),
        ("exit", "raise SystemExit(3)"),
    ):
        (tmp_path / f"wrong_{name}.py").write_text(text)
    entry(mine=path)
    with pytest.raises(ValueError, match=f"entry point 'mine' of a package: estimator .*{said}"):
        make_estimator("mine")


STRANGE = """
from dataclasses import dataclass
from typing import ClassVar


class Plain:
    label = "plain"


@dataclass
class Thawed:
    label: ClassVar[str] = "thawed"


@dataclass(frozen=True)
class Nameless:
    def fit(self, train, validation, seed, checkpoint=None): ...


@dataclass(frozen=True)
class Unfit:
    label: ClassVar[str] = "unfit"


@dataclass(frozen=True)
class Other:
    label: ClassVar[str] = "other"

    def fit(self, spectra, redshifts): ...


@dataclass(frozen=True)
class Demanding:
    depth: int
    label: ClassVar[str] = "demanding"

    def fit(self, train, validation, seed, checkpoint=None): ...


def function(): ...
"""


@pytest.fixture
def strange(tmp_path, monkeypatch):
    (tmp_path / "strange_methods.py").write_text(STRANGE)
    (tmp_path / "broken_methods.py").write_text("import no_such_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("strange_methods", "broken_methods"):
        sys.modules.pop(name, None)


FROZEN = "must be a frozen dataclass with a label and a fit; "


@pytest.mark.parametrize(
    ("method", "error", "message"),
    [
        ("forrest", ValueError, "estimator must be one of .*did you mean 'forest'"),
        ("no_such:Method", ValueError, r"cannot import 'no_such' .*put its folder on PYTHONPATH"),
        ("broken_methods:X", ValueError, "cannot import 'broken_methods' .*'no_such_library'"),
        (":Method", ValueError, "must be a path like mypackage.module:MyClass; got ':Method'"),
        (".methods:Method", ValueError, "must be a path like .*got '.methods:Method'"),
        ("methods.py:Method", ValueError, r"cannot import 'methods\.py'"),
        ("strange_methods:Demandin", ValueError, "has no 'Demandin'; did you mean 'Demanding'"),
        ("strange_methods:", ValueError, "must be a path like .*got 'strange_methods:'"),
        ("strange_methods:Plain", ValueError, FROZEN + ".*Plain'> is no frozen dataclass"),
        ("strange_methods:Thawed", ValueError, FROZEN + ".*Thawed'> is no frozen dataclass"),
        ("strange_methods:function", ValueError, FROZEN + ".*is no frozen dataclass"),
        ("strange_methods:Nameless", ValueError, FROZEN + "Nameless has no label"),
        ("strange_methods:Unfit", ValueError, FROZEN + "Unfit has no fit"),
        (
            "strange_methods:Other",
            ValueError,
            r"must take \(train, validation, seed, checkpoint\); got \(spectra, redshifts\)",
        ),
        ({"name": "forest", "tres": 5}, ValueError, "setting of forest .*did you mean 'trees'"),
        ({"name": "forest", "trees": 0}, ValueError, "trees must lie in"),
        ({"name": "cnn", "training": {"epoch": 2}}, ValueError, "did you mean 'epochs'"),
        ({"name": "cnn", "training": 2}, TypeError, "training must be a mapping of settings"),
        ("strange_methods:Demanding", TypeError, "Demanding: .*missing 1 .*'depth'"),
        ({"trees": 5}, TypeError, "a name or a mapping with a name and settings; got {'trees'"),
        ({"name": 5}, TypeError, "a name or a mapping"),
        (["forest"], TypeError, "a name or a mapping"),
        (None, TypeError, "a name or a mapping"),
    ],
)
def test_what_is_no_estimator_is_named_with_what_it_lacks(strange, method, error, message):
    with pytest.raises(error, match=message):
        make_estimator(method)


def test_a_class_in_a_module_of_its_own_is_named_by_its_path(strange):
    made = make_estimator({"name": "strange_methods:Demanding", "depth": 2})
    assert estimator_name(made) == "strange_methods:Demanding"
    assert make_estimator({"name": estimator_name(made), "depth": 2}) == made


def test_an_estimator_that_cannot_be_imported_is_an_error():
    class Nobody:
        label = "nobody"

    with pytest.raises(ValueError, match=r"Nobody cannot be imported; put the class into a module"):
        estimator_name(Nobody())


def test_settings_within_settings_are_a_mapping_of_their_own():
    made = make_estimator({"name": "cnn", "layers": 2, "training": {"epochs": 7}})
    assert made == CNN(layers=2, training=TrainingConfig(epochs=7))
    equivariant = make_estimator({"name": "equivariant", "training": {"epochs": 7}})
    assert equivariant.training == replace(Equivariant().training, epochs=7)

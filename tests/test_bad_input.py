"""Any value of any parameter: either experiments, or an error that names the parameter."""

from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specz.estimators.registry import REGISTRY, estimator_class
from specz.experiments.base import BaseExperiment
from specz.experiments.experiment import Experiment
from specz.site.values import parse_override
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample
from specz.study import profiles
from specz.study.studies import STUDIES

PARAMETERS = [
    (notebook, name)
    for notebook in STUDIES
    for name in profiles.profile_parameters("smoke", notebook)
]

plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 1, 2**31, 10**30])
    | st.floats()
    | st.sampled_from([0.0, -0.0, 1e-300, 1e300])
    | st.text(max_size=5)
    | st.sampled_from(["paper", "nisp", "cnn", "no lines", "inf"])
)
anything = (
    plain
    | st.lists(plain, max_size=3)
    | st.lists(st.lists(plain, max_size=2), max_size=2)
    | st.dictionaries(st.text(max_size=2), plain, max_size=2)
)
few = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def named(error, name, value):
    assert name in str(error), f"{name}={value!r}: {error}"


@pytest.mark.parametrize(("notebook", "name"), PARAMETERS)
def test_any_parameter_of_a_notebook_works_or_is_named(notebook, name):
    good = profiles.profile_parameters("smoke", notebook)

    @few
    @given(anything)
    def try_it(value):
        try:
            found = profiles.experiments(notebook, {**good, name: value})
        except (ValueError, TypeError) as error:
            named(error, name, value)
        else:
            assert all(isinstance(one, BaseExperiment) for one in found)
            assert all(one.title and one.config for one in found)

    try_it()


names = st.sampled_from([*REGISTRY, "", ":", "a:b", "math:", ".math:pi", "math:pi"])
settings_of_a_method = st.dictionaries(st.sampled_from(["trees", "c", "params"]), plain, max_size=2)


@settings(few, max_examples=100)
@given(names | anything | st.builds(lambda n, s: {"name": n, **s}, names, settings_of_a_method))
def test_any_method_of_a_comparison_works_or_is_named(method):
    good = profiles.profile_parameters("smoke", "comparison_noisy")
    try:
        found = profiles.experiments(
            "comparison_noisy", {**good, "methods": [method], "n_train": [500]}
        )
    except (ValueError, TypeError) as error:
        named(error, "methods", method)
    else:
        assert all(one.title and one.config for one in found)


NEEDED = {"sklearn": {"classifier": "sklearn.ensemble:ExtraTreesClassifier"}}
"""Settings of an estimator that have no default."""


@pytest.mark.parametrize("name", REGISTRY)
def test_any_setting_of_an_estimator_works_or_is_named(name):
    estimator, needed = estimator_class(name), NEEDED.get(name, {})

    @few
    @given(st.sampled_from([f.name for f in fields(estimator)]), anything)
    def try_it(setting, value):
        try:
            made = estimator(**{**needed, setting: value})
        except (ValueError, TypeError) as error:
            named(error, setting, value)
        else:
            experiment = Experiment(made, 100)
            assert experiment.config
            assert experiment.title

    try_it()


def test_any_setting_of_an_experiment_works_or_is_named():
    from specz.estimators.cnn import CNN

    @few
    @given(st.sampled_from([f.name for f in fields(Experiment)]), anything)
    def try_it(setting, value):
        good = {"estimator": CNN(), "n_train": 100}
        try:
            Experiment(**{**good, setting: value})
        except (ValueError, TypeError) as error:
            named(error, setting, value)

    try_it()


DEEP = {
    "unclosed": "[" * 5000,
    "closed": "[" * 900 + "]" * 900,
    "mappings": "{a: " * 5000,
    "itself": "&a [*a]",
    "laughs": "[&a [1, 1], &b [*a, *a], [*b, *b]]",
    "digits": "1" + "0" * 6000,
    "letters": "'" + "a" * 10**6,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_value_too_deep_or_too_long_is_one_short_line(text):
    with pytest.raises(ValueError, match=r"^snr: .* is not a YAML value: ") as error:
        parse_override(f"snr={text}")
    assert len(str(error.value)) < 300
    assert "\n" not in str(error.value)


def test_a_value_as_deep_as_a_grid_needs_is_read():
    text = "[[{name: sklearn, params: {a: [1, [2]]}}]]"
    assert parse_override(f"methods={text}")[1][0][0]["params"] == {"a": [1, [2]]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((White(1.0), 0, 1), r"n must lie in \[1, inf\]; got 0"),
        ((White(1.0), 2.5, 1), "n must be an integer; got 2.5"),
        ((White(1.0), 5, -1), "seed must lie in .*got -1"),
        ((float("nan"), 5, 1), r"noise must be a noise model like White\(1.0\); got nan"),
        ((-1, 5, 1), r"noise must be a noise model like White\(1.0\); got -1"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_named(library, grid, arguments, said):
    noise, n, seed = arguments
    with pytest.raises((ValueError, TypeError), match=said):
        draw_sample(library, "test", n, noise, grid, seed)


@pytest.mark.parametrize("snr", ["1", None, [1.0]])
def test_noise_of_no_level_is_named(snr):
    with pytest.raises(ValueError, match="snr must be a positive number; got"):
        White(snr)

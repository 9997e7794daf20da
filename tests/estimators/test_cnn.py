from dataclasses import replace

import numpy as np
import pytest

from specz.estimators.cnn import CNN, DatathonNetwork, layer_table
from specz.estimators.training import TrainingConfig, schedule, temperature
from specz.experiments.evaluate import evaluate
from specz.experiments.experiment import Experiment, fit
from specz.spectra.library import LibraryConfig

SMALL = LibraryConfig(n_train=300, n_validation=60, n_test=120)


def short(**settings):
    training = {"epochs": 2, "min_updates": 0, "batch": 64} | settings
    return TrainingConfig(**training)


def experiment(estimator, n_train=200, snr=float("inf")):
    return Experiment(estimator, n_train, snr, n_validation=60, n_test=120, library=SMALL)


def fit_and_evaluate(wanted):
    fitted = fit(wanted)
    return fitted.history, evaluate(fitted, wanted.samples())


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_each_layer_halves_the_length(layers):
    model = CNN(layers=layers).build(1800)
    assert model.output.shape == (None, 800)
    lengths = [row.shape[0] for row in layer_table(model) if row.kind == "Conv1D"]
    assert lengths == [900, 450, 225][:layers]


def test_outputs_of_convolutions_are_normalised_before_relu():
    kinds = [row.kind for row in layer_table(CNN(layers=2, normalise=True).build(1800))]
    block = ["Conv1D", "BatchNormalization", "Activation"]
    assert kinds == ["InputLayer", "Rescaling", "Reshape", *block * 2, "Flatten", "Dense"]


def test_a_setting_added_later_leaves_earlier_keys():
    """At its default it is not among the settings; at another value it is."""
    assert "normalise" not in experiment(CNN()).config["estimator"]
    assert experiment(CNN(normalise=True)).config["estimator"]["normalise"] is True
    settings = experiment(CNN()).config["estimator"]["training"]
    assert "decay" not in settings
    constant = experiment(CNN(training=TrainingConfig(decay=False))).config
    assert constant["estimator"]["training"] == {**settings, "decay": False}


def test_layer_table_counts_what_keras_counts():
    for network in (CNN(), DatathonNetwork()):
        model = network.build(1800)
        assert sum(row.parameters for row in layer_table(model)) == model.count_params()


def test_datathon_network_is_the_published_one():
    rows = layer_table(DatathonNetwork().build(1800))
    kinds = [row.kind for row in rows if row.kind not in ("InputLayer", "Rescaling", "Reshape")]
    block = ["Conv1D", "MaxPooling1D", "BatchNormalization"]
    assert kinds == [*block * 3, "Flatten", "Dropout", "Dense", "Dropout", "Dense"]
    training = DatathonNetwork().training
    assert (training.learning_rate, training.batch, training.epochs) == (1e-4, 32, 20)
    assert not training.decay
    dense = DatathonNetwork().build(1800).get_layer("dense")
    assert dense.activation.__name__ == "linear"
    assert dense.kernel_regularizer.l2 == pytest.approx(0.2)


def test_without_decay_the_learning_rate_is_the_same_in_every_step():
    constant, falling = (
        schedule(TrainingConfig(learning_rate=0.1, warmup=0.0, decay=flag), 100)
        for flag in (False, True)
    )
    assert constant == 0.1
    assert float(falling(1)) == pytest.approx(0.1)
    assert float(falling(100)) == pytest.approx(0, abs=1e-6)


def test_training_lowers_the_loss():
    history = fit(experiment(CNN(training=short(epochs=6, batch=32)), n_train=300)).history
    assert history.train_loss[-1] < history.train_loss[0] - 0.5
    assert history.examples.tolist() == [300 * (i + 1) for i in range(6)]


@pytest.mark.parametrize(
    "estimator",
    [CNN(dropout=0.3, l2=1e-4), pytest.param(DatathonNetwork(), marks=pytest.mark.slow)],
)
def test_training_repeats_under_a_seed(estimator):
    wanted = experiment(replace(estimator, training=short()), snr=1.0)
    (history, first), (history_again, again) = fit_and_evaluate(wanted), fit_and_evaluate(wanted)
    np.testing.assert_array_equal(history.train_loss, history_again.train_loss)
    np.testing.assert_array_equal(first.test.p_true, again.test.p_true)
    _, other = fit_and_evaluate(replace(wanted, seed=2))
    assert not np.array_equal(first.test.p_true, other.test.p_true)


@pytest.mark.slow
def test_the_best_epoch_by_validation_is_kept():
    # A learning rate that rises until training falls apart: the last epoch is not the best.
    settings = short(epochs=6, batch=32, learning_rate=0.3, warmup=1.0)
    (history, kept), (_, last) = (
        fit_and_evaluate(experiment(CNN(training=replace(settings, keep_best=flag)), n_train=2000))
        for flag in (True, False)
    )
    by_epoch = history.validation_accuracy
    assert by_epoch.max() > by_epoch[-1]
    assert np.mean(kept.validation.predicted == kept.validation.label) == by_epoch.max()
    assert np.mean(last.validation.predicted == last.validation.label) == by_epoch[-1]


def test_fresh_noise_changes_what_is_learned():
    kept, fresh = (
        fit(experiment(CNN(training=short(fresh_noise=flag)), snr=1.0)).history
        for flag in (False, True)
    )
    assert kept.train_loss[-1] != fresh.train_loss[-1]


def test_the_grism_grid_can_be_learned_from_as_well():
    wanted = replace(experiment(CNN(training=short())), grid="nisp")
    assert wanted.samples()[0].flux(slice(3)).shape == (3, 512)
    assert len(fit_and_evaluate(wanted)[1].test) == 120


def test_small_training_sets_are_passed_over_more_often():
    config = TrainingConfig(epochs=4, min_updates=600, batch=128)
    assert config.epochs_for(400_000) == 4
    assert config.epochs_for(3000) == 25
    assert config.epochs_for(10) == 600


def test_a_saved_network_gives_the_same_posterior(tmp_path):
    wanted = experiment(CNN(training=short()))
    fitted = fit(wanted)
    fitted.save(tmp_path)
    again = wanted.estimator.load(tmp_path)
    flux = wanted.samples()[2].flux()
    np.testing.assert_array_equal(again.scores(flux).values, fitted.scores(flux).values)


@pytest.mark.parametrize("sure", [0.3, 1.0, 4.0])
def test_the_temperature_makes_stated_probabilities_true(sure):
    rng = np.random.default_rng(1)
    values = rng.normal(0, 3, (4000, 20)).astype(np.float32)
    p = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    label = (p.cumsum(axis=1) < rng.uniform(size=(4000, 1))).sum(axis=1).clip(0, 19)
    found = temperature(sure * values, label.astype(np.int16))
    assert found == pytest.approx(1 / sure, rel=0.05)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CNN(layers=0), "layers must lie in"),
        (lambda: CNN(dropout=1.0), "dropout must lie in"),
        (lambda: TrainingConfig(epochs=0), "epochs must lie in"),
        (lambda: TrainingConfig(learning_rate=-1.0), "learning_rate must lie in"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()

"""The network of sixteen weights, held to Keras and to numbers worked out on paper."""

import math

import numpy as np
import pytest

from specz.estimators import tiny_network as tiny
from specz.estimators.backend import load_keras
from specz.study import by_hand

N_PIXELS, N = 11, 40


@pytest.fixture(scope="module")
def spectra():
    """Random numbers: no two answers are equal, so the kept place is never a tie."""
    rng = np.random.default_rng(1)
    return by_hand.Labelled(rng.normal(size=(N, N_PIXELS)), rng.integers(0, 3, N))


@pytest.fixture(scope="module")
def weights():
    rng = np.random.default_rng(2)
    random = tiny.Weights(*(rng.normal(size=w.shape) for w in by_hand.START))
    return random._replace(bias=np.array([-0.3]))  # ReLU lets some answers through, not all


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_convolution_is_that_of_keras(spectra, stride):
    keras = load_keras()
    kernel = np.array([-1.0, 2.0, -0.5])
    layer = keras.layers.Conv1D(1, 3, strides=stride, use_bias=False)
    layer.build((None, N_PIXELS, 1))
    layer.set_weights([kernel[:, None, None]])
    theirs = keras.ops.convert_to_numpy(layer(spectra.x[..., None].astype(np.float32)))[..., 0]
    np.testing.assert_allclose(tiny.convolve(spectra.x, kernel, stride), theirs, atol=1e-5)


def test_the_logits_are_those_of_the_same_network_in_keras(weights, spectra):
    theirs = by_hand.in_keras(weights, N_PIXELS).predict_on_batch(spectra.x[..., None])
    np.testing.assert_allclose(tiny.forward(weights, spectra.x).logits, theirs, atol=1e-5)


def test_softmax_adds_up_to_one_and_takes_any_logits():
    p = tiny.softmax([[0.0, math.log(3)], [-1000.0, 1000.0]])
    np.testing.assert_allclose(p, [[0.25, 0.75], [0, 1]])


def test_cross_entropy_is_minus_the_logarithm_of_the_true_class():
    p = np.array([[0.5, 0.25, 0.25], [0.1, 0.9, 0.0]])
    np.testing.assert_allclose(tiny.cross_entropy(p, np.array([1, 0])), [math.log(4), math.log(10)])


def test_the_chain_rule_is_the_gradient_of_keras(weights, spectra):
    """For every weight, on one spectrum and on the mean of many."""
    for part in (spectra, by_hand.Labelled(spectra.x[:1], spectra.label[:1])):
        ours, theirs = tiny.gradient(weights, *part), by_hand.keras_gradient(weights, part)
        for a, b in zip(ours, theirs, strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, atol=2e-6)
        assert all(np.abs(g).max() > 1e-3 for g in ours)


@pytest.mark.parametrize("j", range(3))
def test_the_chain_rule_is_the_slope_of_the_loss(weights, spectra, j):
    step, here = 1e-5, float(weights.kernel[j])
    above, below = (
        tiny.loss(weights.with_kernel(j, here + side * step), *spectra) for side in (1, -1)
    )
    slope = tiny.gradient(weights, *spectra).kernel[j]
    assert slope == pytest.approx((above - below) / (2 * step), rel=1e-5)


def test_a_path_that_relu_cut_off_has_no_part_in_the_gradient(weights, spectra):
    back, found = tiny.backward(weights, *spectra), tiny.forward(weights, spectra.x)
    closed = found.pooled == 0
    assert closed.any()
    assert not back.by_kernel[closed].any()
    assert back.by_kernel[~closed].any()


def test_a_receptive_field_is_what_changes_an_answer():
    """Counted: the pixels of which one answer of the last layer depends on."""
    kernels, strides, n = [8, 8, 8], [2, 2, 2], 200
    for depth, field in enumerate(tiny.receptive_fields(kernels, strides), start=1):
        x = np.eye(n)  # one pixel at a time
        for kernel, stride in zip(kernels[:depth], strides[:depth], strict=True):
            x = tiny.convolve(x, np.ones(kernel), stride)
        assert np.count_nonzero(x[:, x.shape[1] // 2]) == field


@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_an_activation_is_that_of_keras(name):
    x = np.array([-1000.0, -2.0, 0.0, 0.5, 1000.0])
    theirs = load_keras().ops.convert_to_numpy(getattr(load_keras().ops, name)(x))
    np.testing.assert_allclose(getattr(tiny, name)(x), theirs, atol=1e-6)

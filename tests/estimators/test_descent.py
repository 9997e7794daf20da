"""Gradient descent and Adam, held to the optimisers of Keras."""

import numpy as np
import pytest

from specz.estimators import tiny_network as tiny
from specz.estimators.backend import load_keras
from specz.estimators.descent import Adam, GradientDescent, descend
from specz.study import by_hand


@pytest.mark.parametrize(
    ("rule", "name", "rate"), [(GradientDescent, "SGD", 0.1), (Adam, "Adam", 0.05)]
)
def test_steps_are_those_of_keras(rule, name, rate):
    """Twenty steps on the same network from the same start end with the same weights."""
    keras = load_keras()
    rng = np.random.default_rng(3)
    x, label = rng.normal(size=(30, 11)), rng.integers(0, 3, 30)
    start = tiny.Weights(*(rng.normal(size=w.shape) for w in by_hand.START))
    model = by_hand.in_keras(start, 11)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(getattr(keras.optimizers, name)(rate), loss)
    theirs = [float(model.train_on_batch(x[..., None], label)) for _ in range(20)]
    ours = descend(start, x, label, rule(rate), 20)
    np.testing.assert_allclose(ours.losses[0], theirs[0], rtol=1e-5)
    kernel, *others = model.get_weights()
    for a, b in zip(ours.weights, [kernel[:, 0, 0], *others], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    assert len(ours.losses) == 21
    assert ours.losses[-1] < ours.losses[0]


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate():
    gradient = tiny.Weights(*(np.full(w.shape, 10.0**k) for k, w in enumerate(by_hand.START, -2)))
    for step in Adam(0.01).step(gradient):
        np.testing.assert_allclose(step, 0.01, rtol=1e-4)

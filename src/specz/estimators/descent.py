"""Training written out: plain gradient descent, and Adam, on the network of sixteen weights.

The tests hold both rules to the optimisers of Keras, which train the networks of the study.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from specz.common.arrays import FloatArray, IntArray
from specz.estimators.tiny_network import Weights, gradient, loss


class Rule(Protocol):
    """Turns a gradient into the step that is subtracted from the weights."""

    def step(self, gradient: Weights) -> Weights:
        """Return the next step."""


class GradientDescent(NamedTuple):
    """The step is the gradient times the learning rate."""

    rate: float

    def step(self, gradient: Weights) -> Weights:
        """Return the next step."""
        return Weights(*(self.rate * g for g in gradient))


class Adam:
    """A step of about the learning rate for every weight, however large its gradient is.

    Running means of the gradient, over about 1/(1 − β₁) steps, and of its square, over about
    1/(1 − β₂), corrected for their start at zero; the step is the first over the root of the
    second (Kingma & Ba 2015, algorithm 1).
    """

    beta_1, beta_2, epsilon = 0.9, 0.999, 1e-7

    def __init__(self, rate: float) -> None:
        self.rate, self.n = rate, 0
        self.mean: Sequence[FloatArray] = ()
        self.square: Sequence[FloatArray] = ()

    def step(self, gradient: Weights) -> Weights:
        """Return the next step."""
        self.n += 1
        self.mean = _running(self.mean, gradient, self.beta_1)
        self.square = _running(self.square, [g**2 for g in gradient], self.beta_2)
        first, second = 1 - self.beta_1**self.n, 1 - self.beta_2**self.n
        return Weights(
            *(
                self.rate * (mean / first) / (np.sqrt(square / second) + self.epsilon)
                for mean, square in zip(self.mean, self.square, strict=True)
            )
        )


def _running(
    before: Sequence[FloatArray], new: Sequence[FloatArray], beta: float
) -> list[FloatArray]:
    """Running means after one more value of each."""
    before = before or [np.zeros_like(value) for value in new]
    return [beta * mean + (1 - beta) * value for mean, value in zip(before, new, strict=True)]


class Descent(NamedTuple):
    """A training: the loss before each step and after the last, and the weights at the end."""

    losses: FloatArray
    weights: Weights


def descend(weights: Weights, x: FloatArray, label: IntArray, rule: Rule, n_steps: int) -> Descent:
    """Follow a rule for ``n_steps``, each with the gradient on all the spectra."""
    losses = [loss(weights, x, label)]
    for _ in range(n_steps):
        weights = weights.moved(rule.step(gradient(weights, x, label)))
        losses.append(loss(weights, x, label))
    return Descent(np.array(losses), weights)

"""A network of sixteen weights, written out in NumPy for those who learn how one works.

It reads eleven pixels and says in which third of them an emission line lies: convolution, ReLU,
max-pooling, a dense layer, softmax, and back again by the chain rule. Every function is a few lines
that can be followed with a pencil; the tests hold them to Keras. Training is in
:mod:`specz.estimators.descent`; the networks of the study are in :mod:`specz.estimators.cnn`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray, IntArray

POOL = 3
"""Neighbouring answers of which max-pooling keeps the largest."""


def convolve(x: npt.ArrayLike, kernel: npt.ArrayLike, stride: int = 1) -> FloatArray:
    """Sum of the products of a kernel with the pixels under it, at each place where it fits.

    As in Keras the kernel is not reversed, so a statistician calls this a cross-correlation.

    >>> convolve([0, 1, 5, 1, 0], [-1, 2, -1])
    array([-3.,  8., -3.])

    Parameters
    ----------
    x : array_like, shape (..., n_pixels)
    kernel : array_like, shape (width,)
    stride : int
        Pixels from one place of the kernel to the next.

    Returns
    -------
    ndarray, shape (..., n_places)
    """
    x, kernel = np.asarray(x, dtype=float), np.asarray(kernel, dtype=float)
    under = np.lib.stride_tricks.sliding_window_view(x, len(kernel), axis=-1)
    return np.asarray(under[..., ::stride, :] @ kernel)


def step(x: npt.ArrayLike) -> FloatArray:
    """One where the input is positive, zero elsewhere."""
    return np.where(np.asarray(x, dtype=float) > 0, 1.0, 0.0)


def sigmoid(x: npt.ArrayLike) -> FloatArray:
    """1 / (1 + exp(−x)), written so that it can't overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(x, dtype=float))))


def relu(x: npt.ArrayLike) -> FloatArray:
    """The input where it is positive, zero elsewhere."""
    return np.asarray(np.maximum(0.0, np.asarray(x, dtype=float)))


def softmax(logits: npt.ArrayLike) -> FloatArray:
    """Positive numbers that add up to one along the last axis, from any numbers.

    >>> softmax([0.0, 0.0]).tolist()
    [0.5, 0.5]
    """
    logits = np.asarray(logits, dtype=float)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def cross_entropy(p: FloatArray, label: IntArray) -> FloatArray:
    """−ln of the probability given to the true class, shape (n,), nats.

    ``p`` has shape (n, n_classes), ``label`` shape (n,).
    """
    return np.asarray(-np.log(p[np.arange(len(p)), label]))


def receptive_fields(kernels: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Input pixels that one output of each convolution depends on, the first layer first.

    >>> receptive_fields([8, 8, 8], [2, 2, 2])
    [8, 22, 50]
    """
    fields, seen, jump = [], 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        seen += (kernel - 1) * jump
        jump *= stride
        fields.append(seen)
    return fields


class Weights(NamedTuple):
    """What training changes; the same type holds the derivative of the loss by each of them.

    Attributes
    ----------
    kernel : ndarray, shape (width,)
    bias : ndarray, shape (1,)
        Added to each answer of the kernel.
    dense : ndarray, shape (n_pooled, n_classes)
    offset : ndarray, shape (n_classes,)
        Added to each logit.
    """

    kernel: FloatArray
    bias: FloatArray
    dense: FloatArray
    offset: FloatArray

    def moved(self, steps: "Weights") -> "Weights":
        """Subtract a step from each weight."""
        return Weights(*(w - s for w, s in zip(self, steps, strict=True)))

    def with_kernel(self, j: int, value: float) -> "Weights":
        """Return the weights with another value of one weight of the kernel."""
        kernel = self.kernel.copy()
        kernel[j] = value
        return self._replace(kernel=kernel)


class Forward(NamedTuple):
    """Every number on the way from n spectra to their probabilities.

    Attributes
    ----------
    answers : ndarray, shape (n, n_places)
        Of the convolution, the bias added.
    pooled : ndarray, shape (n, n_pooled)
        Largest of each :data:`POOL` answers after ReLU.
    place : ndarray of int, shape (n, n_pooled)
        Where that answer was.
    logits, p : ndarray, shape (n, n_classes)
    """

    answers: FloatArray
    pooled: FloatArray
    place: IntArray
    logits: FloatArray
    p: FloatArray


class Backward(NamedTuple):
    """The factors of the chain rule for each of n spectra, from the loss back to the pixels.

    Attributes
    ----------
    error : ndarray, shape (n, n_classes)
        Derivative of the loss by each logit: p, minus one for the true class.
    by_pooled : ndarray, shape (n, n_pooled)
        Derivative of the loss by each pooled number.
    slope : ndarray, shape (n, n_pooled)
        Derivative of ReLU at the answer that pooling kept: one, or zero where it was cut off.
    pixels : ndarray, shape (n, n_pooled, width)
        Derivative of that answer by each weight of the kernel: the pixel that it multiplies.
    """

    error: FloatArray
    by_pooled: FloatArray
    slope: FloatArray
    pixels: FloatArray

    @property
    def by_kernel(self) -> FloatArray:
        """Products along each path to a weight of the kernel, shape (n, n_pooled, width)."""
        return (self.by_pooled * self.slope)[..., None] * self.pixels


def forward(weights: Weights, x: FloatArray) -> Forward:
    """Turn spectra, shape (n, n_pixels), into probabilities of the classes."""
    answers = convolve(x, weights.kernel) + weights.bias
    groups = relu(answers).reshape(len(x), -1, POOL)
    place = groups.argmax(axis=-1) + POOL * np.arange(groups.shape[1])
    pooled = groups.max(axis=-1)
    logits = pooled @ weights.dense + weights.offset
    return Forward(answers, pooled, place, logits, softmax(logits))


def loss(weights: Weights, x: FloatArray, label: IntArray) -> float:
    """Mean cross-entropy of spectra whose classes are ``label``, shape (n,)."""
    return float(cross_entropy(forward(weights, x).p, label).mean())


def backward(weights: Weights, x: FloatArray, label: IntArray) -> Backward:
    """Go back from the loss of each spectrum to the pixels by the chain rule."""
    found = forward(weights, x)
    error = found.p - np.eye(found.p.shape[1])[label]
    under = np.lib.stride_tricks.sliding_window_view(x, len(weights.kernel), axis=-1)
    pixels = np.take_along_axis(under, found.place[..., None], axis=1)
    return Backward(error, error @ weights.dense.T, step(found.pooled), pixels)


def gradient(weights: Weights, x: FloatArray, label: IntArray) -> Weights:
    """Derivative of :func:`loss` by each weight: the paths added up, the mean over the spectra."""
    back, pooled = backward(weights, x, label), forward(weights, x).pooled
    return Weights(
        back.by_kernel.sum(axis=1).mean(axis=0),
        (back.by_pooled * back.slope).sum(axis=1).mean(axis=0, keepdims=True),
        pooled.T @ back.error / len(x),
        back.error.mean(axis=0),
    )

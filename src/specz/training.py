"""Training a Keras model on spectra that are generated as they are needed.

One thread makes the next batches while the model works on this one; the order of the
batches depends on the seed and the epoch only. Nothing here depends on the Keras backend.
"""

import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from specz import checks
from specz.backend import load_keras
from specz.estimators import ClassScores, History
from specz.sample import Sample

if TYPE_CHECKING:
    import keras

AHEAD = 4
"""Batches made ahead of the model."""
EVALUATION_BATCH = 512

Batch = tuple[npt.NDArray[np.float32], npt.NDArray[np.int16]]


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained: Adam on cross-entropy, cosine decay after a linear warm-up.

    Attributes
    ----------
    epochs : int
        Passes over the training set.
    min_updates : int
        A small training set is passed over more often, until it has had this many steps.
    batch : int
        Examples a step.
    learning_rate : float
        Its peak, after the warm-up.
    warmup : float
        Part of the steps over which the learning rate rises.
    fresh_noise : bool
        Whether each epoch draws new noise; by default an example keeps its noise, as a
        stored training set would.
    keep_best : bool
        Whether to return the weights of the epoch with the best validation accuracy.
    """

    epochs: int = 4
    min_updates: int = 600
    batch: int = 128
    learning_rate: float = 3e-3
    warmup: float = 0.1
    fresh_noise: bool = False
    keep_best: bool = True

    def __post_init__(self) -> None:
        checks.integer("epochs", self.epochs, 1, 10_000)
        checks.integer("min_updates", self.min_updates, 0)
        checks.integer("batch", self.batch, 1, 65_536)
        checks.number("learning_rate", self.learning_rate, 1e-8, 10)
        checks.number("warmup", self.warmup, 0, 1)

    def epochs_for(self, n_train: int) -> int:
        """Passes over a training set of ``n_train`` examples."""
        steps = math.ceil(n_train / self.batch)
        return max(self.epochs, math.ceil(self.min_updates / steps))


def train(
    model: "keras.Model", train: Sample, validation: Sample, config: TrainingConfig, seed: int
) -> History:
    """Train ``model`` in place and return its progress.

    Parameters
    ----------
    model : keras.Model
        Maps (batch, n_pixels) to logits, (batch, n_classes).
    train, validation : Sample
    config : TrainingConfig
    seed : int
        Sets the order of the examples (the weights and dropout take Keras's seed).
    """
    keras = load_keras()
    n, labels = len(train), train.labels
    epochs, steps = config.epochs_for(n), math.ceil(n / config.batch)
    warm = max(1, round(config.warmup * epochs * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        max(1, epochs * steps - warm),
        warmup_target=config.learning_rate,
        warmup_steps=warm,
    )
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # On a CPU TensorFlow is slower with XLA; JAX has nothing else.
        jit_compile=keras.backend.backend() == "jax",
    )
    seen = train.head(min(n, len(validation)))
    watched = [(sample.flux(), sample.labels) for sample in (seen, validation)]
    rows: list[list[float]] = []
    best: tuple[float, list[npt.NDArray[np.floating]]] | None = None
    with tqdm(total=epochs * steps, desc=f"train {n:,}", unit="step", disable=None) as bar:
        for epoch in range(epochs):
            order = np.random.default_rng([seed, epoch]).permutation(n)
            noise = epoch if config.fresh_noise else 0
            for flux, label in _batches(train, labels, order, config.batch, noise):
                model.train_on_batch(flux, label)
                bar.update()
            (loss, accuracy), (validation_loss, validation_accuracy) = (
                _loss_and_accuracy(logits(model, flux), label) for flux, label in watched
            )
            rows.append([(epoch + 1.0) * n, loss, validation_loss, accuracy, validation_accuracy])
            bar.set_postfix(validation=f"{validation_accuracy:.3f}")
            if config.keep_best and (best is None or validation_accuracy > best[0]):
                best = (validation_accuracy, model.get_weights())
    if best is not None:
        model.set_weights(best[1])
    return History(*np.array(rows).T)


def _batches(
    train: Sample,
    labels: npt.NDArray[np.int16],
    order: npt.NDArray[np.integer],
    size: int,
    epoch: int,
) -> Iterator[Batch]:
    """Yield the batches of one epoch in order, made ahead in another thread."""

    def make(start: int) -> Batch:
        index = order[start : start + size]
        return train.flux(index, epoch), labels[index]

    starts = iter(range(0, len(order), size))
    with ThreadPoolExecutor(1) as pool:
        ahead = deque(
            pool.submit(make, start) for _, start in zip(range(AHEAD), starts, strict=False)
        )
        while ahead:
            batch = ahead.popleft().result()
            for start in starts:
                ahead.append(pool.submit(make, start))
                break
            yield batch


def logits(model: "keras.Model", flux: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Ask a model for the logits of many spectra, shape (n_spectra, n_classes)."""
    keras = load_keras()
    parts = [
        keras.ops.convert_to_numpy(model.predict_on_batch(flux[i : i + EVALUATION_BATCH]))
        for i in range(0, len(flux), EVALUATION_BATCH)
    ]
    return np.concatenate(parts)


def softmax_scores(model: "keras.Model", flux: npt.NDArray[np.float32]) -> ClassScores:
    """Posterior of a model that gives logits."""
    values = logits(model, flux)
    values -= values.max(axis=1, keepdims=True)
    np.exp(values, out=values)
    values /= values.sum(axis=1, keepdims=True)
    return ClassScores(values, is_probability=True)


def _loss_and_accuracy(
    values: npt.NDArray[np.float32], label: npt.NDArray[np.int16]
) -> tuple[float, float]:
    """Mean cross-entropy in nats, and exact-class accuracy."""
    top = values.max(axis=1)
    log_norm = top + np.log(np.exp(values - top[:, None]).sum(axis=1))
    at_label = np.take_along_axis(values, label[:, None].astype(int), axis=1)[:, 0]
    return float((log_norm - at_label).mean()), float((values.argmax(axis=1) == label).mean())

"""Training a Keras model on spectra that are generated as they are needed.

One thread makes the next batches while the model works on this one. The order of the batches
depends on the seed and the epoch only, so that a training can be resumed after any epoch.
Nothing here depends on the Keras backend.
"""

import math
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from tqdm import tqdm

from specz.common import checks
from specz.estimators.backend import load_keras
from specz.estimators.base import NO_COST, ClassScores, Cost, History
from specz.spectra.sample import Sample

if TYPE_CHECKING:
    import keras

AHEAD = 4
"""Batches made ahead of the model."""
EVALUATION_BATCH = 128
"""Spectra asked about at a time (512: the equivariant network is a third slower)."""

Weights = list[npt.NDArray[Any]]
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
    model: "keras.Model",
    train: Sample,
    validation: Sample,
    config: TrainingConfig,
    seed: int,
    checkpoint: Path | None = None,
) -> tuple[History, Cost]:
    """Train ``model`` in place; return its progress, and what earlier attempts cost.

    With a checkpoint, the state is kept after every epoch. A training that was stopped, at any
    moment, goes on after its last whole epoch with the same order of examples and the same
    learning rates, and ends as if it had not been stopped.

    Parameters
    ----------
    model : keras.Model
        Maps (batch, n_pixels) to logits, (batch, n_classes).
    train, validation : Sample
    config : TrainingConfig
    seed : int
        Sets the order of the examples (the weights and dropout take Keras's seed).
    checkpoint : Path, optional
        File in which the state is kept.
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
    title = f"train {n:,}"
    watched = [(sample.flux(), sample.labels) for sample in (seen, validation)]
    rows: list[list[float]] = []
    best: Weights | None = None
    earlier, start = NO_COST, Cost.clock()
    if checkpoint is not None:
        model.optimizer.build(model.trainable_variables)
        rows, best, earlier = _restore(checkpoint, model)
    with tqdm(
        total=epochs * steps, initial=len(rows) * steps, desc=title, unit="step", disable=None
    ) as bar:
        for epoch in range(len(rows), epochs):
            order = np.random.default_rng([seed, epoch]).permutation(n)
            noise = epoch if config.fresh_noise else 0
            for flux, label in _batches(train, labels, order, config.batch, noise):
                model.train_on_batch(flux, label)
                bar.update()
            (loss, accuracy), (validation_loss, validation_accuracy) = (
                _loss_and_accuracy(logits(model, flux), label) for flux, label in watched
            )
            bar.set_postfix(validation=f"{validation_accuracy:.3f}")
            if config.keep_best and validation_accuracy > max(
                (row[-1] for row in rows), default=-1
            ):
                best = model.get_weights()
            rows.append([(epoch + 1.0) * n, loss, validation_loss, accuracy, validation_accuracy])
            if checkpoint is not None:
                _keep(checkpoint, model, rows, best, earlier.plus(Cost.clock().since(start)))
    if best is not None:
        model.set_weights(best)
    return History(*np.array(rows).T), earlier


def _keep(
    path: Path,
    model: "keras.Model",
    rows: list[list[float]],
    best: "Weights | None",
    cost: Cost,
) -> None:
    """Write the state of a training: aside first, so that the file is whole or absent."""
    variables = [*model.variables, *model.optimizer.variables]
    state = {f"now.{i}": _to_numpy(v) for i, v in enumerate(variables)}
    state |= {f"best.{i}": v for i, v in enumerate(best or [])}
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".writing.npz")
    np.savez(aside, allow_pickle=False, rows=np.array(rows), cost=np.array(cost), **state)
    aside.replace(path)


def _restore(path: Path, model: "keras.Model") -> "tuple[list[list[float]], Weights | None, Cost]":
    """Put a kept state back into the model; a missing or damaged file means starting afresh."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            kept = {name: data[name] for name in data.files}
    except FileNotFoundError:
        return [], None, NO_COST
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        print(f"checkpoint {path.name} is damaged ({error}); training starts afresh")
        return [], None, NO_COST
    variables = [*model.variables, *model.optimizer.variables]
    for i, variable in enumerate(variables):
        variable.assign(kept[f"now.{i}"])
    best = [kept[f"best.{i}"] for i in range(sum(name.startswith("best.") for name in kept))]
    rows = [[float(value) for value in row] for row in kept["rows"]]
    return rows, best or None, Cost(*kept["cost"].tolist())


def _to_numpy(variable: "keras.Variable") -> npt.NDArray[Any]:
    return np.asarray(load_keras().ops.convert_to_numpy(variable))


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


def temperature(values: npt.NDArray[np.float32], label: npt.NDArray[np.int16]) -> float:
    """Factor on the logits that gives the lowest mean cross-entropy (Guo et al. 2017).

    Parameters
    ----------
    values : ndarray, shape (n_spectra, n_classes)
        Logits of spectra that the model was not trained on.
    label : ndarray, shape (n_spectra,)

    Returns
    -------
    float
        Between 1/e² and e²; larger than one if the model was not sure enough of itself.
    """

    def loss(log_factor: float) -> float:
        return _loss_and_accuracy(values * np.float32(math.exp(log_factor)), label)[0]

    return math.exp(float(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def _loss_and_accuracy(
    values: npt.NDArray[np.float32], label: npt.NDArray[np.int16]
) -> tuple[float, float]:
    """Mean cross-entropy in nats, and exact-class accuracy."""
    top = values.max(axis=1)
    log_norm = top + np.log(np.exp(values - top[:, None]).sum(axis=1))
    at_label = np.take_along_axis(values, label[:, None].astype(int), axis=1)[:, 0]
    return float((log_norm - at_label).mean()), float((values.argmax(axis=1) == label).mean())

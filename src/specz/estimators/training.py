"""Training of a Keras model on spectra that are generated on demand.

One thread generates the next batches while the model trains on the current one. The order of the
examples depends only on the seed and the epoch, so a training can be resumed after any epoch.
Nothing here depends on the Keras backend; where it is JAX on an accelerator that holds the spectra,
they stay there (:mod:`specz.estimators.resident`).
"""

import math
import time
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import IntArray, Labels
from specz.common.progress import progress
from specz.estimators.backend import load_keras
from specz.estimators.base import NO_COST, OMIT_DEFAULT, ClassScores, Cost, History
from specz.estimators.resident import Resident, fits
from specz.spectra.sample import Spectra

if TYPE_CHECKING:
    import keras

AHEAD = 4
"""Batches generated ahead of the model."""
EVALUATION_BATCH = 128
"""Spectra per prediction (with 512 the equivariant network is a third slower)."""

WRITING = 0.2
"""Part of its time that a training may spend on writing checkpoints, about."""

Weights = list[npt.NDArray[Any]]
Batch = tuple[npt.NDArray[np.float32], Labels]


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained: Adam on cross-entropy; by default cosine decay after a warm-up.

    Attributes
    ----------
    epochs : int
        Passes over the training set.
    min_updates : int
        Least number of steps: small training sets get more epochs.
    batch : int
        Examples per step.
    learning_rate : float
        Peak, after the warm-up.
    warmup : float
        Fraction of the steps in which the learning rate rises.
    fresh_noise : bool
        Whether each epoch draws new noise; by default an example keeps its noise, as in a stored
        training set.
    keep_best : bool
        Whether to keep the weights of the epoch with the best validation accuracy, or of the last.
    decay : bool
        Whether the learning rate then decays to zero; if not, it is the same from the first step.
    """

    epochs: int = 4
    min_updates: int = 600
    batch: int = 128
    learning_rate: float = 3e-3
    warmup: float = 0.1
    fresh_noise: bool = False
    keep_best: bool = True
    decay: bool = field(default=True, metadata=OMIT_DEFAULT)

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
    train: Spectra,
    validation: Spectra,
    config: TrainingConfig,
    seed: int,
    checkpoint: Path | None = None,
) -> tuple[History, Cost]:
    """Train ``model`` in place; return its progress, and the cost of earlier attempts.

    ``seed`` sets the order of the examples; weights and dropout use Keras's seed. The file
    ``checkpoint`` keeps the state after every epoch, unless writing would take more than the part
    ``WRITING`` of the time. A training that was stopped continues after the epoch that was kept
    last, with the same order and learning rates, and ends with the same weights.
    """
    keras = load_keras()
    n, labels = len(train), train.labels
    epochs, steps = config.epochs_for(n), math.ceil(n / config.batch)
    model.compile(
        optimizer=keras.optimizers.Adam(schedule(config, epochs * steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # On a CPU TensorFlow is slower with XLA; JAX always uses it.
        jit_compile=keras.backend.backend() == "jax",
    )
    seen = train.head(min(n, len(validation)))
    model.optimizer.build(model.trainable_variables)  # its state must exist to be restored
    watched = [(sample.flux(), sample.labels) for sample in (seen, validation)]
    rows: list[list[float]] = []
    best: Weights | None = None
    earlier, start = NO_COST, Cost.clock()
    if checkpoint is not None:
        rows, best, earlier = _restore(checkpoint, model)
    done, total = len(rows) * steps, epochs * steps
    title = f"train {n:,}"
    due = 0.0  # when the next checkpoint is written, in seconds of the clock
    resident = None
    if fits(train):
        resident = Resident(model, train, config.batch, config.fresh_noise, epochs)
    with progress(total=total, initial=done, desc=title, unit="step") as bar:
        for epoch in range(len(rows), epochs):
            order = np.random.default_rng([seed, epoch]).permutation(n)
            if resident is not None:
                resident.epoch(epoch, order)
                bar.update(steps)
            else:
                noise = epoch if config.fresh_noise else 0  # number of the draw
                for flux, label in _batches(train, labels, order, config.batch, noise):
                    model.train_on_batch(flux, label)
                    bar.update()
            (loss, accuracy), (validation_loss, validation_accuracy) = (
                _loss_and_accuracy(logits(model, flux), label) for flux, label in watched
            )
            bar.set_postfix(validation=f"{validation_accuracy:.3f}")
            highest = max((row[-1] for row in rows), default=-1)
            if config.keep_best and validation_accuracy > highest:
                best = model.get_weights()
            rows.append([(epoch + 1.0) * n, loss, validation_loss, accuracy, validation_accuracy])
            if checkpoint is not None and (begun := time.perf_counter()) >= due:
                _keep(checkpoint, model, rows, best, earlier.plus(Cost.clock().since(start)))
                ended = time.perf_counter()
                due = ended + (ended - begun) * (1 - WRITING) / WRITING
    if best is not None:
        model.set_weights(best)
    return History(*np.array(rows).T), earlier


def schedule(config: TrainingConfig, steps: int) -> Any:
    """The learning rate, or its course over all steps."""
    if not config.decay:
        return config.learning_rate
    warm = max(1, round(config.warmup * steps))
    return load_keras().optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm), warmup_target=config.learning_rate, warmup_steps=warm
    )


def _keep(
    path: Path, model: "keras.Model", rows: list[list[float]], best: "Weights | None", cost: Cost
) -> None:
    """Write the state of a training aside and rename it, so the file is complete or absent."""
    variables = [*model.variables, *model.optimizer.variables]
    state = {f"now.{i}": _to_numpy(v) for i, v in enumerate(variables)}
    state |= {f"best.{i}": v for i, v in enumerate(best or [])}
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".writing.npz")
    np.savez(aside, allow_pickle=False, rows=np.array(rows), cost=np.array(cost), **state)
    aside.replace(path)


def _restore(path: Path, model: "keras.Model") -> "tuple[list[list[float]], Weights | None, Cost]":
    """Restore the state of a training; without a readable file it starts from the beginning."""
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
    train: Spectra, labels: Labels, order: IntArray, size: int, epoch: int
) -> Iterator[Batch]:
    """Yield the batches of one epoch in order; another thread generates them ahead."""

    def make(start: int) -> Batch:
        index = order[start : start + size]
        return train.flux(index, epoch), labels[index]

    starts = iter(range(0, len(order), size))
    with ThreadPoolExecutor(1) as pool:
        ahead = deque(pool.submit(make, start) for start in islice(starts, AHEAD))
        while ahead:
            batch = ahead.popleft().result()
            ahead.extend(pool.submit(make, start) for start in islice(starts, 1))
            yield batch


def logits(model: "keras.Model", flux: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Logits of spectra, shape (n_spectra, n_classes), :data:`EVALUATION_BATCH` at a time."""
    keras = load_keras()
    size = EVALUATION_BATCH
    batches = [flux[start : start + size] for start in range(0, len(flux), size)]
    parts = [keras.ops.convert_to_numpy(model.predict_on_batch(batch)) for batch in batches]
    return np.concatenate(parts)


def softmax_scores(model: "keras.Model", flux: npt.NDArray[np.float32]) -> ClassScores:
    """Posterior of a network from its logits."""
    values = logits(model, flux)  # overwritten below: it may be large
    values -= values.max(axis=1, keepdims=True)
    np.exp(values, out=values)
    values /= values.sum(axis=1, keepdims=True)
    return ClassScores(values, is_probability=True)


def temperature(values: npt.NDArray[np.float32], label: Labels) -> float:
    """Factor on the logits that gives the lowest mean cross-entropy (Guo et al. 2017).

    ``values`` are the logits, shape (n_spectra, n_classes), of spectra that the network was not
    trained on. The factor lies between 1/e² and e²; above one, the network was underconfident.
    """

    def loss(log_factor: float) -> float:
        return _loss_and_accuracy(values * np.float32(math.exp(log_factor)), label)[0]

    from scipy.optimize import minimize_scalar  # it takes half a second to load

    return math.exp(float(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def _loss_and_accuracy(values: npt.NDArray[np.float32], label: Labels) -> tuple[float, float]:
    """Mean cross-entropy in nats, and exact-class accuracy."""
    top = values.max(axis=1)
    log_norm = top + np.log(np.exp(values - top[:, None]).sum(axis=1))
    at_label = np.take_along_axis(values, label[:, None].astype(int), axis=1)[:, 0]
    return float((log_norm - at_label).mean()), float((values.argmax(axis=1) == label).mean())

"""Training with all spectra on an accelerator, where Keras runs on JAX and they fit.

The spectra are generated once, on all cores, and put there; with fresh noise, those of the next
epoch while one trains. An epoch is one compiled loop over the steps. The examples, their order, the
noise and the updates are those of training on generated batches.
"""

import importlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from specz.common.arrays import Flux, IntArray
from specz.common.processes import cores
from specz.estimators.backend import CPU, backend, device, load_keras
from specz.spectra.sample import Spectra

if TYPE_CHECKING:
    import keras

CHUNK = 4096
"""Spectra that one core generates at a time."""

ROOM = 0.8
"""Part of the free memory of an accelerator that two copies of the spectra may take."""


def fits(train: Spectra) -> bool:
    """Whether the backend is JAX on an accelerator that holds the spectra of two epochs."""
    if backend() != "jax" or device() == CPU:
        return False
    memory = importlib.import_module("jax").devices()[0].memory_stats()
    if memory is None:  # not every device says
        return False
    needed = 2 * len(train) * train.flux(slice(1)).nbytes
    return bool(needed <= ROOM * (memory["bytes_limit"] - memory["bytes_in_use"]))


def generate(spectra: Spectra, epoch: int = 0) -> Flux:
    """All spectra with the noise of one epoch, generated on all cores."""
    starts = range(0, len(spectra), CHUNK)
    with ThreadPoolExecutor(cores()) as pool:
        parts = pool.map(lambda start: spectra.flux(slice(start, start + CHUNK), epoch), starts)
        return np.concatenate(list(parts))


class Resident:
    """Trains epochs of a compiled model on spectra that stay on the accelerator.

    Parameters
    ----------
    model : keras.Model
        Compiled, with its optimiser built.
    train : Spectra
    batch : int
        Examples a step; the last step of an epoch has what is left.
    fresh_noise : bool
        Whether each epoch has other noise.
    last : int
        Number of epochs; for none after it spectra are generated.
    """

    def __init__(
        self, model: "keras.Model", train: Spectra, batch: int, fresh_noise: bool, last: int
    ) -> None:
        self._jax = importlib.import_module("jax")
        self._model, self._train, self._batch = model, train, batch
        self._fresh, self._last = fresh_noise, last
        self._labels = self._jax.device_put(train.labels.astype(np.int32))
        self._flux: Any = None
        self._pool = ThreadPoolExecutor(1)
        self._next: Future[Flux] | None = None
        self._whole, self._rest = self._compiled()

    def _compiled(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """Compile the loop over whole batches, and one step for what is left."""
        jax, model, ops = self._jax, self._model, load_keras().ops

        def loss(weights: Any, others: Any, flux: Any, label: Any) -> tuple[Any, Any]:
            logits, others, penalties = model.stateless_call(
                weights, others, flux, training=True, return_losses=True
            )
            entropy = ops.sparse_categorical_crossentropy(label, logits, from_logits=True)
            return ops.mean(entropy) + sum(penalties), others

        slope = jax.grad(loss, has_aux=True)

        def step(state: Any, rows: Any, flux: Any, label: Any) -> Any:
            weights, others, memory = state
            change, others = slope(weights, others, flux[rows], label[rows])
            weights, memory = model.optimizer.stateless_apply(memory, change, weights)
            return weights, others, memory

        def loop(state: Any, order: Any, flux: Any, label: Any) -> Any:
            def body(state: Any, rows: Any) -> tuple[Any, None]:
                return step(state, rows, flux, label), None

            return jax.lax.scan(body, state, order)[0]

        return jax.jit(loop, donate_argnums=0), jax.jit(step, donate_argnums=0)

    def epoch(self, number: int, order: IntArray) -> None:
        """Train on all examples in ``order``, with the noise of epoch ``number``, counted from 0.

        The model's variables have the new values afterwards.
        """
        if self._flux is None or self._fresh:
            noise = number if self._fresh else 0
            ready = self._next.result() if self._next else generate(self._train, noise)
            self._flux = self._jax.device_put(ready)
        more = self._fresh and number + 1 < self._last
        self._next = self._pool.submit(generate, self._train, number + 1) if more else None
        owners = (
            self._model.trainable_variables,
            self._model.non_trainable_variables,
            self._model.optimizer.variables,
        )
        # Copies: what the loop is given it may overwrite, and an interrupted epoch must not count.
        state: Any = tuple([self._jax.numpy.copy(v.value) for v in each] for each in owners)
        whole = len(order) // self._batch * self._batch
        if whole:
            rows = order[:whole].reshape(-1, self._batch)
            state = self._whole(state, rows, self._flux, self._labels)
        if whole < len(order):
            state = self._rest(state, order[whole:], self._flux, self._labels)
        for each, values in zip(owners, state, strict=True):
            for variable, value in zip(each, values, strict=True):
                variable.assign(value)

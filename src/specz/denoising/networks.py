"""Denoisers that are networks: a U-Net on squared error, and the same as the generator of a GAN.

The U-Net (Ronneberger et al. 2015, arXiv:1505.04597) goes down in resolution and back; what each
level saw on the way down is added on the way back. The conditional GAN (Isola et al. 2017,
arXiv:1611.07004; GalaxyGAN: Schawinski et al. 2017) has a second input, white noise, and a second
loss, from a discriminator that sees pieces of a noisy spectrum with the true or the made one.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from specz.common import checks
from specz.common.arrays import Flux
from specz.denoising.samples import noiseless
from specz.estimators.backend import backend, load_keras
from specz.estimators.base import ClassScores, Fitted, History
from specz.estimators.cnn import MODEL
from specz.estimators.training import EVALUATION_BATCH, TrainingConfig, schedule
from specz.spectra.sample import Sample

if TYPE_CHECKING:
    import keras

STRIDE = 4
"""Of each level: with three, 64 pixels are one cell at the bottom."""

KERNEL = 2 * STRIDE

Batch = tuple[Flux, Flux]
"""Noisy and noiseless spectra, shape (n_spectra, n_pixels) each."""

Step = Callable[[Flux, Flux], None]
"""Updates a network on a batch."""


@dataclass(frozen=True)
class UNet:
    """A convolutional network from a noisy to a noiseless spectrum, trained on squared error.

    Attributes
    ----------
    filters : tuple of int
        Of each level; the first has a quarter of the resolution.
    training : TrainingConfig
        Every epoch has new noise, and the last weights are kept.
    """

    label: ClassVar[str] = "U-Net"
    inputs: ClassVar[int] = 1

    filters: tuple[int, ...] = (24, 48, 96)
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=6, min_updates=0, batch=32, fresh_noise=True, keep_best=False
        )
    )

    def __post_init__(self) -> None:
        checks.listed("filters", self.filters, checks.integer, 1, 1024, repeats=True)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Train from random weights drawn from ``seed``; noiseless training spectra are known."""
        keras = load_keras()
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        model = self.build(train.grid.n_pixels)
        config, n = self.training, len(train)
        epochs = config.epochs_for(n)
        step = self.stepper(model, epochs * math.ceil(n / config.batch), train.snr, seed)
        clean = noiseless(train)
        parts = train.head(len(validation)), validation
        watched = [(part.flux(), noiseless(part)) for part in parts]
        rows = []
        for epoch in range(epochs):
            for noisy, true in _batches(train, clean, config, seed, epoch):
                step(noisy, true)
            losses = [np.square(_denoised(model, x).values - y).mean() for x, y in watched]
            rows.append([(epoch + 1.0) * n, *losses, np.nan, np.nan])  # no class, no accuracy
        return replace(_fitted(model), history=History(*np.array(rows).T))

    def load(self, folder: Path) -> Fitted:
        """Read a trained network from ``folder``."""
        return _fitted(load_keras().saving.load_model(folder / MODEL, compile=False))

    def build(self, n_pixels: int) -> "keras.Model":
        """Return the untrained model: (batch, n_pixels, inputs) to (batch, n_pixels).

        The first input is the spectrum minus one; so is the output.
        """
        keras = load_keras()
        layers = keras.layers
        convolve = partial(layers.Conv1D, padding="same", activation="relu")
        inputs = keras.Input((n_pixels, self.inputs))
        beyond = -n_pixels % STRIDE ** len(self.filters)
        x = layers.ZeroPadding1D((0, beyond))(inputs)
        seen = []
        for n in self.filters:
            x = convolve(n, KERNEL, strides=STRIDE)(x)
            seen.append(x)
        *levels, _ = seen
        x = convolve(self.filters[-1], KERNEL)(x)
        for before in reversed(levels):
            n = before.shape[-1]
            x = layers.UpSampling1D(STRIDE)(convolve(n, 3)(x))
            x = convolve(n, 5)(layers.Add()([x, before]))
        x = layers.Conv1D(STRIDE, 5, padding="same")(x)  # the pixels of each cell
        x = layers.Cropping1D((0, beyond))(layers.Reshape((n_pixels + beyond, 1))(x))
        return keras.Model(inputs, layers.Reshape((n_pixels,))(x), name="unet")

    def stepper(self, model: "keras.Model", steps: int, snr: float, seed: int) -> Step:
        """Compile the model; return the function of a batch that updates it."""
        rng = np.random.default_rng(seed)
        model.compile(adam(self.training, steps), "mse", jit_compile=backend() == "jax")

        def step(noisy: Flux, true: Flux) -> None:
            model.train_on_batch(_with_noise(noisy, self.inputs, rng), true - 1)

        return step


@dataclass(frozen=True)
class ConditionalGAN(UNet):
    """The U-Net with white noise as a second input, trained against a discriminator as well.

    Attributes
    ----------
    adversarial : float
        Weight of the discriminator's loss, in nats, beside the squared error in units of σ².
    alone : float
        Part of the training on squared error, before there is a discriminator: a generator that
        starts from nothing is told apart at once, and learns little (Ledig et al. 2017).
    """

    label: ClassVar[str] = "conditional GAN"
    inputs: ClassVar[int] = 2

    adversarial: float = 0.01
    alone: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.number("adversarial", self.adversarial, 0, 1e6)
        checks.number("alone", self.alone, 0, 1)

    def discriminator(self, n_pixels: int) -> "keras.Model":
        """Return the model from pairs, (batch, n_pixels, 2), to a logit per piece of them."""
        keras = load_keras()
        inputs = x = keras.Input((n_pixels, 2))
        for n in self.filters:
            x = keras.layers.Conv1D(n, KERNEL, strides=STRIDE, padding="same")(x)
            x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
        return keras.Model(inputs, keras.layers.Conv1D(1, 3, padding="same")(x), name="judge")

    def stepper(self, model: "keras.Model", steps: int, snr: float, seed: int) -> Step:
        """Compile generator and discriminator; return the function that updates one, then other.

        The generator maximises log D, not -log(1 - D), which has no slope where D is sure
        (Goodfellow et al. 2014).
        """
        keras = load_keras()
        first = round(self.alone * steps)
        step_alone = super().stepper(model, max(1, first), snr, seed)
        judge = self.discriminator(model.output.shape[1])
        shape = model.output.shape[1:]
        as_channel = keras.layers.Reshape((*shape, 1))
        pair = keras.layers.Concatenate()([model.input[..., :1], as_channel(model.output)])
        both = keras.Model(model.input, [judge(pair), model.output])
        cross = keras.losses.BinaryCrossentropy(from_logits=True)
        weights, compiled = [self.adversarial, snr**2], backend() == "jax"
        for part, loss, weight in ((judge, cross, None), (both, [cross, "mse"], weights)):
            part.compile(adam(self.training, steps - first), loss, weight, jit_compile=compiled)
        rng, done = np.random.default_rng(seed), itertools.count()

        def step(noisy: Flux, true: Flux) -> None:
            if next(done) < first:
                return step_alone(noisy, true)
            given = _with_noise(noisy, self.inputs, rng)
            made = keras.ops.convert_to_numpy(model.predict_on_batch(given))
            real, fake = (np.stack([noisy - 1, y], axis=-1) for y in (true - 1, made))
            n = len(noisy)
            ones = np.ones((n, *judge.output.shape[1:]), dtype=np.float32)
            judge.trainable = True
            judge.train_on_batch(np.concatenate([real, fake]), np.concatenate([ones, 0 * ones]))
            judge.trainable = False
            both.train_on_batch(given, [ones, true - 1])

        return step


def adam(config: TrainingConfig, steps: int) -> Any:
    """The optimiser of a training of so many steps."""
    return load_keras().optimizers.Adam(schedule(config, steps))


def _batches(
    train: Sample, clean: Flux, config: TrainingConfig, seed: int, epoch: int
) -> Iterator[Batch]:
    order = np.random.default_rng([seed, epoch]).permutation(len(train))
    for start in range(0, len(order), config.batch):
        index = order[start : start + config.batch]
        noisy = clean[index]
        train.noise.add(noisy, train.seed, index, epoch if config.fresh_noise else 0)
        yield noisy, clean[index]


def _with_noise(flux: Flux, inputs: int, rng: np.random.Generator) -> Flux:
    """Spectra minus one, with a channel of white noise if the network has two inputs."""
    drawn = rng.standard_normal((*flux.shape, inputs - 1), dtype=np.float32)
    return np.concatenate([flux[..., None] - 1, drawn], axis=-1)


def _denoised(model: "keras.Model", flux: Flux) -> ClassScores:
    """Denoised spectra; the noise that a generator is given is the same in every call."""
    rng, inputs = np.random.default_rng(0), model.input.shape[-1]
    parts = [np.empty((0, flux.shape[1]), dtype=np.float32)]
    for start in range(0, len(flux), EVALUATION_BATCH):
        given = _with_noise(flux[start : start + EVALUATION_BATCH], inputs, rng)
        parts.append(1 + load_keras().ops.convert_to_numpy(model.predict_on_batch(given)))
    return ClassScores(np.concatenate(parts), is_probability=False)


def _fitted(model: "keras.Model") -> Fitted:
    def save(folder: Path) -> None:
        model.save(folder / MODEL)

    return Fitted(partial(_denoised, model), save=save, model=model)

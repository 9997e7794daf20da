"""Networks: the convolutional classifier of the study, and the datathon's.

The study classifies a spectrum into 800 redshift classes with one-dimensional convolutions.
Its own settings could not be read here, so depth, width, kernel and stride are parameters.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.estimators.backend import load_keras
from specz.estimators.base import OMIT_DEFAULT, ClassScores, Fitted
from specz.estimators.training import TrainingConfig, logits, softmax_scores, temperature, train
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample

if TYPE_CHECKING:
    import keras

MODEL = "model.keras"
"""File name of a saved network."""


class _OfPixels:
    """A network that is built from the number of pixels alone."""

    training: TrainingConfig

    def build(self, n_pixels: int) -> "keras.Model":
        """Return the untrained model: (batch, n_pixels) to logits, (batch, n_classes)."""
        raise NotImplementedError

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Train from random weights drawn from ``seed``."""
        return fit_network(
            lambda: self.build(train.grid.n_pixels),
            self.training,
            train,
            validation,
            seed,
            checkpoint,
        )

    def load(self, folder: Path) -> Fitted:
        """Read a trained network from ``folder``."""
        return load_network(folder)


@dataclass(frozen=True)
class CNN(_OfPixels):
    """Convolutional layers of equal width, then one dense layer to the classes.

    Attributes
    ----------
    layers : int
        Convolutional layers.
    filters, kernel, stride : int
        Of each layer; ReLU follows.
    dropout : float
        Before the dense layer.
    l2 : float
        Penalty on the weights of the dense layer.
    training : TrainingConfig
    normalise : bool
        Whether the output of each convolution is normalised over the batch, before ReLU.
    """

    label: ClassVar[str] = "CNN"

    layers: int = 3
    filters: int = 16
    kernel: int = 8
    stride: int = 2
    dropout: float = 0.0
    l2: float = 0.0
    training: TrainingConfig = field(default_factory=TrainingConfig)
    normalise: bool = field(default=False, metadata=OMIT_DEFAULT)

    def __post_init__(self) -> None:
        checks.integer("layers", self.layers, 1, 8)
        checks.integer("filters", self.filters, 1, 1024)
        checks.integer("kernel", self.kernel, 1, 512)
        checks.integer("stride", self.stride, 1, 16)
        checks.number("dropout", self.dropout, 0, 0.99)
        checks.number("l2", self.l2, 0, 10)

    def build(self, n_pixels: int) -> "keras.Model":
        """Return the untrained model: (batch, n_pixels) to logits, (batch, n_classes)."""
        keras = load_keras()
        inputs = keras.Input((n_pixels,), name="spectrum")
        x = _centred_channel(inputs, n_pixels)
        for i in range(self.layers):
            x = keras.layers.Conv1D(
                self.filters,
                self.kernel,
                strides=self.stride,
                padding="same",
                activation=None if self.normalise else "relu",
                name=f"conv_{i + 1}",
            )(x)
            if self.normalise:
                x = keras.layers.BatchNormalization(name=f"normalise_{i + 1}")(x)
                x = keras.layers.Activation("relu", name=f"relu_{i + 1}")(x)
        x = keras.layers.Flatten(name="flatten")(x)
        if self.dropout:
            x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        penalty = keras.regularizers.L2(self.l2) if self.l2 else None
        outputs = keras.layers.Dense(CLASSES.n, kernel_regularizer=penalty, name="classes")(x)
        return keras.Model(inputs, outputs, name=f"cnn_{self.layers}")


@dataclass(frozen=True)
class DatathonNetwork(_OfPixels):
    """The baseline network of the ADA-X datathon (2023), by a co-author of the study.

    Three blocks of convolution (16 filters of 8, stride 1, ReLU), max-pooling 3 at stride 2
    and batch normalisation; dropout, dense 512, dropout, and the classes.
    """

    label: ClassVar[str] = "datathon network"

    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=20, min_updates=0, batch=32, learning_rate=1e-4, warmup=0.0
        )
    )

    def build(self, n_pixels: int) -> "keras.Model":
        """Return the untrained model: (batch, n_pixels) to logits, (batch, n_classes)."""
        keras = load_keras()
        inputs = keras.Input((n_pixels,), name="spectrum")
        x = _centred_channel(inputs, n_pixels)
        for i in range(3):
            x = keras.layers.Conv1D(16, 8, padding="same", activation="relu", name=f"conv_{i + 1}")(
                x
            )
            x = keras.layers.MaxPooling1D(3, strides=2, padding="same", name=f"pool_{i + 1}")(x)
            x = keras.layers.BatchNormalization(name=f"normalise_{i + 1}")(x)
        x = keras.layers.Flatten(name="flatten")(x)
        x = keras.layers.Dropout(0.5, name="dropout_1")(x)
        x = keras.layers.Dense(512, activation="relu", name="dense")(x)
        x = keras.layers.Dropout(0.5, name="dropout_2")(x)
        outputs = keras.layers.Dense(CLASSES.n, name="classes")(x)
        return keras.Model(inputs, outputs, name="datathon")


def _centred_channel(inputs: "keras.KerasTensor", n_pixels: int) -> "keras.KerasTensor":
    """Subtract the mean flux, which is one, and add a channel: (batch, n_pixels, 1)."""
    keras = load_keras()
    x = keras.layers.Rescaling(1.0, offset=-1.0, name="centre")(inputs)
    return keras.layers.Reshape((n_pixels, 1), name="channel")(x)


def fit_network(
    build: "Callable[[], keras.Model]",
    config: TrainingConfig,
    sample: Sample,
    validation: Sample,
    seed: int,
    checkpoint: Path | None,
    calibrate: bool = False,
) -> Fitted:
    """Build a model with weights drawn from ``seed``, and train it.

    With ``calibrate`` the logits are then scaled to the lowest loss on ``validation``.
    """
    keras = load_keras()
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = build()
    history, earlier = train(model, sample, validation, config, seed, checkpoint)
    if calibrate:
        factor = temperature(logits(model, validation.flux()), validation.labels)
        scaled = keras.layers.Rescaling(factor, name="temperature")(model.output)
        model = keras.Model(model.input, scaled, name=model.name)
    return replace(_fitted(model), history=history, earlier=earlier)


def load_network(folder: Path) -> Fitted:
    """Read the model that a fitted network saved into ``folder``."""
    return _fitted(load_keras().saving.load_model(folder / MODEL, compile=False))


def _fitted(model: "keras.Model") -> Fitted:
    def scores(flux: npt.NDArray[np.float32]) -> ClassScores:
        return softmax_scores(model, flux)

    def save(folder: Path) -> None:
        model.save(folder / MODEL)

    return Fitted(scores, save=save, model=model)


@dataclass(frozen=True)
class LayerRow:
    """One layer as the architecture figure shows it.

    Attributes
    ----------
    name, kind : str
    shape : tuple of int
        Of its output, without the batch axis.
    parameters : int
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


def layer_table(model: "keras.Model") -> list[LayerRow]:
    """List a model's layers with the output shapes and parameter counts Keras computed."""
    return [
        LayerRow(
            layer.name,
            type(layer).__name__,
            tuple(int(n) for n in layer.output.shape[1:]),
            sum(math.prod(weight.shape) for weight in layer.weights),
        )
        for layer in model.layers
    ]


def n_learned(model: "keras.Model") -> int:
    """Number of weights that training changes."""
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)

"""Convolutional networks: that of the study, and that of the datathon.

The study classifies a spectrum into 800 redshift classes with one-dimensional convolutions. Its
settings were not available to us, so depth, width, kernel and stride are parameters.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from specz.common import checks
from specz.estimators.backend import load_keras
from specz.estimators.base import OMIT_DEFAULT, Fitted
from specz.estimators.training import TrainingConfig, logits, softmax_scores, temperature, train
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Spectra

if TYPE_CHECKING:
    import keras

MODEL = "model.keras"
"""File name of a saved network."""


class Network:
    """The fit and load that all networks share."""

    training: TrainingConfig
    calibrate: bool = False
    build: "Callable[..., keras.Model]"

    def untrained(self, train: Any) -> "keras.Model":
        """Return the model before its first step."""
        return self.build(train.flux(slice(1)).shape[1])

    def fit(
        self, train: Spectra, validation: Spectra, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Train from random weights drawn from ``seed``."""
        build = partial(self.untrained, train)
        config, calibrate = self.training, self.calibrate
        return fit_network(build, config, train, validation, seed, checkpoint, calibrate)

    def load(self, folder: Path) -> Fitted:
        """Read a trained network from ``folder``."""
        return load_network(folder)


@dataclass(frozen=True)
class CNN(Network):
    """Convolutional layers of equal width, then one dense layer to the classes.

    Attributes
    ----------
    filters, kernel, stride : int
        Of each layer; ReLU follows.
    dropout : float
        Before the dense layer.
    l2 : float
        Penalty on the weights of the dense layer.
    normalise : bool
        Whether each convolution is followed by batch normalisation, before ReLU.
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
        checks.number("l2", self.l2, 0, 1e6)

    def build(self, n_pixels: int) -> "keras.Model":
        """Return the untrained model: (batch, n_pixels) to logits, (batch, n_classes)."""
        keras = load_keras()
        inputs = keras.Input((n_pixels,), name="spectrum")
        x = _centred_channel(inputs, n_pixels)
        activation = None if self.normalise else "relu"
        shared = {"strides": self.stride, "padding": "same", "activation": activation}
        for i in range(1, self.layers + 1):
            x = keras.layers.Conv1D(self.filters, self.kernel, **shared, name=f"conv_{i}")(x)
            if self.normalise:
                x = keras.layers.BatchNormalization(name=f"normalise_{i}")(x)
                x = keras.layers.Activation("relu", name=f"relu_{i}")(x)
        x = keras.layers.Flatten(name="flatten")(x)
        if self.dropout:
            x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        penalty = _penalty(self.l2)
        outputs = keras.layers.Dense(CLASSES.n, kernel_regularizer=penalty, name="classes")(x)
        return keras.Model(inputs, outputs, name=f"cnn_{self.layers}")


@dataclass(frozen=True)
class DatathonNetwork(Network):
    """The baseline network of the ADA-X datathon (2023), by a co-author of the study.

    Three blocks of convolution (16 filters of 8, stride 1, ReLU), max-pooling (3, stride 2) and
    batch normalisation; then dropout, 512 dense units, dropout, and the classes. It was trained at
    one learning rate, and the weights of the last epoch were kept.

    Attributes
    ----------
    activation : str
        Of the 512 units: ``linear`` as published, or another of Keras.
    l2 : float
        Penalty on their weights.
    """

    label: ClassVar[str] = "datathon network"

    activation: str = "linear"
    l2: float = 0.2
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=20,
            min_updates=0,
            batch=32,
            learning_rate=1e-4,
            warmup=0.0,
            keep_best=False,
            decay=False,
        )
    )

    def __post_init__(self) -> None:
        checks.choice("activation", self.activation, ("linear", "relu"))
        checks.number("l2", self.l2, 0, 1e6)

    def build(self, n_pixels: int) -> "keras.Model":
        """Return the untrained model: (batch, n_pixels) to logits, (batch, n_classes)."""
        keras = load_keras()
        inputs = keras.Input((n_pixels,), name="spectrum")
        x = keras.layers.Reshape((n_pixels, 1), name="channel")(inputs)
        for i in (1, 2, 3):
            convolve = {"padding": "same", "activation": "relu", "name": f"conv_{i}"}
            x = keras.layers.Conv1D(16, 8, **convolve)(x)
            x = keras.layers.MaxPooling1D(3, strides=2, padding="same", name=f"pool_{i}")(x)
            x = keras.layers.BatchNormalization(name=f"normalise_{i}")(x)
        x = keras.layers.Flatten(name="flatten")(x)
        x = keras.layers.Dropout(0.5, name="dropout_1")(x)
        penalised = {"activation": self.activation, "kernel_regularizer": _penalty(self.l2)}
        x = keras.layers.Dense(512, **penalised, name="dense")(x)
        x = keras.layers.Dropout(0.5, name="dropout_2")(x)
        outputs = keras.layers.Dense(CLASSES.n, name="classes")(x)
        return keras.Model(inputs, outputs, name="datathon")


def _penalty(l2: float) -> "keras.regularizers.Regularizer | None":
    return load_keras().regularizers.L2(l2) if l2 else None


def _centred_channel(inputs: "keras.KerasTensor", n_pixels: int) -> "keras.KerasTensor":
    """Subtract the mean flux, which is one, and add a channel: (batch, n_pixels, 1)."""
    keras = load_keras()
    x = keras.layers.Rescaling(1.0, offset=-1.0, name="centre")(inputs)
    return keras.layers.Reshape((n_pixels, 1), name="channel")(x)


def fit_network(
    build: "Callable[[], keras.Model]",
    config: TrainingConfig,
    sample: Spectra,
    validation: Spectra,
    seed: int,
    checkpoint: Path | None,
    calibrate: bool = False,
) -> Fitted:
    """Build a model with weights drawn from ``seed``, and train it.

    With ``calibrate`` the logits are then scaled for the lowest loss on ``validation``.
    """
    keras = load_keras()
    keras.backend.clear_session()  # frees the graphs of earlier networks
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
    # Without compile=False Keras would also restore the optimiser, which only training needs.
    return _fitted(load_keras().saving.load_model(folder / MODEL, compile=False))


def _fitted(model: "keras.Model") -> Fitted:
    def save(folder: Path) -> None:
        model.save(folder / MODEL)

    return Fitted(partial(softmax_scores, model), save=save, model=model)


@dataclass(frozen=True)
class LayerRow:
    """One layer of the architecture figure; ``shape`` is its output's, without the batch axis."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


def layer_table(model: "keras.Model") -> list[LayerRow]:
    """List a model's layers with the output shapes and parameter counts from Keras."""
    rows = []
    for layer in model.layers:
        shape = tuple(int(n) for n in layer.output.shape[1:])
        parameters = sum(math.prod(weight.shape) for weight in layer.weights)
        rows.append(LayerRow(layer.name, type(layer).__name__, shape, parameters))
    return rows


def n_learned(model: "keras.Model") -> int:
    """Number of weights that training changes."""
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)

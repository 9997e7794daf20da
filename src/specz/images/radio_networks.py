"""A small network for radio galaxies: as it is, with rotated copies, and averaged over rotations.

The third sees each image in the eight positions of the square, turned and flipped, with the same
weights, and averages what it found: its answer can't depend on them. That is the cyclic pooling of
Deep-HiTS; Dieleman et al. (2015) join the positions instead.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specz.common import checks
from specz.estimators.backend import load_keras
from specz.estimators.cnn import Network
from specz.estimators.training import TrainingConfig
from specz.images.radio import CLASSES, SIDE

if TYPE_CHECKING:
    import keras


def fixed_length(epochs: int, min_updates: int, copies: bool) -> TrainingConfig:
    """Training to the end of its schedule, which no accident of few validation images cuts."""
    return TrainingConfig(
        epochs, min_updates, batch=32, learning_rate=2e-3, fresh_noise=copies, keep_best=False
    )


@dataclass(frozen=True)
class RadioNetwork(Network):
    """Four convolutions, each but the last followed by pooling, and two dense layers.

    Attributes
    ----------
    averaged : bool
        Whether the network averages over the eight positions.
    filters : int
        Of the first layer; the others have twice, four and four times as many.
    l2 : float
        Penalty on the weights of all layers.
    training : TrainingConfig
        With ``fresh_noise`` each epoch shows rotated copies.
    """

    averaged: bool = False
    filters: int = 8
    dense: int = 32
    dropout: float = 0.5
    l2: float = 1e-3
    calibrate: bool = True
    training: TrainingConfig = field(default_factory=lambda: fixed_length(1, 600, False))

    def __post_init__(self) -> None:
        for name in ("averaged", "calibrate"):
            checks.flag(name, getattr(self, name))
        for name in ("filters", "dense"):
            checks.integer(name, getattr(self, name), 1, 1024)
        checks.number("dropout", self.dropout, 0, 0.99)
        checks.number("l2", self.l2, 0, 1e6)

    @property
    def label(self) -> str:
        """Name in figures."""
        if self.averaged:
            return "CNN averaged over rotations"
        return "CNN with rotated copies" if self.training.fresh_noise else "plain CNN"

    def untrained(self, train: object) -> "keras.Model":
        """Return the model before its first step."""
        return self.build()

    def build(self) -> "keras.Model":
        """Return the untrained model: (batch, SIDE, SIDE) to logits, (batch, n_classes)."""
        keras = load_keras()
        layers, ops = keras.layers, keras.ops
        inputs = keras.Input((SIDE, SIDE), name="image")
        x = inputs
        if self.averaged:
            x = ops.concatenate([x, ops.transpose(x, (0, 2, 1))], axis=0)
            for axis in (1, 2):
                x = ops.concatenate([x, ops.flip(x, axis)], axis=0)
        x = layers.Reshape((SIDE, SIDE, 1), name="channel")(x)
        shared = {"kernel_regularizer": keras.regularizers.L2(self.l2)}
        for i, factor in enumerate((1, 2, 4, 4), start=1):
            size = {"kernel_size": 5, "strides": 2} if i == 1 else {"kernel_size": 3}
            filters = factor * self.filters
            x = layers.Conv2D(filters, **size, padding="same", **shared, name=f"conv_{i}")(x)
            x = layers.BatchNormalization(momentum=0.9, name=f"normalise_{i}")(x)
            x = layers.Activation("relu", name=f"relu_{i}")(x)
            if i < 4:
                x = layers.MaxPooling2D(2, name=f"pool_{i}")(x)
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(self.dense, activation="relu", **shared, name="dense")(x)
        if self.averaged:
            x = ops.mean(ops.reshape(x, (8, -1, self.dense)), axis=0)
        x = layers.Dropout(self.dropout, name="dropout")(x)
        outputs = layers.Dense(len(CLASSES), name="classes")(x)
        return keras.Model(inputs, outputs, name="radio")

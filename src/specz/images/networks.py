"""The network of Kim & Brunner (2016), by the table of its layers that the talk prints."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specz.common import checks
from specz.estimators.backend import load_keras
from specz.estimators.cnn import Network
from specz.estimators.training import TrainingConfig
from specz.images.stamps import BANDS, CLASSES, SIZE

if TYPE_CHECKING:
    import keras

FULL, NARROW = "network of Kim & Brunner", "narrow network"

LEAK = 0.01
"""Slope of the leaky ReLU below zero: assumed, the table does not say."""

BLOCKS = ((1, 2), (2, 3), (4, 3))
"""Blocks before a pooling layer: filters in units of the first layer's, number of layers."""


@dataclass(frozen=True)
class StampNetwork(Network):
    """Eight convolutions in three blocks, each followed by pooling, and two dense layers.

    The first kernel is 5×5 without padding, for which the table prints none; the others are 3×3
    with a padding of one. Weights start orthogonal, biases at 0.1, those of dense layers at 0.01.

    Attributes
    ----------
    filters : int
        Of the first two layers; twice as many in the second block, four times in the third.
    dense : int
        Units of each dense layer.
    calibrate : bool
        Whether the logits are scaled for the lowest loss on validation stamps.
    """

    filters: int = 32
    dense: int = 2048
    calibrate: bool = True
    training: TrainingConfig = field(default_factory=lambda: TrainingConfig(learning_rate=1e-3))

    def __post_init__(self) -> None:
        checks.integer("filters", self.filters, 1, 1024)
        checks.integer("dense", self.dense, 1, 65_536)
        checks.flag("calibrate", self.calibrate)

    @property
    def label(self) -> str:
        """Name in figures: only at its full width is it that of the table."""
        full = (self.filters, self.dense) == (StampNetwork.filters, StampNetwork.dense)
        return FULL if full else NARROW

    def untrained(self, train: object) -> "keras.Model":
        """Return the model before its first step."""
        return self.build()

    def build(self) -> "keras.Model":
        """Return the untrained model: (batch, n_bands, SIZE, SIZE) to logits, (batch, 2)."""
        keras = load_keras()
        layers, constant = keras.layers, keras.initializers.Constant
        inputs = keras.Input((len(BANDS), SIZE, SIZE), name="stamp")
        # TensorFlow convolves on a CPU only with the bands last.
        x = layers.Permute((2, 3, 1), name="bands_last")(inputs)

        def leaky(layer: Any, x: Any) -> Any:
            return layers.LeakyReLU(negative_slope=LEAK, name=f"{layer.name}_leaky")(layer(x))

        for block, (factor, depth) in enumerate(BLOCKS, start=1):
            for i in range(1, depth + 1):
                first = block == i == 1
                convolution = layers.Conv2D(
                    factor * self.filters,
                    5 if first else 3,
                    padding="valid" if first else "same",
                    kernel_initializer="orthogonal",
                    bias_initializer=constant(0.1),
                    name=f"conv_{block}_{i}",
                )
                x = leaky(convolution, x)
            x = layers.MaxPooling2D(2, name=f"pool_{block}")(x)
        x = layers.Flatten(name="flatten")(x)
        start = {"kernel_initializer": "orthogonal", "bias_initializer": constant(0.01)}
        for i in (1, 2):
            x = leaky(layers.Dense(self.dense, **start, name=f"dense_{i}"), x)
        outputs = layers.Dense(len(CLASSES), **start, name="classes")(x)
        return keras.Model(inputs, outputs, name="stamps")

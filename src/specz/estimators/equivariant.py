"""A network that knows what redshift is: a translation in ln λ.

A spectrum of the training set at redshift z is m(ln λ - ln(1 + z)). For white noise, all that
a spectrum x says about z and the SED are its products with the components of the library at
every redshift, x·b_r(z): sufficient statistics. In bins of ln λ they are cross-correlations,
and the same small network at every shift may turn them into ln p(z):

1. each pixel is shared among the bins of ln λ that it covers;
2. the bins are correlated with rest-frame filters: principal continua (one FFT each), and the
   lines, which are short;
3. a few dense layers, alike at every shift, map the products to ln p. They also see the
   correlation of the filters with an empty window, which says what of the rest frame is seen;
4. ln p is interpolated between the shifts, and p summed over each class.

What is learned is only step 3, the sum over SEDs that the Bayes limit writes out.
"""

import importlib
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.estimators.backend import load_keras
from specz.estimators.base import Fitted
from specz.estimators.cnn import fit_network, load_network
from specz.estimators.log_bins import LogBins, Taps, rest_frame_filters, shorten
from specz.estimators.training import TrainingConfig
from specz.spectra.components import decompose
from specz.spectra.sample import Sample

if TYPE_CHECKING:
    import keras

FloatArray = npt.NDArray[np.float64]

SUBSTEPS_MAX = 64
"""Most points of a class at which p is summed."""

SNR_MAX = 100.0
"""Clean spectra are taken to have this S/N, to which the products are scaled."""

SCALE = 10.0
"""Products are divided by this many times their noise, so that the layers see numbers near one."""


@dataclass(frozen=True)
class Equivariant:
    """Correlation with rest-frame filters, then one small network for every shift.

    Attributes
    ----------
    continua : int
        Principal continua among the filters; the lines are further filters. The Bayes limit at
        S/N 1 is the same with four as with sixteen.
    shifts : int
        Trial redshifts, uniform in ln(1 + z) over the range of the classes.
    hidden : tuple of int
        Widths of the dense layers.
    substeps : int
        Points of each class at which p(z) is summed at S/N 1; as many times more as the S/N is
        higher, up to :data:`SUBSTEPS_MAX`.
    learn_filters : bool
        Whether the filters are trained as well.
    know_library : bool
        Whether the filters start from the library; otherwise they start as noise.
    calibrate : bool
        Whether ln p is scaled, after training, to the lowest loss on validation spectra.
    training : TrainingConfig
    """

    label: ClassVar[str] = "equivariant network"

    continua: int = 4
    shifts: int = 1152
    hidden: tuple[int, ...] = (32, 32)
    substeps: int = 8
    learn_filters: bool = False
    know_library: bool = True
    calibrate: bool = True
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=1, min_updates=1250, batch=32, learning_rate=1e-2, keep_best=False
        )
    )

    def __post_init__(self) -> None:
        checks.integer("continua", self.continua, 1, 128)
        checks.integer("shifts", self.shifts, 100, 100_000)
        checks.integer("substeps", self.substeps, 1, SUBSTEPS_MAX)
        checks.listed("hidden", self.hidden, checks.integer, 1, 4096, repeats=True)

    def build(self, train: Sample) -> "keras.Model":
        """Return the model: (batch, n_pixels) to logits, (batch, n_classes)."""
        keras = load_keras()
        from specz.estimators.equivariant_layers import SumOverClass

        bins = LogBins(train.grid, self.shifts)
        snr = min(train.snr, SNR_MAX)
        inputs = keras.Input((train.grid.n_pixels,), name="spectrum")
        x = keras.layers.Rescaling(1.0, offset=-1.0, name="centre")(inputs)
        x = _taps(bins.sharing, "log_bins")(x)
        looks = [layer(x) for layer in self._correlate(train, bins, snr / SCALE)]
        # (batch, shift, filter), (1, shift, filter)
        products, window = (
            keras.ops.concatenate(parts, axis=-1) for parts in zip(*looks, strict=True)
        )
        first, *others = self.hidden
        h = keras.layers.Dense(first, name="dense_1")(products)
        h += keras.layers.Dense(first, use_bias=False, name="dense_window")(window / snr)
        h = keras.layers.Activation("relu", name="relu_1")(h)
        for i, width in enumerate(others, start=2):
            h = keras.layers.Dense(width, activation="relu", name=f"dense_{i}")(h)
        h = keras.layers.Dense(1, name="log_p")(h)
        h = keras.layers.Reshape((bins.n_shifts,), name="shifts")(h)
        near = bins.classes(min(SUBSTEPS_MAX, math.ceil(self.substeps * max(1.0, snr))))
        total = SumOverClass(*near.weight.shape, name="sum_over_class")
        _assign(total, near)
        return keras.Model(inputs, total(h), name="equivariant")

    def _correlate(self, train: Sample, bins: "LogBins", scale: float) -> "list[keras.Layer]":
        """Layers with the filters, first the continua, then the lines."""
        from specz.estimators.equivariant_layers import Correlate, CorrelateShort

        components = decompose(train.library, np.unique(train.sed), self.continua)
        filters = rest_frame_filters(components, bins) * scale
        n_long = self.continua
        if not self.know_library:  # any filter may then become anything
            noise = np.random.default_rng(0).standard_normal(filters.shape)
            filters = noise * np.sqrt((filters**2).mean(axis=1, keepdims=True))
            n_long = len(filters)
        sizes = {"n_bins": bins.n_bins, "n_shifts": bins.n_shifts, "trainable": self.learn_filters}
        layers = [Correlate(n_long, bins.length, **sizes, name="correlate")]
        layers[0].filters.assign(filters[:n_long])
        if n_long < len(filters):
            starts, short = shorten(filters[n_long:])
            layers.append(CorrelateShort(starts, short.shape[1], **sizes, name="correlate_lines"))
            layers[1].filters.assign(short)
        for layer in layers:
            layer.window.assign(bins.window[None])
        return layers

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Train from random dense layers drawn from ``seed``."""
        return fit_network(
            lambda: self.build(train),
            self.training,
            train,
            validation,
            seed,
            checkpoint,
            self.calibrate,
        )

    def load(self, folder: Path) -> Fitted:
        """Read a trained network from ``folder``."""
        load_keras()  # quietly, before the layers load it
        importlib.import_module(
            "specz.estimators.equivariant_layers"
        )  # makes the layers known to Keras
        return load_network(folder)


def _taps(taps: Taps, name: str) -> "keras.layers.Layer":
    from specz.estimators import equivariant_layers

    layer = equivariant_layers.Taps(*taps.weight.shape, name=name)
    _assign(layer, taps)
    return layer


def _assign(layer: "keras.layers.Layer", taps: Taps) -> None:
    layer.first.assign(taps.first)
    layer.weight.assign(taps.weight)


def filters_of(network: "keras.Model") -> FloatArray:
    """Rest-frame filters of a network, shape (n_filters, length), short ones filled with zeros."""
    long = np.asarray(network.get_layer("correlate").filters)
    if "correlate_lines" not in [layer.name for layer in network.layers]:
        return long
    lines = network.get_layer("correlate_lines")
    short = np.zeros((len(lines.starts), long.shape[1]))
    columns = np.array(lines.starts)[:, None] + np.arange(lines.width)
    np.put_along_axis(short, columns, np.asarray(lines.filters), axis=1)
    return np.concatenate([long, short])

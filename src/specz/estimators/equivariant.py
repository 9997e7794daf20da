"""A network with redshift built in, as a translation in ln λ.

An SED m at redshift z is m(ln λ - ln(1 + z)). For white noise, the products x·b_r(z) of a spectrum
x with the components of the library at every redshift are sufficient statistics of z and the SED.
In bins of ln λ they are cross-correlations, and the same small network at every shift can map them
to ln p(z):

1. each pixel is shared among the bins of ln λ that it covers;
2. the bins are correlated with rest-frame filters: principal continua (one FFT each), and the
   lines, which are short;
3. a few dense layers, the same at every shift, map the products to ln p. They also see the
   correlation of the filters with a window of ones: the part of each filter on the pixels;
4. ln p is interpolated between the shifts, and p is summed over each class.

Only step 3 is learned: the sum over SEDs, which the Bayes limit computes explicitly.
"""

import importlib
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from specz.common import checks
from specz.common.arrays import FloatArray
from specz.estimators.backend import load_keras
from specz.estimators.base import Fitted
from specz.estimators.cnn import Network
from specz.estimators.log_bins import LogBins, Taps, rest_frame_filters, shorten
from specz.estimators.training import TrainingConfig
from specz.spectra.components import decompose
from specz.spectra.sample import Sample

if TYPE_CHECKING:
    import keras


SUBSTEPS_MAX = 64
"""Most points per class at which p is summed."""

SNR_MAX = 100.0
"""S/N that clean spectra are taken to have when the products are scaled."""

SCALE = 10.0
"""Products are divided by this many times their noise, so the layers' inputs are near one."""


@dataclass(frozen=True)
class Equivariant(Network):
    """Correlation with rest-frame filters, then one small network for every shift.

    Attributes
    ----------
    continua : int
        Principal continua among the filters, besides the lines. The Bayes limit at S/N 1 is the
        same with four as with sixteen.
    shifts : int
        Trial redshifts, uniform in ln(1 + z) over the range of the classes.
    hidden : tuple of int
        Widths of the dense layers.
    substeps : int
        Points per class at which p(z) is summed at S/N 1; their number grows with the S/N, up to
        :data:`SUBSTEPS_MAX`.
    learn_filters : bool
        Whether the filters are trained as well.
    know_library : bool
        Whether the filters start from the library; otherwise they start as noise.
    calibrate : bool
        Whether ln p is scaled, after training, for the lowest loss on validation spectra.
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
        from specz.estimators.equivariant_layers import Taps as TapsLayer

        bins = LogBins(train.grid, self.shifts)
        snr = min(train.snr, SNR_MAX)
        inputs = keras.Input((train.grid.n_pixels,), name="spectrum")
        x = keras.layers.Rescaling(1.0, offset=-1.0, name="centre")(inputs)
        sharing = bins.sharing
        x = _with_taps(TapsLayer(*sharing.weight.shape, name="log_bins"), sharing)(x)
        outputs = [layer(x) for layer in self._correlate(train, bins, snr / SCALE)]
        products, window = (keras.ops.concatenate(o, axis=-1) for o in zip(*outputs, strict=True))
        # products: (batch, shift, filter), window: (1, shift, filter)
        first, *others = self.hidden
        h = keras.layers.Dense(first, name="dense_1")(products)
        h += keras.layers.Dense(first, use_bias=False, name="dense_window")(window / snr)
        h = keras.layers.Activation("relu", name="relu_1")(h)
        for i, width in enumerate(others, start=2):
            h = keras.layers.Dense(width, activation="relu", name=f"dense_{i}")(h)
        h = keras.layers.Dense(1, name="log_p")(h)
        h = keras.layers.Reshape((bins.n_shifts,), name="shifts")(h)
        near = bins.classes(min(SUBSTEPS_MAX, math.ceil(self.substeps * max(1.0, snr))))
        total = _with_taps(SumOverClass(*near.weight.shape, name="sum_over_class"), near)
        return keras.Model(inputs, total(h), name="equivariant")

    def untrained(self, train: Sample) -> "keras.Model":
        """Return the model before its first step."""
        return self.build(train)

    def _correlate(self, train: Sample, bins: LogBins, scale: float) -> "list[keras.Layer]":
        """Layers with the filters: first the continua, then the lines."""
        from specz.estimators.equivariant_layers import Correlate, CorrelateShort

        components = decompose(train.library, np.unique(train.sed), self.continua)
        filters = rest_frame_filters(components, bins) * scale
        n_long = self.continua
        if not self.know_library:  # no filter is then known to be short
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

    def load(self, folder: Path) -> Fitted:
        """Read a trained network from ``folder``."""
        load_keras()  # without messages, before the next line loads it
        importlib.import_module("specz.estimators.equivariant_layers")  # registers the layers
        return super().load(folder)


def _with_taps(layer: "keras.layers.Layer", taps: Taps) -> "keras.layers.Layer":
    layer.first.assign(taps.first)
    layer.weight.assign(taps.weight)
    return layer


def filters_of(network: "keras.Model") -> FloatArray:
    """Rest-frame filters of a network, shape (n_filters, length), short ones padded with zeros."""
    long = np.asarray(network.get_layer("correlate").filters)
    if "correlate_lines" not in [layer.name for layer in network.layers]:
        return long
    lines = network.get_layer("correlate_lines")
    short = np.zeros((len(lines.starts), long.shape[1]))
    columns = np.array(lines.starts)[:, None] + np.arange(lines.width)
    np.put_along_axis(short, columns, np.asarray(lines.filters), axis=1)
    return np.concatenate([long, short])

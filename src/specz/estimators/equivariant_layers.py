"""Keras layers of the network in :mod:`specz.estimators.equivariant`.

Importing this module loads Keras, so only the functions that need the layers import it.
"""

import math
from typing import Any

import keras
from keras import ops


class _Layer(keras.layers.Layer):  # type: ignore[misc]
    """A layer whose settings are its attributes named in ``sizes``."""

    sizes: tuple[str, ...]

    def get_config(self) -> dict[str, Any]:
        """Settings from which Keras rebuilds the layer."""
        return {**super().get_config(), **{name: getattr(self, name) for name in self.sizes}}


class _FixedMap(_Layer):
    """A linear map that is not trained, from few neighbouring inputs to each output."""

    def __init__(self, shape: tuple[int, ...], **settings: Any) -> None:
        super().__init__(**{**settings, "trainable": False})
        self.first = self.add_weight(
            shape=shape[:1], initializer="zeros", dtype="int32", name="first"
        )
        self.weight = self.add_weight(shape=shape, initializer="zeros", name="weight")


@keras.saving.register_keras_serializable("specz")
class Taps(_FixedMap):
    """The map out_j = Σ_t weight_jt in_(first_j + t), with ``n_taps`` inputs per output."""

    sizes = ("n_out", "n_taps")

    def __init__(self, n_out: int, n_taps: int, **settings: Any) -> None:
        super().__init__((n_out, n_taps), **settings)
        self.n_out, self.n_taps = n_out, n_taps

    def call(self, inputs: Any) -> Any:
        """Map (batch, n_in) to (batch, n_out)."""
        rows = ops.transpose(inputs)  # whole rows are gathered faster than single numbers
        first, weight = self.first, self.weight
        taps = [ops.take(rows, first + t, axis=0) * weight[:, t, None] for t in range(self.n_taps)]
        return ops.transpose(sum(taps[1:], start=taps[0]))


@keras.saving.register_keras_serializable("specz")
class SumOverClass(_FixedMap):
    """From ln p at the shifts to ln of its sum over each class.

    A class is summed at ``substeps`` redshifts, where ln p is interpolated from ``n_near`` shifts.
    """

    sizes = ("n_classes", "substeps", "n_near")

    def __init__(self, n_classes: int, substeps: int, n_near: int, **settings: Any) -> None:
        super().__init__((n_classes, substeps, n_near), **settings)
        self.n_classes, self.substeps, self.n_near = n_classes, substeps, n_near

    def call(self, inputs: Any) -> Any:
        """Map (batch, n_shifts) to (batch, n_classes)."""
        near = self.first[:, None] + ops.arange(self.n_near)
        log_p = ops.matmul(self.weight, ops.take(ops.transpose(inputs), near, axis=0))
        return ops.transpose(ops.logsumexp(log_p, axis=1))


class _Products(_Layer):
    """Products of spectra in bins of ln λ with filters at every shift.

    out_bsf = Σ_j in_bj filter_f,(j + n_shifts - 1 - s): a redshift translates a spectrum, and the
    output with it. The window, a spectrum of ones, gives the part of each filter on the pixels.
    """

    def __init__(self, n_bins: int, n_shifts: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.n_bins, self.n_shifts = n_bins, n_shifts
        self.window = self.add_weight(
            shape=(1, n_bins), initializer="ones", trainable=False, name="window"
        )

    def call(self, inputs: Any) -> Any:
        """Map (batch, n_bins) to (batch, n_shifts, n_filters), and the window likewise."""
        return self._products(inputs), self._products(self.window)

    def _products(self, spectra: Any) -> Any:
        raise NotImplementedError


@keras.saving.register_keras_serializable("specz")
class Correlate(_Products):
    """Products with long filters, by fast Fourier transform.

    The filters have ``length`` bins, at least ``n_bins`` of the spectra plus ``n_shifts``.
    """

    sizes = ("n_filters", "length", "n_bins", "n_shifts")

    def __init__(
        self, n_filters: int, length: int, n_bins: int, n_shifts: int, **settings: Any
    ) -> None:
        super().__init__(n_bins, n_shifts, **settings)
        self.n_filters, self.length = n_filters, length
        self.filters = self.add_weight(
            shape=(n_filters, length), initializer="random_normal", name="filters"
        )

    def _products(self, spectra: Any) -> Any:
        padded = ops.pad(spectra, [[0, 0], [0, self.length - spectra.shape[-1]]])
        a, b = (ops.expand_dims(part, 1) for part in ops.rfft(padded))
        c, d = ops.rfft(self.filters)
        # The product conj(a + ib)(c + id) correlates: value s belongs to the filter moved by s.
        moved = ops.irfft((a * c + b * d, a * d - b * c), fft_length=self.length)
        return ops.transpose(ops.flip(moved[..., : self.n_shifts], axis=-1), (0, 2, 1))


@keras.saving.register_keras_serializable("specz")
class CorrelateShort(_Products):
    """Products with short filters, such as lines, by convolution.

    Filter f is zero except in ``width`` bins from ``starts[f]`` on.
    """

    sizes = ("starts", "width", "n_bins", "n_shifts")

    def __init__(
        self, starts: list[int], width: int, n_bins: int, n_shifts: int, **settings: Any
    ) -> None:
        super().__init__(n_bins, n_shifts, **settings)
        self.starts, self.width = starts, width
        self.filters = self.add_weight(
            shape=(len(starts), width), initializer="random_normal", name="filters"
        )

    def _products(self, spectra: Any) -> Any:
        # At shift s a filter begins at bin `begin + s`, which may be outside the spectrum.
        begins = [start - (self.n_shifts - 1) for start in self.starts]
        before = max(0, -min(begins))
        after = max(0, max(begins) + self.n_shifts + self.width - 1 - self.n_bins)
        everywhere = self._convolve(ops.pad(spectra, [[0, 0], [before, after]]))
        firsts = [before + begin for begin in begins]
        moved = [everywhere[:, f, at : at + self.n_shifts] for f, at in enumerate(firsts)]
        return ops.transpose(ops.stack(moved, axis=1), (0, 2, 1))  # faster than stack(axis=2)

    def _convolve(self, spectra: Any) -> Any:
        """Products with each filter at every bin where it begins, (batch, n_filters, n_begin).

        A product of matrices is faster than a convolution with one channel: the spectrum is cut
        into blocks as wide as the filters, so a filter that begins in a block ends in it or in the
        next.
        """
        width = self.width
        n_blocks = math.ceil(spectra.shape[1] / width)
        n_more = (n_blocks + 1) * width - spectra.shape[1]
        blocks = ops.reshape(ops.pad(spectra, [[0, 0], [0, n_more]]), (-1, n_blocks + 1, width))
        pairs = ops.concatenate([blocks[:, :-1], blocks[:, 1:]], axis=2)
        begun = [ops.pad(self.filters, [[0, 0], [at, width - at]]) for at in range(width)]
        products = ops.matmul(pairs, ops.transpose(ops.concatenate(begun, axis=0)))
        products = ops.reshape(products, (-1, n_blocks * width, len(self.starts)))
        return ops.transpose(products, (0, 2, 1))

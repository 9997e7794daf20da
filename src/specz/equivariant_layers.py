"""Keras layers of the network that knows what redshift is; see :mod:`specz.equivariant`.

Importing this module loads Keras; :meth:`specz.equivariant.Equivariant.build` does so.
"""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("specz")
class Taps(keras.layers.Layer):  # type: ignore[misc]
    """A fixed linear map with few neighbours: out_j = Σ_t weight_jt in_(first_j + t).

    Parameters
    ----------
    n_out, n_taps : int
    """

    def __init__(self, n_out: int, n_taps: int, **settings: Any) -> None:
        super().__init__(**{**settings, "trainable": False})
        self.n_out, self.n_taps = n_out, n_taps
        self.first = self.add_weight(
            shape=(n_out,), initializer="zeros", dtype="int32", name="first"
        )
        self.weight = self.add_weight(shape=(n_out, n_taps), initializer="zeros", name="weight")

    def call(self, inputs: Any) -> Any:
        """Map (batch, n_in) to (batch, n_out)."""
        taps = [
            ops.take(inputs, self.first + t, axis=1) * self.weight[:, t] for t in range(self.n_taps)
        ]
        return sum(taps[1:], start=taps[0])

    def get_config(self) -> dict[str, Any]:
        """Settings from which Keras makes the layer again."""
        return {**super().get_config(), "n_out": self.n_out, "n_taps": self.n_taps}


@keras.saving.register_keras_serializable("specz")
class Correlate(keras.layers.Layer):  # type: ignore[misc]
    """Cross-correlate spectra with filters by FFT: out_bsf = Σ_j in_bj filter_f,(j + n - 1 - s).

    Both are in bins of ln λ, so that a redshift moves a spectrum along and the output with it.
    The same is done to the window, a spectrum of ones: it says what part of a filter is seen.

    Parameters
    ----------
    n_filters, length : int
        Of the filters, in bins.
    n_bins : int
        Of the spectra.
    n_shifts : int
        n above. Bins plus shifts must not exceed ``length``.
    """

    def __init__(
        self, n_filters: int, length: int, n_bins: int, n_shifts: int, **settings: Any
    ) -> None:
        super().__init__(**settings)
        self.n_filters, self.length = n_filters, length
        self.n_bins, self.n_shifts = n_bins, n_shifts
        self.window = self.add_weight(
            shape=(1, n_bins), initializer="ones", trainable=False, name="window"
        )
        self.filters = self.add_weight(
            shape=(n_filters, length), initializer="random_normal", name="filters"
        )

    def call(self, inputs: Any) -> Any:
        """Map (batch, n_bins) to (batch, n_shifts, n_filters), and the window likewise."""
        return self._correlate(inputs), self._correlate(self.window)

    def _correlate(self, spectra: Any) -> Any:
        padded = ops.pad(spectra, [[0, 0], [0, self.length - spectra.shape[-1]]])
        a, b = (ops.expand_dims(part, 1) for part in ops.rfft(padded))
        c, d = ops.rfft(self.filters)
        # conj(a + ib)(c + id); the result at s is the sum with the filter moved by s.
        moved = ops.irfft((a * c + b * d, a * d - b * c), fft_length=self.length)
        return ops.transpose(ops.flip(moved[..., : self.n_shifts], axis=-1), (0, 2, 1))

    def get_config(self) -> dict[str, Any]:
        """Settings from which Keras makes the layer again."""
        names = ("n_filters", "length", "n_bins", "n_shifts")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

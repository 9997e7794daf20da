"""Noise models: the inverse variance (ivar) of each pixel, and draws of the noise.

:class:`White` is the noise of the study; :class:`PerPixel` has one variance per pixel and can mask
pixels. Estimators take the noise from their sample and assume nothing else about it. All fluxes
are in units of the spectrum's noiseless mean.

The random numbers are addressed by (seed, example, epoch), so the noise of a spectrum does not
depend on other spectra drawn before; :mod:`specz.spectra.normals` draws them.
"""

import math
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray, Flux, IntArray


class Noise(Protocol):
    """Gaussian noise, independent from pixel to pixel."""

    @property
    def snr(self) -> float:
        """S/N per pixel on the mean flux: root mean square of 1/σ; infinite for clean spectra."""

    def weight(self, n_pixels: int) -> FloatArray:
        """Inverse variance of each pixel over snr², shape (n_pixels,); zero where masked.

        Its mean is one, so it is finite for clean spectra as well.
        """

    def add(self, flux: Flux, seed: int, example: IntArray, epoch: int = 0) -> None:
        """Add noise to spectra, in place.

        Parameters
        ----------
        flux : ndarray, shape (n_spectra, n_pixels), float32
        seed : int
            Number of the data set.
        example : ndarray of int, shape (n_spectra,)
            Number of each spectrum within the data set.
        epoch : int
            Number of the draw: another epoch puts other noise on the same spectrum.
        """

    def scaled(self, factor: float) -> Self:
        """Return the same noise with σ multiplied."""


@dataclass(frozen=True)
class White:
    """Noise of one standard deviation, mean(flux)/snr, in every pixel.

    >>> flux = np.ones((1, 3), dtype=np.float32)
    >>> White(snr=10.0).add(flux, seed=1, example=np.array([0]))
    >>> flux.round(2)
    array([[1.11, 1.05, 1.07]], dtype=float32)

    Attributes
    ----------
    snr : float
        Continuum S/N per pixel, on the mean flux; infinity adds no noise.

    Raises
    ------
    ValueError
        If it is not a positive number.
    """

    snr: float

    def __post_init__(self) -> None:
        if not isinstance(self.snr, int | float | np.number) or not self.snr > 0:
            raise ValueError(
                f"snr must be a positive number; got {self.snr!r}; infinity adds no noise"
            )

    def weight(self, n_pixels: int) -> FloatArray:
        """Ones: all pixels have the same weight."""
        return np.ones(n_pixels)

    def add(self, flux: Flux, seed: int, example: IntArray, epoch: int = 0) -> None:
        """Add noise to spectra, in place; see :meth:`Noise.add`."""
        if not math.isinf(self.snr):
            sigma = np.full(flux.shape[1], 1 / self.snr, dtype=np.float32)
            _add_normal(flux, sigma, seed, example, epoch)

    def scaled(self, factor: float) -> "White":
        """Return the same noise with σ multiplied."""
        return replace(self, snr=self.snr / factor)


@dataclass(frozen=True)
class PerPixel:
    """Noise with its own variance in every pixel.

    Attributes
    ----------
    ivar : tuple of float
        Inverse variance of each pixel, in units of 1/(mean flux)². Zero masks the pixel: its flux
        is set to zero and no estimator uses it.

    Raises
    ------
    ValueError
        If a value is negative or not finite, or all are zero.
    """

    ivar: tuple[float, ...]

    def __post_init__(self) -> None:
        ivar = np.asarray(self.ivar, dtype=float)
        if not (np.isfinite(ivar).all() and (ivar >= 0).all() and ivar.any()):
            bad = np.flatnonzero(~(ivar >= 0) | np.isinf(ivar))
            where = f"{ivar[bad[0]]} at pixel {bad[0]}" if bad.size else "zero everywhere"
            raise ValueError(f"ivar must be finite, not negative and somewhere positive; {where}")

    @property
    def snr(self) -> float:
        """Root mean square over the pixels of 1/σ."""
        return math.sqrt(float(np.mean(self.ivar)))

    def weight(self, n_pixels: int) -> FloatArray:
        """Inverse variance of each pixel over snr².

        Raises
        ------
        ValueError
            If the number of values is not the number of pixels.
        """
        if n_pixels != len(self.ivar):
            raise ValueError(f"ivar must have {n_pixels} values, one a pixel; got {len(self.ivar)}")
        return np.asarray(self.ivar) / self.snr**2

    def add(self, flux: Flux, seed: int, example: IntArray, epoch: int = 0) -> None:
        """Add noise to spectra, in place; see :meth:`Noise.add`."""
        weight = self.weight(flux.shape[1])
        seen = weight > 0
        sigma = np.where(seen, 1 / (self.snr * np.sqrt(np.where(seen, weight, 1))), 0)
        _add_normal(flux, sigma.astype(np.float32), seed, example, epoch)
        flux[:, ~seen] = 0

    def scaled(self, factor: float) -> "PerPixel":
        """Return the same noise with σ multiplied."""
        return PerPixel(tuple(each / factor**2 for each in self.ivar))


def _add_normal(
    flux: Flux,
    sigma: npt.NDArray[np.float32],
    seed: int,
    example: IntArray,
    epoch: int,
) -> None:
    from specz.spectra.normals import add_normal  # compiled: it takes half a second to load

    if len(example) != len(flux):
        raise ValueError(f"example must name {len(flux)} spectra; got {len(example)}")
    add_normal(flux, sigma, np.uint64(seed), example.astype(np.uint64), np.uint64(epoch))

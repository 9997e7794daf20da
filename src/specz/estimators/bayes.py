"""The Bayes limit: the highest accuracy of any estimator, given the SEDs of the training set.

The spectrum x is a training SED m_k at a redshift z plus noise of known σ. With every SED and every
redshift equally likely a priori::

    p(class | x) ∝ Σ_k ∫_class dz exp[(x·m_kz - ½ m_kz·m_kz) / σ²],

where a·b is the sum over pixels, weighted if σ differs between them. No rule can find the right
class more often than the maximum of p. Its accuracy must agree with the mean of that maximum, which
checks that the sum has converged.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import FloatArray, Flux, IntArray
from specz.estimators.base import ClassScores, Fitted
from specz.estimators.redshift_scan import ROWS, fine_steps, scan
from specz.spectra.components import Components, decompose
from specz.spectra.sample import Sample

Float32 = npt.NDArray[np.float32]

FEW = 256
"""Number of SEDs in the coarse scan."""

CHUNK = 64
"""Spectra per sum over the library, so that the array stays in cache."""

LOG_NEGLIGIBLE = -80.0
"""Floor of ln(likelihood / best). Lower values add nothing in single precision, but exponentials
that are no longer normal numbers take ten times as long."""


@dataclass(frozen=True)
class BayesLimit:
    """Posterior over the classes with the SEDs of the training set as prior.

    Attributes
    ----------
    known_amplitude : bool
        Whether the mean flux is known; otherwise it is integrated over, with a flat prior.
    known_noise : bool
        Whether σ is known; otherwise it is integrated over, with the prior dσ/σ.
    continua : int
        Principal components of the continuum.
    resolution : float
        Redshifts per class at S/N 1; their number grows with the S/N.
    """

    label: ClassVar[str] = "Bayes limit"
    uses_seed: ClassVar[bool] = False

    known_amplitude: bool = True
    known_noise: bool = True
    continua: int = 16
    resolution: float = 8.0

    def __post_init__(self) -> None:
        checks.integer("continua", self.continua, 1, 128)
        checks.number("resolution", self.resolution, 1, 1024)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Take the SEDs of ``train`` as the prior, and its S/N as known.

        Raises
        ------
        ValueError
            If the spectra are clean: there the limit is one.
        """
        if math.isinf(train.snr):
            raise ValueError("the Bayes limit needs noise: a finite snr; got inf, where it is one")
        components = decompose(train.library, np.unique(train.sed), self.continua)
        n = len(components.coefficients)
        few = Evidence(self, components, train, np.arange(0, n, max(1, n // FEW)))
        all_ = Evidence(self, components, train, np.arange(n))

        def scores(flux: Flux) -> ClassScores:
            steps = fine_steps(self.resolution, train.snr)
            return scan(flux, few.log_likelihood, all_.log_likelihood, steps)

        return Fitted(scores, batch=ROWS)


class Evidence:
    """Likelihood of a redshift, summed over the SEDs ``seds`` of the components.

    ``sample`` gives the grid and the noise.
    """

    def __init__(
        self, limit: BayesLimit, components: Components, sample: Sample, seds: IntArray
    ) -> None:
        self.settings, self.components, self.grid = limit, components, sample.grid
        self.variance = 1 / sample.snr**2
        self.weight = sample.noise.weight(sample.grid.n_pixels)
        self.coefficients = components.coefficients[seds]

    def log_likelihood(self, flux: Flux, z: FloatArray) -> Float32:
        """Return ln mean_k p(x | m_kz) up to a constant, shape (n_spectra, n_redshifts)."""
        out = np.empty((len(flux), len(z)), dtype=np.float32)
        root = np.sqrt(self.weight)
        flux = flux * root.astype(np.float32)
        square = np.einsum("ij,ij->i", flux, flux)
        flux -= root.astype(np.float32)  # (x - 1)·m is smaller than x·m: fewer digits are lost
        for j, basis in enumerate(self.components.observed(z, self.grid)):  # (component, pixel)
            models = self.coefficients / (self.coefficients @ basis.mean(axis=1))[:, None]
            total = models @ (basis @ self.weight)  # 1·m
            basis *= root
            norm = np.einsum("kr,kr->k", models @ (basis @ basis.T), models)  # m·m
            overlap = flux @ basis.T.astype(np.float32)  # (spectrum, component)
            weights = np.ascontiguousarray(models.T, dtype=np.float32)
            for start in range(0, len(flux), CHUNK):
                part = slice(start, start + CHUNK)
                products = overlap[part] @ weights  # (x - 1)·m
                value = self._log_likelihoods(products, norm, total, square[part, None])
                top = value.max(axis=1)
                value -= top[:, None]
                np.maximum(value, LOG_NEGLIGIBLE, out=value)
                np.exp(value, out=value)
                out[part, j] = top + np.log(value.mean(axis=1))
        return out

    def _log_likelihoods(
        self, value: Float32, norm: FloatArray, total: FloatArray, square: Float32
    ) -> Float32:
        """Return ln p(x | m_k) from (x - 1)·m, m·m, 1·m and x·x, shape (n_spectra, n_seds).

        The products (x - 1)·m in ``value`` are overwritten.
        """
        n, seen = self.grid.n_pixels, np.count_nonzero(self.weight)
        if self.settings.known_amplitude:
            value -= (0.5 * (norm - 2 * total + n)).astype(np.float32)
            if self.settings.known_noise:
                value /= np.float32(self.variance)
            else:  # ∫ dσ/σ σ^-n exp(-|x - m|²/2σ²)
                value = -0.5 * seen * np.log(square - n - 2 * value)
        else:
            # The best amplitude is x·m / m·m; a flat prior on it leaves a factor (m·m)^-½.
            value += total.astype(np.float32)
            np.maximum(value, 0, out=value)
            np.square(value, out=value)
            value /= norm.astype(np.float32)
            if self.settings.known_noise:
                value /= np.float32(2 * self.variance)
            else:
                value = -0.5 * (seen - 1) * np.log(square - value)
            value -= (0.5 * np.log(norm)).astype(np.float32)
        return value

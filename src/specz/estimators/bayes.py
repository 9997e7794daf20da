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
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample

Float32 = npt.NDArray[np.float32]

FEW = 256
"""Number of SEDs in the coarse scan."""

CHUNK = 64
"""Spectra per sum over the library, so that the array stays in cache."""

NEGLIGIBLE = 1e-7
ROUGH = 1e-2
"""χ² that may be neglected in the sum over all SEDs, and in the coarse scan."""

JITTER = 1e-12
"""Of the trace of a matrix, added to its diagonal: the components may be dependent."""

MIDDLE = float(CLASSES.centres.mean())
"""Redshift at which it is decided which SEDs are alike."""

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
        few = Evidence(self, components, train, np.arange(0, n, max(1, n // FEW)), ROUGH)
        all_ = Evidence(self, components, train, np.arange(n))

        def scores(flux: Flux) -> ClassScores:
            steps = fine_steps(self.resolution, train.snr)
            return scan(flux, few.log_likelihood, all_.log_likelihood, steps)

        return Fitted(scores, batch=ROWS)


class Evidence:
    """Likelihood of a redshift, summed over the SEDs ``seds`` of the components.

    ``sample`` gives the grid and the noise. Components whose share of the models has a χ² below
    ``negligible`` are left out. At :data:`ROUGH`, products with spectra are in single precision.

    With w and y the coefficients of m - 1 and x - 1 in orthonormal directions, in units of σ, χ² is
    |y - w|² and a rest that all SEDs share: differences of small numbers, which lose few digits.
    """

    def __init__(
        self,
        limit: BayesLimit,
        components: Components,
        sample: Sample,
        seds: IntArray,
        negligible: float = NEGLIGIBLE,
    ) -> None:
        from specz.estimators.sed_sums import BLOCK  # Numba takes half a second to load

        self.settings, self.components, self.grid = limit, components, sample.grid
        self.negligible, self.n_seds = negligible, len(seds)
        self.kind = np.float32 if negligible >= ROUGH else np.float64
        self.root = sample.snr * np.sqrt(sample.noise.weight(sample.grid.n_pixels))  # 1/σ
        c = components.coefficients[seds]
        self.mean, self.mean_square = c.mean(axis=0), (c**2).mean(axis=0)
        # In a block SEDs should be alike: strips along one direction are sorted by the next.
        kept, mix, mean, _ = self._directions(components.observed(MIDDLE, self.grid)[0])
        first, second = (mix[:2] @ c[:, kept].T) / (mean @ c.T)
        strip = first.argsort().argsort() // math.ceil(math.sqrt(BLOCK * len(c)))
        self.coefficients = c[np.lexsort([second, strip])].astype(np.float32)
        filled = np.resize(self.coefficients, (-(-len(c) // BLOCK), BLOCK, c.shape[1]))
        self.blocks = np.ascontiguousarray(filled.swapaxes(1, 2))

    def log_likelihood(self, flux: Flux, z: FloatArray) -> FloatArray:
        """Return ln mean_k p(x | m_kz) up to a constant, shape (n_spectra, n_redshifts)."""
        out = np.empty((len(flux), len(z)))
        spectra = flux.astype(self.kind)
        for j, basis in enumerate(self.components.observed(z, self.grid)):  # (component, pixel)
            kept, mix, mean, directions = self._directions(basis)
            basis = basis[kept] * self.root
            flat = basis.sum(axis=1)  # products with a flat spectrum
            y = (spectra @ basis.astype(self.kind).T - flat) @ directions  # of x - 1
            if self.settings.known_amplitude and self.settings.known_noise:
                from specz.estimators import sed_sums

                few_digits = (y.astype(np.float32), mix, kept, mean, self.blocks)
                sums = sed_sums.log_sums(*few_digits, len(self.coefficients))
                out[:, j] = 0.5 * np.square(y).sum(axis=1) + sums
                continue
            models = (mix @ self.coefficients[:, kept].T) / (mean @ self.coefficients.T)
            for start in range(0, len(flux), CHUNK):
                part = slice(start, start + CHUNK)
                value = self._log_likelihoods(flux[part], y[part], flat @ directions, models)
                top = value.max(axis=1, keepdims=True)
                sums = np.exp(np.maximum(value - top, LOG_NEGLIGIBLE)).sum(axis=1)
                out[part, j] = top[:, 0] + np.log(sums)
        return out - math.log(len(self.coefficients))

    def _directions(self, basis: FloatArray) -> tuple[IntArray, Float32, Float32, FloatArray]:
        """Components that are kept, and what gives coefficients along orthonormal directions.

        For the coefficients c of an SED these are ``mix`` c[``kept``] / (``mean`` · c), for the
        products p of a spectrum and the components that are kept p · ``directions``. The means of
        the components are taken off ``basis``, and it is divided by σ.
        """
        from specz.estimators.sed_sums import STEP

        mean = basis.mean(axis=1)
        basis -= mean[:, None]
        basis *= self.root
        gram = basis @ basis.T
        power = self.mean_square / (self.mean @ mean) ** 2 * gram.diagonal()
        kept = np.argsort(-power)[: max(1, np.count_nonzero(power > self.negligible))]
        n = len(kept)
        size = n + -n % STEP
        root = np.linalg.cholesky(gram[np.ix_(kept, kept)] + JITTER * np.trace(gram) * np.eye(n))
        mix, directions = np.zeros((size, size), dtype=np.float32), np.zeros((size, size))
        mix[:n, :n], directions[:n, :n] = root.T, np.linalg.inv(root).T
        filled = np.resize(kept, size)  # with weight zero
        return filled, mix, mean.astype(np.float32), directions

    def _log_likelihoods(
        self, flux: Flux, y: FloatArray, flat: FloatArray, models: Float32
    ) -> FloatArray:
        """Return ln p(x | m_k) where less is known, shape (n_spectra, n_seds).

        ``y``, ``flat`` and ``models`` are coefficients along directions: of spectra less one, of a
        flat spectrum and of SEDs less one.
        """
        n, seen = self.root @ self.root, np.count_nonzero(self.root)
        x = (flux - 1) * self.root
        square = np.square(models, dtype=float).sum(axis=0)  # |m - 1|²
        products = y @ models  # (x - 1)·(m - 1)
        own = np.square(x).sum(axis=1, keepdims=True)  # |x - 1|²
        if self.settings.known_amplitude:  # ∫ dσ/σ σ^-n exp(-|x - m|²/2σ²)
            return np.asarray(-0.5 * seen * np.log(own - 2 * products + square))
        # The best amplitude is x·m / m·m; a flat prior on it leaves a factor (m·m)^-½.
        excess, total = (x @ self.root)[:, None], flat @ models  # 1·(x - 1), 1·(m - 1)
        norm = n + 2 * total + square  # m·m
        explained = np.maximum(products + excess + n + total, 0) ** 2 / norm
        if self.settings.known_noise:
            value = 0.5 * explained
        else:
            value = -0.5 * (seen - 1) * np.log(own + 2 * excess + n - explained)
        return np.asarray(value - 0.5 * np.log(norm))

"""Evidence of a redshift in closed form: a Gaussian prior on the components, nothing to train.

A spectrum is x = Σ_r c_r b_r(z) + noise, with b_r the principal continua and the lines of the
library and coefficients c ~ N(μ, Σ) from the training SEDs. For noise of inverse variance w in each
pixel, d_r = Σ w x b_r and G_rs = Σ w b_r b_s. With Σ = LLᵀ and KKᵀ = 1 + LᵀGL, the integral is::

    ln p(x | z) = d·μ - ½ μᵀGμ + ½ |K⁻¹Lᵀ(d - Gμ)|² - ln|K| + const

(Bishop 2006, equation 2.115, by Woodbury's identity). Where the amplitude is unknown, Σ + μμᵀ takes
the place of Σ. The Bayes limit sums over the SEDs themselves; this takes their first two moments.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from specz.common import checks
from specz.estimators.base import ClassScores, Fitted
from specz.estimators.redshift_scan import ROWS, FloatArray, Flux, fine_steps, scan
from specz.spectra.components import Components, decompose
from specz.spectra.sample import Sample

SNR_MAX = 100.0
"""Spectra are never taken to be less noisy: the components do not fit any better than this."""

STEPS_MAX = 32
"""Redshifts per class at most."""

JITTER = 1e-12
"""Of the prior variance, added to its diagonal: components that no SED varies in are singular."""


@dataclass(frozen=True)
class GaussianEvidence:
    """Marginal likelihood of each redshift under a Gaussian prior on the components.

    Attributes
    ----------
    continua : int
        Principal components of the continuum; the lines are further components.
    known_amplitude : bool
        Whether the mean flux is known; otherwise the prior is as wide in amplitude as it is large.
    resolution : float
        Redshifts per class at S/N 1; as many times more as the S/N is higher.
    """

    label: ClassVar[str] = "evidence"
    uses_seed: ClassVar[bool] = False

    continua: int = 8
    known_amplitude: bool = True
    resolution: float = 8.0

    def __post_init__(self) -> None:
        checks.integer("continua", self.continua, 1, 128)
        checks.flag("known_amplitude", self.known_amplitude)
        checks.number("resolution", self.resolution, 1, 1024)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Take mean and covariance of the components over the SEDs that ``train`` shows."""
        components = decompose(train.library, np.unique(train.sed), self.continua)
        snr = min(train.snr, SNR_MAX)
        root = snr * np.sqrt(train.noise.weight(train.grid.n_pixels))  # whitens
        whitened = root.astype(np.float32)

        def log_likelihood(flux: Flux, z: FloatArray) -> Flux:
            out = np.empty((len(flux), len(z)), dtype=np.float32)
            for j, basis in enumerate(components.observed(z, train.grid)):
                mean, spread = self._prior(components, basis)
                basis *= root
                # The spectra come as x - 1, which is smaller than x: fewer digits are lost.
                d = (flux @ basis.T.astype(np.float32)).astype(float) + basis @ root
                out[:, j] = log_evidence(d, basis @ basis.T, mean, spread)
            return out

        def scores(flux: Flux) -> ClassScores:
            steps = min(fine_steps(self.resolution, snr), STEPS_MAX)
            return scan((flux - 1) * whitened, log_likelihood, log_likelihood, steps)

        return Fitted(scores, batch=ROWS)

    def _prior(self, components: Components, basis: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean of the coefficients at one redshift and a root L of their covariance, Σ = LLᵀ."""
        c = components.coefficients
        c = c / (c @ basis.mean(axis=1))[:, None]  # spectra are in units of their mean flux
        mean = c.mean(axis=0)
        covariance = np.cov(c.T, bias=True)
        if not self.known_amplitude:
            covariance += np.outer(mean, mean)
        covariance += JITTER * np.trace(covariance) * np.eye(len(mean))
        return mean, np.linalg.cholesky(covariance)


def log_evidence(
    d: FloatArray, gram: FloatArray, mean: FloatArray, spread: FloatArray
) -> npt.NDArray[np.float64]:
    """Ln of the evidence but for a constant that all redshifts share, shape (n_spectra,).

    Parameters
    ----------
    d : ndarray, shape (n_spectra, n_components)
        Weighted products of spectra and components.
    gram : ndarray, shape (n_components, n_components)
        Weighted products of the components.
    mean, spread : ndarray, shape (n_components,) and (n_components, n_components)
        Mean μ of the coefficients, and L of their covariance LLᵀ.
    """
    k = np.linalg.cholesky(np.eye(len(mean)) + spread.T @ gram @ spread)
    pull = solve_triangular(k, spread.T @ (d - gram @ mean).T, lower=True)  # (component, spectrum)
    fixed = -0.5 * mean @ gram @ mean - np.log(np.diagonal(k)).sum()
    return np.asarray(d @ mean + fixed + 0.5 * np.square(pull).sum(axis=0))

"""Evidence of a redshift in closed form: a Gaussian prior on the components, nothing to train.

All spectra of a sample have one noise, so the weighted products of the components are computed once
per redshift; :mod:`specz.estimators.any_noise` has the formula. The Bayes limit sums over the SEDs
themselves; this takes their first two moments.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from specz.common import checks
from specz.estimators.any_noise import log_evidence, prior
from specz.estimators.base import ClassScores, Fitted
from specz.estimators.redshift_scan import ROWS, FloatArray, Flux, fine_steps, scan
from specz.spectra.components import decompose
from specz.spectra.sample import Sample

SNR_MAX = 100.0
"""Spectra are never taken to be less noisy: the components do not fit any better than this."""

STEPS_MAX = 32
"""Redshifts per class at most."""


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
                mean, spread = prior(components.coefficients, basis, self.known_amplitude)
                basis *= root
                # The spectra come as x - 1, which is smaller than x: fewer digits are lost.
                d = (flux @ basis.T.astype(np.float32)).astype(float) + basis @ root
                out[:, j] = log_evidence(d, basis @ basis.T, mean, spread)
            return out

        def scores(flux: Flux) -> ClassScores:
            steps = min(fine_steps(self.resolution, snr), STEPS_MAX)
            return scan((flux - 1) * whitened, log_likelihood, log_likelihood, steps)

        return Fitted(scores, batch=ROWS)

"""Template fitting, the standard method for spectroscopic redshifts.

At each trial redshift a linear combination of templates, the principal components of the training
SEDs, is fitted to the spectrum, and χ² is scanned over redshift (Tonry & Davis 1979; Bolton et al.
2012; redrock does the same). With Q an orthonormal basis of the templates at redshift z,
``min χ² = (x·x - |Qᵀx|²) / σ²``. If σ differs between pixels, spectra and templates are whitened
first. The posterior is p(z) ∝ exp(-χ²/2) for a flat prior in redshift.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from specz.common import checks
from specz.common.arrays import FloatArray, Flux
from specz.estimators.base import ClassScores, Fitted
from specz.estimators.redshift_scan import (
    COARSE,
    ROWS,
    coarse_scan,
    fine_steps,
    scan,
)
from specz.spectra.components import decompose, principal_mixtures
from specz.spectra.sample import Sample

CONTINUA = 16
"""Number of principal continua from which the templates are mixed."""

SNR_MAX = 100.0
"""Highest S/N that is assumed: the templates do not fit any better."""

STEPS_MAX = 32
"""Most redshifts per class."""


@dataclass(frozen=True)
class TemplateFit:
    """χ² scan over redshift with principal components as templates.

    Attributes
    ----------
    templates : tuple of int
        Choices of their number; the one with the best validation accuracy is kept.
    resolution : float
        Redshifts per class at S/N 1; their number grows with the S/N.
    """

    label: ClassVar[str] = "template fit"
    uses_seed: ClassVar[bool] = False

    templates: tuple[int, ...] = (6, 10, 14)
    resolution: float = 8.0

    def __post_init__(self) -> None:
        checks.listed("templates", self.templates, checks.integer, 1, CONTINUA, repeats=True)
        checks.number("resolution", self.resolution, 1, 1024)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Take the principal components of the SEDs of ``train`` as templates."""
        components = decompose(train.library, np.unique(train.sed), CONTINUA)
        mixtures = principal_mixtures(components, max(self.templates))
        snr = min(train.snr, SNR_MAX)
        root = np.sqrt(train.noise.weight(train.grid.n_pixels))  # whitens spectra and templates

        def whiten(flux: Flux) -> Flux:
            return flux * root.astype(np.float32)

        def log_likelihoods(flux: Flux, z: FloatArray, n: tuple[int, ...]) -> Flux:
            """With the first n templates, for each n: (n_choices, n_spectra, n_redshifts)."""
            out = np.empty((len(n), len(flux), len(z)), dtype=np.float32)
            for j, basis in enumerate(components.observed(z, train.grid)):
                # The first n columns of Q span the first n templates.
                q, _ = np.linalg.qr((mixtures[: max(n)] @ basis * root).T)
                part = np.square(flux @ q.astype(np.float32))  # (spectrum, template)
                explained = np.cumsum(part, axis=1)
                out[:, :, j] = 0.5 * snr**2 * explained[:, np.array(n) - 1].T
            return out

        best = self.templates[0]
        if len(self.templates) > 1:
            every = partial(log_likelihoods, n=self.templates)
            value = coarse_scan(whiten(validation.flux()), every, COARSE)
            hits = (value.argmax(axis=-1) == validation.labels).mean(axis=-1)
            best = self.templates[int(np.argmax(hits))]

        def chosen(flux: Flux, z: FloatArray) -> Flux:
            value: Flux = log_likelihoods(flux, z, (best,))[0]
            return value

        def scores(flux: Flux) -> ClassScores:
            steps = min(fine_steps(self.resolution, snr), STEPS_MAX)
            return scan(whiten(flux), chosen, chosen, steps)

        return Fitted(scores, batch=ROWS)

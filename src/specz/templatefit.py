"""Template fitting: what an astronomer would use today.

At each trial redshift the spectrum is fitted with a free linear combination of templates, the
principal components of the training SEDs, and χ² is scanned over redshift (Tonry & Davis 1979;
Bolton et al. 2012; the same idea as in redrock). With Q an orthonormal basis of the templates
as they appear at redshift z, min χ² = (x·x - |Qᵀx|²) / σ². The posterior is
p(z) ∝ exp(-χ²/2) for a flat prior in redshift.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from specz import checks
from specz.components import decompose, principal_mixtures
from specz.estimators import ClassScores, Fitted
from specz.sample import Sample
from specz.scan import COARSE, ROWS, Flux, LogLikelihood, fine_steps, look, scan

CONTINUA = 16
"""Principal continua from which the templates are mixed."""

SNR_MAX = 100.0
"""Spectra are never taken to be less noisy: templates do not fit any better than this."""

STEPS_MAX = 32
"""Redshifts a class at most."""


@dataclass(frozen=True)
class TemplateFit:
    """χ² scan over redshift with principal components as templates.

    Attributes
    ----------
    templates : tuple of int
        Choices of their number; the one with the best validation accuracy is kept.
    resolution : float
        Redshifts a class at S/N 1; as many times more as the S/N is higher.
    """

    label: ClassVar[str] = "template fit"

    templates: tuple[int, ...] = (6, 10, 14)
    resolution: float = 8.0

    def __post_init__(self) -> None:
        if not self.templates:
            raise ValueError("templates must name at least one number of templates; got none")
        for n in self.templates:
            checks.integer("templates", n, 1, CONTINUA)
        checks.number("resolution", self.resolution, 1, 1024)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Take the principal components of the SEDs that ``train`` shows as templates."""
        components = decompose(train.library, np.unique(train.sed), CONTINUA)
        snr = min(train.snr, SNR_MAX)

        def templates(n: int) -> LogLikelihood:
            mixtures = principal_mixtures(components, n)

            def log_likelihood(flux: Flux, z: npt.NDArray[np.float64]) -> npt.NDArray[np.floating]:
                out = np.empty((len(flux), len(z)), dtype=np.float32)
                for j, basis in enumerate(components.observed(z, train.grid)):
                    q, _ = np.linalg.qr((mixtures @ basis).T)
                    part = flux @ q.astype(np.float32)  # (spectrum, template)
                    out[:, j] = 0.5 * snr**2 * np.einsum("ij,ij->i", part, part)
                return out

            return log_likelihood

        flux, labels = validation.flux(), validation.labels
        choices = [templates(n) for n in self.templates]
        hits = [np.mean(look(flux, fit, COARSE).argmax(axis=1) == labels) for fit in choices]
        best = choices[int(np.argmax(hits))]

        def scores(flux: Flux) -> ClassScores:
            return scan(flux, best, best, min(fine_steps(self.resolution, snr), STEPS_MAX))

        return Fitted(scores, batch=ROWS)

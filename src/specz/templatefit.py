"""Template fitting: what an astronomer would use today.

At each trial redshift the spectrum is fitted with a free linear combination of templates, the
principal components of the training SEDs, and χ² is scanned over redshift (Tonry & Davis 1979;
Bolton et al. 2012; the same idea as in redrock). With Q an orthonormal basis of the templates
as they appear at redshift z, min χ² = (x·x - |Qᵀx|²) / σ². The posterior is
p(z) ∝ exp(-χ²/2) for a flat prior in redshift.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from specz import checks
from specz.components import decompose, principal_mixtures
from specz.estimators import ClassScores, Fitted
from specz.sample import Sample
from specz.scan import ROWS, Flux, fine_steps, scan

CONTINUA = 16
"""Principal continua from which the templates are mixed."""

SNR_MAX = 100.0
"""Spectra are never taken to be less noisy: templates do not fit any better than this."""


@dataclass(frozen=True)
class TemplateFit:
    """χ² scan over redshift with principal components as templates.

    Attributes
    ----------
    templates : tuple of int
        Choices of their number; the one with the best validation accuracy is kept.
    resolution : float
        Redshifts a class at S/N 1; as many times more as the S/N is higher.
    n_choose : int
        Validation spectra that choose the number of templates.
    """

    label: ClassVar[str] = "template fit"

    templates: tuple[int, ...] = (4, 6, 8, 10, 14)
    resolution: float = 8.0
    n_choose: int = 500

    def __post_init__(self) -> None:
        if not self.templates:
            raise ValueError("templates must name at least one number of templates; got none")
        for n in self.templates:
            checks.integer("templates", n, 1, CONTINUA)
        checks.number("resolution", self.resolution, 1, 1024)
        checks.integer("n_choose", self.n_choose, 1)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Take the principal components of the SEDs that ``train`` shows as templates."""
        components = decompose(train.library, np.unique(train.sed), CONTINUA)
        snr = min(train.snr, SNR_MAX)

        def scorer(n: int) -> Callable[[Flux], ClassScores]:
            mixtures = principal_mixtures(components, n)

            def log_likelihood(flux: Flux, z: npt.NDArray[np.float64]) -> npt.NDArray[np.floating]:
                out = np.empty((len(flux), len(z)), dtype=np.float32)
                for j, basis in enumerate(components.observed(z, train.grid)):
                    q, _ = np.linalg.qr((mixtures @ basis).T)
                    part = flux @ q.astype(np.float32)  # (spectrum, template)
                    out[:, j] = 0.5 * snr**2 * np.einsum("ij,ij->i", part, part)
                return out

            def scores(flux: Flux) -> ClassScores:
                return scan(flux, log_likelihood, log_likelihood, fine_steps(self.resolution, snr))

            return scores

        few = validation.head(self.n_choose)
        flux, labels = few.flux(), few.labels
        hits = [np.mean(scorer(n)(flux).values.argmax(axis=1) == labels) for n in self.templates]
        return Fitted(scorer(self.templates[int(np.argmax(hits))]), batch=ROWS)

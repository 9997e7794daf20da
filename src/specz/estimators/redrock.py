"""Redrock, the redshift fitter of DESI, on the same spectra and with the same library.

Redrock scans χ² over redshift with principal components as templates, refines the lowest minima,
and returns the best (Bailey et al., in preparation; github.com/desihub/redrock). Here its templates
are the principal components of the training SEDs, lines included, and it is given the inverse
variance of every pixel. It is an optional dependency, the extra ``redrock``.
"""

import contextlib
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import identity

from specz.common import checks
from specz.common.arrays import FloatArray, Flux
from specz.estimators.base import ClassScores, Fitted
from specz.estimators.template_fit import CONTINUA, SNR_MAX
from specz.spectra.components import Components, decompose, principal_mixtures
from specz.spectra.grid import CLASSES
from specz.spectra.lines import C_KM_S
from specz.spectra.sample import Sample

STEP_LOG10 = 2e-5
"""Step of the templates in log₁₀ λ: a tenth of the width of a line."""

TYPE = "LIBRARY"
"""Type of the templates. For a GALAXY Redrock penalises negative [O II]. That line is not on these
grids, so its fit is noise, and at S/N 1 the penalty loses half of the redshifts."""


@dataclass(frozen=True)
class Redrock:
    """Redrock with templates from the training library.

    Attributes
    ----------
    templates : int
        Number of principal components.
    step : float
        Step of the scan in log₁₀(1 + z); Redrock refines the minima itself.
    """

    label: ClassVar[str] = "redrock"
    uses_seed: ClassVar[bool] = False
    requires: ClassVar[str] = "redrock>=0.21"

    templates: int = 10
    step: float = 1e-4

    def __post_init__(self) -> None:
        checks.integer("templates", self.templates, 1, CONTINUA)
        checks.number("step", self.step, 1e-6, 1e-2)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Give Redrock the principal components of the SEDs of ``train``.

        Raises
        ------
        ModuleNotFoundError
            If the extra ``redrock`` is not installed.
        """
        try:
            from redrock.targets import DistTargetsCopy, Spectrum, Target
            from redrock.templates import DistTemplate, Template
            from redrock.zfind import zfind
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                f"redrock is not installed: pip install '{self.requires}' (the extra 'redrock')"
            ) from error

        components = decompose(train.library, np.unique(train.sed), CONTINUA)
        wave, flux = rest_frame(components, principal_mixtures(components, self.templates))
        ends = np.log10([1 + CLASSES.z_min, 1 + CLASSES.z_max])
        redshifts = 10 ** np.arange(ends[0] - self.step, ends[1] + self.step, self.step) - 1
        grid = train.grid
        ivar = min(train.snr, SNR_MAX) ** 2 * train.noise.weight(grid.n_pixels)
        resolution = identity(grid.n_pixels, format="dia")

        kind = {"spectype": TYPE, "igm_model": "None", "method": "PCA"}

        def target(i: int, row: Flux) -> Any:
            matrices = resolution, resolution.tocsr()
            return Target(i, [Spectrum(grid.wave_obs, row.astype(float), ivar, *matrices)])

        def scores(spectra: Flux) -> ClassScores:
            with contextlib.redirect_stdout(io.StringIO()):  # Redrock prints its progress
                template = Template(**kind, redshifts=redshifts, wave=wave, flux=flux)
                targets = DistTargetsCopy([target(i, row) for i, row in enumerate(spectra)])
                _, found = zfind(targets, [DistTemplate(template, targets.wavegrids())])
            best = found[found["znum"] == 0]
            values = np.zeros((len(spectra), CLASSES.n))
            z = np.clip(best["z"], CLASSES.z_min, CLASSES.edges[-1] - CLASSES.width / 2)
            values[np.asarray(best["targetid"], dtype=int), CLASSES.label(np.asarray(z))] = 1
            return ClassScores(values, is_probability=False)

        return Fitted(scores, batch=256)


def rest_frame(components: Components, mixtures: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mixtures of components as rest-frame templates on wavelengths uniform in ln λ.

    Returns the wavelengths, shape (n_wave,), Å, and the mean flux density around each, shape
    (n_templates, n_wave): lines are integrated over the steps.
    """
    library = components.library
    n = int(math.log10(library.wave_rest[-1] / library.wave_rest[0]) / STEP_LOG10)
    edges = library.wave_rest[0] * 10 ** (STEP_LOG10 * np.arange(n + 1))
    sigma = library.config.velocity_dispersion / C_KM_S
    flux = mixtures @ components.rest_frame(edges, sigma)
    return np.sqrt(edges[1:] * edges[:-1]), flux

"""Posterior mean and posterior sample of the noiseless spectrum, with the prior of the Bayes limit.

The posterior weighs every SED k at every redshift z, as :mod:`specz.estimators.bayes` does for the
class. The mean Σ w_kz m_kz has the lowest expected squared error of any denoiser, the MMSE. One
spectrum m_kz drawn with probability w_kz is distributed as the truth is, given what was observed:
it looks as a spectrum does, and its expected squared error is exactly 2 MMSE (Blau & Michaeli 2018,
arXiv:1711.06077). This holds for galaxies of the prior. Those of a test are others: the more SEDs
the prior has, the closer mean and sample come to the limit of the population. Classes to which a
first scan gives less than :data:`NEGLIGIBLE` are left out.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from specz.common import checks
from specz.common.arrays import FloatArray, Flux
from specz.estimators.base import ClassScores, Fitted
from specz.estimators.bayes import BayesLimit, Evidence
from specz.estimators.redshift_scan import ROWS, fine_steps, redshifts
from specz.spectra.components import decompose
from specz.spectra.grid import CLASSES
from specz.spectra.library import build_library
from specz.spectra.sample import Sample

NEGLIGIBLE = 1e-4
"""Probability of a class that is left out: it changes the mean by less than the MMSE's error."""

STEPS = 4
"""Redshifts per class at S/N 1; the posterior's width is 1.5 of their distances."""


@dataclass(frozen=True)
class PosteriorMean:
    """Mean of the noiseless spectrum over the posterior of SED and redshift.

    Attributes
    ----------
    limit : BayesLimit
        How the posterior is summed; amplitude and noise are known.
    seds : int
        SEDs drawn anew from the population for the prior; 0 takes those of the training set.
    """

    label: ClassVar[str] = "posterior mean (MMSE)"
    uses_seed: ClassVar[bool] = False
    drawn: ClassVar[bool] = False

    limit: BayesLimit = field(default_factory=lambda: BayesLimit(resolution=STEPS))
    seds: int = 0

    def __post_init__(self) -> None:
        checks.integer("seds", self.seds, 0, 10_000_000)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Take the SEDs of ``train`` as the prior, or others, and its S/N as known."""
        rule = self.limit.fit(train, validation, seed)
        library, sed = train.library, np.unique(train.sed)
        if self.seds:
            drawn = replace(library.config, n_train=self.seds, seed=library.config.seed + 1)
            library, sed = build_library(drawn), drawn.split("train")
        components = decompose(library, sed, self.limit.continua)
        everything = np.arange(len(components.coefficients))
        posterior = _Posterior(self.limit, components, train, everything)
        steps = fine_steps(self.limit.resolution, train.snr)

        def denoised(flux: Flux) -> ClassScores:
            classes = rule.scores(flux).values.astype(float)
            mean, sample = posterior.mean_and_sample(flux, classes, steps, seed)
            return ClassScores(sample if self.drawn else mean, is_probability=False)

        return Fitted(denoised, batch=ROWS)


@dataclass(frozen=True)
class PosteriorSample(PosteriorMean):
    """One spectrum of the library, drawn from the posterior of SED and redshift."""

    label: ClassVar[str] = "posterior sample"
    uses_seed: ClassVar[bool] = True
    drawn: ClassVar[bool] = True


class _Posterior(Evidence):
    """The weight of each SED, kept: what :meth:`Evidence.log_likelihood` sums."""

    def mean_and_sample(
        self, flux: Flux, classes: FloatArray, steps: int, seed: int
    ) -> tuple[Flux, Flux]:
        """Posterior mean and a draw for each spectrum, shape (n_spectra, n_pixels) both.

        The classes, with probabilities of shape (n_spectra, n_classes), are taken one by one. A
        draw is replaced by one of the next class with that class's part of the evidence so far,
        which gives each draw its posterior probability.
        """
        rng = np.random.default_rng(seed)
        mean, sample = np.zeros((2, *flux.shape), dtype=np.float32)
        total = np.full(len(flux), -np.inf)  # ln evidence of the classes so far
        for k, z in enumerate(redshifts(steps).reshape(CLASSES.n, steps)):
            rows = np.flatnonzero(classes[:, k] > NEGLIGIBLE)
            if not rows.size:
                continue
            log_p, models = self._of_class(flux[rows], z)  # (z, spectrum, SED), (z, SED, component)
            basis = self.components.observed(z, self.grid)
            top = log_p.max(axis=(0, 2))
            weight = np.exp(log_p - top[:, None])
            evidence = weight.sum(axis=(0, 2), dtype=float)
            before = total[rows]
            total[rows] = np.logaddexp(before, here := top + np.log(evidence))
            part = np.exp(here - total[rows])
            of_class = (weight @ models @ basis).sum(axis=0)
            mean[rows] *= np.exp(before - total[rows])[:, None]
            mean[rows] += of_class * (part / evidence)[:, None]
            for i in np.flatnonzero(rng.random(len(rows)) < part):
                below = weight[:, i].ravel().cumsum(dtype=float)
                drawn = np.searchsorted(below, rng.random() * below[-1], side="right")
                j, sed = np.divmod(drawn, len(self.coefficients))
                sample[rows[i]] = models[j, sed] @ basis[j]
        return mean, sample

    def _of_class(self, flux: Flux, z: FloatArray) -> tuple[Flux, Flux]:
        """Ln p(x | SED, z), (n_z, n_spectra, n_seds), and SEDs in units of their mean flux."""
        values, models = [], []
        for basis in self.components.observed(z, self.grid):
            kept, mix, mean, directions = self._directions(basis)
            basis = basis[kept] * self.root
            y = (flux @ basis.T - basis.sum(axis=1)) @ directions
            in_flux = self.coefficients / (self.coefficients @ mean)[:, None]
            w = mix @ in_flux[:, kept].T  # (direction, SED)
            values.append(y.astype(np.float32) @ w - np.square(w).sum(axis=0) / 2)
            models.append(in_flux)
        return np.stack(values), np.stack(models)

"""Classical denoisers: none, the Wiener filter in principal components, and a sparse dictionary."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from specz.common import checks
from specz.common.arrays import FloatArray, Flux
from specz.denoising.samples import noiseless
from specz.estimators.base import ClassScores, Fitted
from specz.spectra.sample import Sample


@dataclass(frozen=True)
class Raw:
    """No denoising: what the others are compared with."""

    label: ClassVar[str] = "as observed"
    uses_seed: ClassVar[bool] = False

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Learn nothing."""
        return Fitted(lambda flux: ClassScores(flux, is_probability=False))


@dataclass(frozen=True)
class Wiener:
    """The linear filter of lowest squared error, for the mean and covariance of the training set.

    Each principal component of the noiseless training spectra, of variance λ, keeps λ/(λ + σ²) of
    what was observed (Wiener 1949).
    """

    label: ClassVar[str] = "Wiener filter (PCA)"
    uses_seed: ClassVar[bool] = False

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Take mean and covariance of the noiseless training spectra, and the noise as known."""
        mean, shrink = wiener(noiseless(train), 1 / train.snr**2)

        def scores(flux: Flux) -> ClassScores:
            return ClassScores(mean + (flux - mean) @ shrink, is_probability=False)

        return Fitted(scores)


def wiener(clean: Flux, variance: float) -> tuple[FloatArray, FloatArray]:
    """Mean of noiseless spectra, (n_pixels,), and the filter, (n_pixels, n_pixels)."""
    mean = clean.mean(axis=0, dtype=float)
    power, directions = np.linalg.eigh(np.cov(clean, rowvar=False, bias=True))
    power = power.clip(0)
    return mean, (directions * (power / (power + variance))) @ directions.T


@dataclass(frozen=True)
class Dictionary:
    """A sparse sum of learned atoms, chosen one by one (orthogonal matching pursuit).

    Fotiadou et al. (2017, EUSIPCO, 498) denoise galaxy spectra with dictionaries.

    Attributes
    ----------
    atoms : int
    used : tuple of int
        Choices of how many atoms a spectrum may use; the lowest squared error on the validation
        spectra decides.
    """

    label: ClassVar[str] = "dictionary"

    atoms: int = 256
    used: tuple[int, ...] = (1, 2, 4, 8, 16)

    def __post_init__(self) -> None:
        checks.integer("atoms", self.atoms, 1, 10_000)
        checks.listed("used", self.used, checks.integer, 1, self.atoms)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Learn the atoms from noiseless training spectra, and choose how many are used."""
        from sklearn.decomposition import MiniBatchDictionaryLearning, sparse_encode

        clean = noiseless(train)
        mean = clean.mean(axis=0)
        learner = MiniBatchDictionaryLearning(
            self.atoms, alpha=1.0, batch_size=128, max_iter=1, random_state=seed
        )
        atoms = learner.fit(clean - mean).components_

        def of(flux: Flux, used: int) -> Flux:
            code = sparse_encode(flux - mean, atoms, algorithm="omp", n_nonzero_coefs=used)
            return np.asarray(mean + code @ atoms, dtype=np.float32)

        noisy, true = validation.flux(), noiseless(validation)
        best = min(self.used, key=lambda used: float(np.square(of(noisy, used) - true).mean()))
        return Fitted(lambda flux: ClassScores(of(flux, best), is_probability=False))

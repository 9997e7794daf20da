"""Probability of every trial redshift for spectra that each have their own noise.

Two readings of a spectrum compete: a galaxy of the library, which always has lines, and one without
them. Lines tell its redshift; without them nothing that the library knows can be trusted to, as it
holds no such galaxy: that reading is flat in redshift, with the mean evidence of the continua.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray, IntArray
from specz.estimators.any_noise import log_evidences, prior, whitened
from specz.estimators.redshift_scan import COARSE, in_threads, log_mean, redshifts, refine_mask
from specz.spectra.components import Components
from specz.spectra.grid import CLASSES, PixelGrid
from specz.spectra.lines import LINE_WAVE_REST

STEPS = 8
"""Trial redshifts per class."""

TRIAL = redshifts(STEPS)
"""Trial redshifts, shape (n_trial,)."""

DROP, SHORTFALL = 7.0, 0.03
"""As of :func:`refine_mask`. The coarse scan has every SED here, so only a peak that it steps over
falls short; the other classes keep what it found."""

GROUP = 10
"""Classes that share a prior: it depends on redshift only by what falls into the window."""

CONTINUUM_EVERY = 5
"""Continua without lines are asked at the middle of every fifth class, as they are smooth."""

NO_LINES = 0.1
"""Prior probability of a galaxy without lines: assumed."""


SINGLE = 1e5
"""Up to this sum of (S/N)² over the pixels, products in single precision change ln p by less than
0.1; they take half as long."""

SNR_MAX = 30.0
"""Spectra are never taken to be less noisy: observed galaxies differ by percents from these."""


@dataclass(frozen=True, eq=False)
class Noisy:
    """Spectra, each with its noise, in units of about their mean flux.

    Attributes
    ----------
    weighted, ivar : ndarray, shape (n_spectra, n_pixels)
        Flux times inverse variance, and inverse variance.
    ivar_max : float
        Highest inverse variance that occurs.
    """

    weighted: npt.NDArray[np.floating]
    ivar: npt.NDArray[np.floating]
    ivar_max: float

    def __getitem__(self, rows: IntArray) -> "Noisy":
        return Noisy(self.weighted[rows], self.ivar[rows], self.ivar_max)

    def __len__(self) -> int:
        return len(self.ivar)

    @staticmethod
    def of(flux: FloatArray, ivar: FloatArray) -> "Noisy":
        """Take spectra in units of their mean flux, shape (n_spectra, n_pixels), and their ivar."""
        ivar = capped(ivar)
        kind = np.float32 if ivar.sum(axis=1).max() < SINGLE else np.float64
        return Noisy((ivar * flux).astype(kind), ivar.astype(kind), float(ivar.max()))


def capped(ivar: FloatArray) -> FloatArray:
    """Inverse variance with that of the library's own error, 1/:data:`SNR_MAX`, added."""
    return ivar / (1 + ivar / SNR_MAX**2)


@dataclass(frozen=True, eq=False)
class Reading:
    """What a spectrum is taken for: sums of components with the prior of the library.

    Attributes
    ----------
    components : Components
    grid : Grid or Pixels
    seen : ndarray
        Index of the pixels of the grid that the spectra have.
    lines : bool
        Whether galaxies have lines.
    """

    components: Components
    grid: PixelGrid
    seen: IntArray
    lines: bool = True

    @property
    def _n(self) -> int:
        return self.components.n - (0 if self.lines else len(LINE_WAVE_REST))

    @cached_property
    def _priors(self) -> list[tuple[FloatArray, FloatArray]]:
        coefficients = self.components.coefficients[:, : self._n]
        middle = CLASSES.centres[GROUP // 2 :: GROUP]

        def at(k: int) -> tuple[FloatArray, FloatArray]:
            return prior(coefficients, self._basis(middle[k])[0], known_amplitude=False)

        return in_threads(at, len(middle))

    def _basis(self, z: npt.ArrayLike) -> FloatArray:
        """Components at each redshift, shape (n_redshifts, n_components, n_pixels)."""
        return self.components.observed(z, self.grid)[:, : self._n][:, :, self.seen]

    def at(self, z: FloatArray) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
        """Components, mean and root of the covariance of their coefficients at each redshift."""
        for k, basis in zip(CLASSES.label(z) // GROUP, self._basis(z), strict=True):
            yield basis, *self._priors[k]

    def log_evidence(self, spectra: Noisy, z: FloatArray) -> FloatArray:
        """Ln p(spectrum | redshift) but for a constant, shape (n_spectra, n_redshifts)."""
        columns = []
        for basis, mean, spread in self.at(z):
            rows = whitened(basis, mean, spread, spectra.ivar_max).astype(spectra.ivar.dtype)
            columns.append(log_evidences(rows, spectra.weighted, spectra.ivar))
        return np.stack(columns, axis=1)


def posterior(galaxy: Reading, lineless: Reading, spectra: Noisy) -> tuple[FloatArray, FloatArray]:
    """Probability of each trial redshift, and ln of the Bayes factor of lines over none.

    Their shapes are (n_spectra, n_trial) and (n_spectra,). The factor compares a galaxy with lines,
    at any redshift, to one without.
    """
    coarse_z = redshifts(COARSE).reshape(CLASSES.n, COARSE)
    coarse = np.stack(
        in_threads(lambda k: galaxy.log_evidence(spectra, coarse_z[k]), CLASSES.n), axis=1
    )  # (spectrum, class, step)
    live = refine_mask(log_mean(coarse), DROP, SHORTFALL)
    value = np.repeat(coarse, STEPS // COARSE, axis=2)
    fine_z = TRIAL.reshape(CLASSES.n, STEPS)

    def refine(k: int) -> None:
        rows = np.flatnonzero(live[:, k])
        if rows.size:
            value[rows, k] = galaxy.log_evidence(spectra[rows], fine_z[k])

    in_threads(refine, CLASSES.n)
    value = value.reshape(len(spectra), -1)
    some = CLASSES.centres[CONTINUUM_EVERY // 2 :: CONTINUUM_EVERY]
    none = np.stack(
        in_threads(lambda k: lineless.log_evidence(spectra, some[k : k + 1])[:, 0], len(some)),
        axis=1,
    )
    with_lines, without = log_mean(value), log_mean(none)
    value += np.log(1 - NO_LINES)
    flat = np.log(NO_LINES) + without
    p = np.exp(np.logaddexp(value, flat[:, None]) - np.logaddexp(with_lines, flat)[:, None])
    return p / p.sum(axis=1, keepdims=True), with_lines - without

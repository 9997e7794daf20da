"""From a likelihood at any redshift to a posterior over classes: a scan, coarse then fine.

The likelihood is narrow at high S/N, and most redshifts are ruled out by a cheap first scan. So a
coarse scan covers every class; what may matter is then computed in full, at steps as fine as
the posterior needs.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import joblib
import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from specz.estimators.base import ClassScores
from specz.spectra.grid import CLASSES

COARSE = 2
"""Redshifts a class in the coarse scan. The nearest is at most 2.5e-4 from any other, by which a
line moves less than a fifth of its width: a peak loses 1 % of its height."""

DROP = 14.0
"""Classes this much below the best in ln p are not refined: less than one millionth."""

COARSE_SHORTFALL = 0.1
"""Part of the contrast between the best and the typical class by which the coarse scan may
fall short: it may step over a peak, and has fewer SEDs to choose from."""

ROWS = 16384
"""Spectra best scanned at a time: what a redshift does to the library is computed once."""

Flux = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
T = TypeVar("T")
LogLikelihood = Callable[[Flux, FloatArray], npt.NDArray[np.floating]]


def redshifts(steps: int) -> FloatArray:
    """Redshifts in the middle of ``steps`` equal parts of each class, shape (n_classes·steps,)."""
    width = CLASSES.width / steps
    return np.asarray(CLASSES.z_min + width * (np.arange(CLASSES.n * steps) + 0.5))


def fine_steps(resolution: float, snr: float) -> int:
    """Steps of the fine scan: ``resolution`` at S/N 1, more as the posterior narrows with 1/S/N."""
    return COARSE * max(1, math.ceil(resolution * snr / COARSE))


def scan(flux: Flux, coarse: LogLikelihood, fine: LogLikelihood, steps: int) -> ClassScores:
    """Posterior over the classes for a prior that is flat in redshift.

    Parameters
    ----------
    flux : ndarray, shape (n_spectra, n_pixels)
    coarse, fine : callable
        Take flux and redshifts; return ln likelihood, shape (n_spectra, n_redshifts). The
        first is a cheap estimate that is asked everywhere.
    steps : int
        Redshifts a class where it matters; a multiple of :data:`COARSE`.
    """
    value = coarse_scan(flux, coarse, COARSE)
    live = _refine_mask(value)
    many = redshifts(steps).reshape(CLASSES.n, steps)

    def refine(k: int) -> None:
        rows = np.flatnonzero(live[:, k])
        if rows.size:
            value[rows, k] = _log_mean(fine(flux[rows], many[k]))

    _over_classes(refine)
    value -= value.max(axis=1, keepdims=True)
    np.exp(value, out=value)
    return ClassScores(value / value.sum(axis=1, keepdims=True), is_probability=True)


def coarse_scan(flux: Flux, log_likelihood: LogLikelihood, steps: int) -> FloatArray:
    """Ln of the mean likelihood over ``steps`` redshifts in each class, (..., n_classes).

    What goes before the redshifts in the answer of ``log_likelihood`` goes before the classes.
    """
    z = redshifts(steps).reshape(CLASSES.n, steps)
    parts = _over_classes(lambda k: _log_mean(log_likelihood(flux, z[k])))
    return np.stack(parts, axis=-1).astype(float)


def _over_classes(work: Callable[[int], T]) -> list[T]:
    """Work on every class; threads over classes, one within each, as the matrices are small."""
    with threadpool_limits(1), ThreadPoolExecutor(joblib.cpu_count()) as pool:
        return list(pool.map(work, range(CLASSES.n)))


def _log_mean(value: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Logarithm of the mean over redshifts, the last axis."""
    top = value.max(axis=-1)
    return np.asarray(top + np.log(np.exp(value - top[..., None]).mean(axis=-1)))


def _refine_mask(value: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Classes within reach of the best, and their neighbours, shape (n_spectra, n_classes)."""
    best = value.max(axis=1, keepdims=True)
    near = value > best - DROP - COARSE_SHORTFALL * (best - np.median(value, axis=1, keepdims=True))
    wide = near.copy()
    wide[:, 1:] |= near[:, :-1]
    wide[:, :-1] |= near[:, 1:]
    return np.asarray(wide)

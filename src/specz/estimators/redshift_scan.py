"""From the likelihood of a redshift to a posterior over classes, by a coarse and a fine scan.

A cheap, coarse scan of every class rules out most redshifts. In the remaining classes the
likelihood, which is narrow at high S/N, is computed in full and at fine steps.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import joblib
import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from specz.common.arrays import BoolArray, FloatArray, Flux
from specz.estimators.base import ClassScores
from specz.spectra.grid import CLASSES

COARSE = 2
"""Redshifts per class in the coarse scan. Any redshift is within 2.5e-4 of one of them: a line
moves by less than a fifth of its width, and a peak loses 1 % of its height."""

DROP = 14.0
"""Classes this far below the best in ln p, a factor of 1e-6, are not refined."""

COARSE_SHORTFALL = 0.1
"""Error allowed to the coarse scan, as a fraction of ln p(best class) - ln p(median class): it can
step over a peak, and it uses fewer SEDs."""

ROWS = 16384
"""Spectra per scan: each scan computes the redshifted library once."""

T = TypeVar("T")
LogLikelihood = Callable[[Flux, FloatArray], npt.NDArray[np.floating]]


def redshifts(steps: int) -> FloatArray:
    """Centres of ``steps`` equal parts of each class, shape (n_classes·steps,)."""
    width = CLASSES.width / steps
    return np.asarray(CLASSES.z_min + width * (np.arange(CLASSES.n * steps) + 0.5))


def fine_steps(resolution: float, snr: float) -> int:
    """Steps per class of the fine scan: ``resolution`` at S/N 1, and in proportion to the S/N."""
    return COARSE * max(1, math.ceil(resolution * snr / COARSE))


def scan(flux: Flux, coarse: LogLikelihood, fine: LogLikelihood, steps: int) -> ClassScores:
    """Posterior over the classes for a prior that is flat in redshift.

    Parameters
    ----------
    flux : ndarray, shape (n_spectra, n_pixels)
    coarse, fine : callable
        From flux and redshifts to ln likelihood, shape (n_spectra, n_redshifts). The first is a
        cheap estimate that is computed for every class.
    steps : int
        Redshifts per class in the fine scan; a multiple of :data:`COARSE`.
    """
    value = coarse_scan(flux, coarse, COARSE)
    live = refine_mask(value)
    many = redshifts(steps).reshape(CLASSES.n, steps)

    def refine(k: int) -> None:
        rows = np.flatnonzero(live[:, k])
        if rows.size:
            value[rows, k] = log_mean(fine(flux[rows], many[k]))

    in_threads(refine, CLASSES.n)
    value -= value.max(axis=1, keepdims=True)  # no exponential overflows
    np.exp(value, out=value)
    return ClassScores(value / value.sum(axis=1, keepdims=True), is_probability=True)


def coarse_scan(flux: Flux, log_likelihood: LogLikelihood, steps: int) -> FloatArray:
    """Ln of the mean likelihood over ``steps`` redshifts per class, shape (..., n_classes).

    The leading axes are those of ``log_likelihood``.
    """
    z = redshifts(steps).reshape(CLASSES.n, steps)
    parts = in_threads(lambda k: log_mean(log_likelihood(flux, z[k])), CLASSES.n)
    return np.stack(parts, axis=-1).astype(float)


def in_threads(work: Callable[[int], T], n: int) -> list[T]:
    """Call ``work`` for 0 ... n - 1: one thread per call, because the matrices are small."""
    with threadpool_limits(1), ThreadPoolExecutor(joblib.cpu_count()) as pool:
        return list(pool.map(work, range(n)))


def log_mean(value: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Logarithm of the mean over redshifts, the last axis."""
    top = value.max(axis=-1)
    return np.asarray(top + np.log(np.exp(value - top[..., None]).mean(axis=-1)))


def refine_mask(
    value: npt.NDArray[np.floating], drop: float = DROP, shortfall: float = COARSE_SHORTFALL
) -> BoolArray:
    """Classes close to the best in ln p, and their neighbours, shape (n_spectra, n_classes)."""
    best = value.max(axis=1, keepdims=True)
    near = value > best - drop - shortfall * (best - np.median(value, axis=1, keepdims=True))
    wide = near.copy()  # a peak near the edge of a class reaches into the next
    wide[:, 1:] |= near[:, :-1]
    wide[:, :-1] |= near[:, 1:]
    return np.asarray(wide)

"""From a likelihood at any redshift to a posterior over classes: a scan, coarse then fine.

The likelihood is narrow at high S/N, and most redshifts are ruled out by a cheap look. So a
coarse scan covers every class; what may matter is then computed in full, at steps as fine as
the posterior needs.
"""

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from specz.estimators import ClassScores
from specz.grid import CLASSES

COARSE = 4
"""Redshifts a class in the coarse scan; between two of them a line moves by a sixth of a pixel."""

DROP = 14.0
"""Redshifts this much below the best in ln p are not refined: less than one millionth."""

SLACK = 0.1
"""Part of the contrast between the best and the typical redshift by which the coarse look may
fall short: it may step over a peak, and has fewer SEDs to choose from."""

ROWS = 16384
"""Spectra best scanned at a time: what a redshift does to the library is computed once."""

Flux = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
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
    centres = redshifts(COARSE)
    parts = redshifts(steps).reshape(len(centres), -1)
    value = np.empty((len(flux), len(centres)), dtype=np.float32)

    def first(i: int) -> None:
        value[:, i] = coarse(flux, centres[i : i + 1])[:, 0]

    # Threads over redshifts, one thread within each: the matrices are small.
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(first, range(len(centres))))
        live = _may_matter(value)

        def second(i: int) -> None:
            rows = np.flatnonzero(live[:, i])
            if rows.size:
                values = fine(flux[rows], parts[i])
                top = values.max(axis=1, keepdims=True)
                value[rows, i] = top[:, 0] + np.log(np.exp(values - top).mean(axis=1))

        list(pool.map(second, range(len(centres))))
    value -= value.max(axis=1, keepdims=True)
    posterior = np.exp(value.astype(float)).reshape(len(flux), CLASSES.n, COARSE).sum(axis=2)
    return ClassScores(posterior / posterior.sum(axis=1, keepdims=True), is_probability=True)


def _may_matter(value: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Redshifts within reach of the best, and their neighbours, shape (n_spectra, n_redshifts)."""
    best = value.max(axis=1, keepdims=True)
    near = value > best - DROP - SLACK * (best - np.median(value, axis=1, keepdims=True))
    wide = near.copy()
    wide[:, 1:] |= near[:, :-1]
    wide[:, :-1] |= near[:, 1:]
    return np.asarray(wide)

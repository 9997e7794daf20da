"""Line confusion: wrong redshifts from a line that was taken for another.

If the line at λ is taken for the one at λ', then (1 + z') λ' = (1 + z) λ.
"""

from itertools import permutations

import numpy as np
import numpy.typing as npt

from specz.metrics.predictions import WRONG, Predictions
from specz.metrics.scores import relative_error
from specz.spectra.grid import CLASSES, Grid
from specz.spectra.lines import LINES

NEAR = 0.001
"""Precision in ln(1 + z) to which a pair of lines must explain a redshift."""

UNEXPLAINED = "no pair of lines"
"""Name of a wrong redshift that no pair of lines explains."""


def confused_lines(predictions: Predictions, grid: Grid) -> npt.NDArray[np.str_]:
    """Name the confused lines behind each prediction, shape (n_spectra,).

    "Hα taken for [S II]", :data:`UNEXPLAINED`, or empty if the redshift is not wrong. Only lines
    on the grid can be taken for others.
    """
    wrong = np.abs(relative_error(predictions)) > WRONG
    moved = np.log((1 + predictions.z_predicted) / (1 + predictions.z))
    names = np.where(wrong, UNEXPLAINED, "").astype("<U32")
    nearest = np.full(len(predictions), NEAR)
    # Of all pairs that explain a redshift, the one with the smallest difference is named.
    for line, taken in permutations(LINES, 2):
        wave = line.wave_rest * (1 + predictions.z)
        seen = (wave > grid.wave_min) & (wave < grid.wave_max)
        off = np.abs(moved - np.log(line.wave_rest / taken.wave_rest))
        best = wrong & seen & (off < nearest) & (line.label != taken.label)
        names[best] = f"{line.label} taken for {taken.label}"
        nearest[best] = off[best]
    return names


def explained_by_chance(grid: Grid, n: int = 100_000) -> float:
    """Fraction of random wrong redshifts that a pair of lines would explain by chance."""
    rng = np.random.default_rng(0)
    unknown = np.full(n, np.nan, dtype=np.float32)
    z = rng.uniform(CLASSES.z_min, CLASSES.z_max, n)
    predicted = rng.integers(0, CLASSES.n, n).astype(np.int16)
    sed = np.arange(n, dtype=np.int32)
    random = Predictions(sed, z, predicted, unknown, unknown, unknown, unknown, unknown)
    names = confused_lines(random, grid)
    wrong = names != ""
    return float((names[wrong] != UNEXPLAINED).mean())

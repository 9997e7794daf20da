"""How far the Bayes limit has converged."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.common.arrays import FloatArray
from specz.estimators.bayes import BayesLimit
from specz.estimators.cramer_rao import RANDOM_SCATTER
from specz.experiments.result import Result
from specz.figures.labels import by_limit
from specz.figures.style import GREY, colour, plain_log, points, rows


def plot_convergence(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the accuracy of each result minus that of the first, on the same spectra."""
    first, *others = results
    heights = rows(ax, [by_limit(r) for r in others], "change of exact-class accuracy (points)")
    change = [metrics.compare(r.test, first.test).difference for r in others]
    shade = colour(first.label)
    points(ax, heights, change, across=True, factor=100, color=shade, label="_difference")
    ax.axvline(0, color=GREY, lw=0.8)
    return ax


def plot_cramer_rao(
    snr: Sequence[float], bound: Sequence[float], errors: Sequence[FloatArray], ax: Axes
) -> Axes:
    """Draw the scatter of redshifts measured from one line, and the Cramér–Rao bound.

    At each noise level ``snr``: the ``bound`` on σ_z, and the ``errors`` in z, shape (n_spectra,).
    Dotted: the scatter of redshifts at random, from which nothing is learned.
    """
    scatter = [
        metrics.statistic_interval(error, np.arange(len(error)), lambda z: float(z.std()))
        for error in errors
    ]
    shade = colour(BayesLimit.label)
    ax.axhline(RANDOM_SCATTER, color=GREY, lw=1, ls=":", label="redshifts at random")
    ax.plot(snr, bound, color=shade, lw=1, ls="--", label="bound, by hand")
    points(ax, snr, scatter, color=shade, label="scatter of the likelihood's maximum")
    ax.set(xscale="log", yscale="log", xlabel="continuum S/N per pixel", ylabel="σ of z")
    plain_log(ax.xaxis, snr)
    ax.legend(fontsize=9)
    return ax

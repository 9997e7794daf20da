"""How far the Bayes limit has converged."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from specz import metrics
from specz.estimators.bayes import BayesLimit
from specz.experiments.result import Result
from specz.figures.labels import by_limit
from specz.figures.style import GREY, Style, colour, plain_log, points, rows

FloatArray = npt.NDArray[np.float64]


def plot_convergence(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw how far the accuracy of each result lies from that of the first, on the same spectra."""
    first, *others = results
    heights = rows(ax, [by_limit(r) for r in others], "change of exact-class accuracy (points)")
    values = [metrics.compare(result.test, first.test).difference for result in others]
    style: Style = {"color": colour(first.label), "label": "_difference"}
    points(ax, heights, values, across=True, factor=100, **style)
    ax.axvline(0, color=GREY, lw=0.8)
    return ax


def plot_cramer_rao(
    snr: Sequence[float], bound: Sequence[float], errors: Sequence[FloatArray], ax: Axes
) -> Axes:
    """Draw the scatter of redshifts from one line, and the bound of Cramér and Rao.

    Parameters
    ----------
    snr, bound : sequence of float
        Noise levels, and the bound on σ_z at each.
    errors : sequence of ndarray
        Errors in z at each.
    ax : Axes
    """
    scatter = [
        metrics.statistic_interval(error, np.arange(len(error)), lambda values: float(values.std()))
        for error in errors
    ]
    shade = colour(BayesLimit.label)
    ax.plot(snr, bound, color=shade, lw=1, ls="--", label="bound, by hand")
    points(ax, snr, scatter, color=shade, label="scatter of the likelihood's maximum")
    ax.set(xscale="log", yscale="log", xlabel="continuum S/N per pixel", ylabel="σ of z")
    plain_log(ax.xaxis, snr)
    ax.legend(fontsize=9)
    return ax

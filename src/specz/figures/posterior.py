"""Figures of p(z): whether what a method states about its own certainty is true."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from specz import metrics
from specz.bayes import BayesLimit
from specz.figures.accuracy import error_bars
from specz.figures.style import colour, plain_log
from specz.runner import Result

FloatArray = npt.NDArray[np.float64]

PIT_BINS = 20


def plot_reliability(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the fraction of spectra in their own class against the stated probability."""
    for result in with_probability(results):
        bins = metrics.reliability(result.test)
        observed = [interval for _, interval, _ in bins]
        ax.errorbar(
            [stated for stated, _, _ in bins],
            [interval.value for interval in observed],
            yerr=error_bars(observed),
            fmt="o-",
            ms=4,
            capsize=2,
            color=colour(result.experiment.estimator.label),
            label=_name(result),
        )
    ax.plot([0, 1], [0, 1], color="#444444", lw=0.8)
    ax.set(
        xlabel="stated: mean maximum probability",
        ylabel="observed: in their own class",
        xlim=(0, 1.02),
        ylim=(0, 1.02),
    )
    ax.legend(fontsize=8)
    return ax


def plot_pit(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the distribution of the cumulative p(z) at the true redshift; uniform is right."""
    for result in with_probability(results):
        counts, edges = np.histogram(result.test.pit, bins=PIT_BINS, range=(0, 1))
        ax.stairs(
            counts * PIT_BINS / len(result.test),
            edges,
            color=colour(result.experiment.estimator.label),
            label=_name(result),
        )
    n = len(results[0].test)
    ax.axhspan(*(1 + np.array([-2, 2]) * np.sqrt(PIT_BINS / n)), color="#444444", alpha=0.12, lw=0)
    ax.set(
        xlabel="cumulative p(z) at the true redshift (PIT)",
        ylabel="density of spectra",
        xlim=(0, 1),
        ylim=(0, None),
    )
    ax.legend(fontsize=8)
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
    ax.errorbar(
        snr,
        [value.value for value in scatter],
        yerr=error_bars(scatter),
        fmt="o",
        color=shade,
        capsize=3,
        label="scatter of the likelihood's maximum",
    )
    ax.set(xscale="log", yscale="log", xlabel="continuum S/N per pixel", ylabel="σ of z")
    plain_log(ax.xaxis, snr)
    ax.legend(fontsize=9)
    return ax


def with_probability(results: Sequence[Result]) -> list[Result]:
    """Return the most trained result of each method that gives probabilities, at each S/N."""
    found: dict[tuple[str, float], Result] = {}
    for r in sorted(results, key=lambda r: r.experiment.n_train):
        if r.test.has_probability:
            found[r.experiment.estimator.label, r.experiment.snr] = r
    return list(found.values())


def _name(result: Result) -> str:
    return f"{result.experiment.estimator.label}, {result.experiment.n_train:,}"

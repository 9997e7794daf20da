"""Figures of accuracy against the number of training spectra."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.experiment import noise_label
from specz.experiments.result import Result
from specz.figures.labels import limits, methods
from specz.figures.style import GREY, SHADES, plain_log, points


def plot_accuracy_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on training and test spectra against the number of training spectra.

    One colour for each noise level. A dashed line is the Bayes limit on the same test spectra.
    """
    ceiling, results = limits(results), methods(results)
    for (level, chosen), shade in zip(_by_snr(results).items(), SHADES, strict=False):
        name = noise_label(level)
        n = [result.n_train for result in chosen]
        test = [metrics.accuracy(result.test) for result in chosen]
        seen = [metrics.accuracy(result.train) for result in chosen]
        points(ax, n, test, color=shade, fmt="o-", label=f"{name}, test")
        points(ax, n, seen, color=shade, fmt="o:", mfc="white", label=f"{name}, training")
        if level in ceiling:
            value = metrics.accuracy(ceiling[level].test).value
            ax.axhline(value, color=shade, ls="--", lw=1, label=f"{name}, Bayes limit")
    ax.set(xscale="log", xlabel="training spectra", ylabel="exact-class accuracy", ylim=(0, 1.02))
    plain_log(ax.xaxis, sorted({result.n_train for result in results}))
    ax.legend(fontsize=9)
    return ax


def plot_gap_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the gap, accuracy on training minus validation spectra, against training size."""
    for (level, chosen), shade in zip(_by_snr(methods(results)).items(), SHADES, strict=False):
        gap = [
            metrics.difference_interval(metrics.accuracy(r.train), metrics.accuracy(r.validation))
            for r in chosen
        ]
        n = [result.n_train for result in chosen]
        points(ax, n, gap, color=shade, fmt="s-", label=noise_label(level))
    ax.axhline(0, color=GREY, lw=0.8)
    ax.set(xscale="log", xlabel="training spectra", ylabel="training − validation accuracy")
    plain_log(ax.xaxis, sorted({result.n_train for result in methods(results)}))
    ax.legend(fontsize=9)
    return ax


def _by_snr(results: Sequence[Result]) -> dict[float, list[Result]]:
    """Group results by noise level, from few training spectra to many."""
    groups: dict[float, list[Result]] = {}
    for result in sorted(results, key=lambda r: r.n_train):
        groups.setdefault(result.snr, []).append(result)
    return groups

"""Figures of accuracy against the number of training spectra."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.experiment import noise_label
from specz.experiments.result import Result
from specz.figures.labels import by_n_train, grouped, limits, methods
from specz.figures.style import GREY, SHADES, points, size_axis


def plot_accuracy_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on training and test spectra against the number of training spectra.

    One colour per noise level. A dashed line is the Bayes limit on the same test spectra.
    """
    ceiling, results = limits(results), by_n_train(methods(results))
    groups = grouped(results, lambda r: r.snr)
    for (level, chosen), shade in zip(groups.items(), SHADES, strict=False):
        name = noise_label(level)
        n = [r.n_train for r in chosen]
        test = [metrics.accuracy(r.test) for r in chosen]
        train = [metrics.accuracy(r.train) for r in chosen]
        points(ax, n, test, color=shade, fmt="o-", label=f"{name}, test")
        points(ax, n, train, color=shade, fmt="o:", mfc="white", label=f"{name}, training")
        if level in ceiling:
            value = metrics.accuracy(ceiling[level].test).value
            ax.axhline(value, color=shade, ls="--", lw=1, label=f"{name}, Bayes limit")
    size_axis(ax, [r.n_train for r in results])
    ax.set(ylabel="exact-class accuracy", ylim=(0, 1.02))
    ax.legend(fontsize=9)
    return ax


def plot_gap_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the gap, accuracy on training minus validation spectra, against training size."""
    results = by_n_train(methods(results))
    groups = grouped(results, lambda r: r.snr)
    for (level, chosen), shade in zip(groups.items(), SHADES, strict=False):
        n = [r.n_train for r in chosen]
        gap = [
            metrics.difference_interval(metrics.accuracy(r.train), metrics.accuracy(r.validation))
            for r in chosen
        ]
        points(ax, n, gap, color=shade, fmt="s-", label=noise_label(level))
    ax.axhline(0, color=GREY, lw=0.8)
    size_axis(ax, [r.n_train for r in results])
    ax.set_ylabel("training − validation accuracy")
    ax.legend(fontsize=9)
    return ax

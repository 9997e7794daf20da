"""Figures of accuracy against the number of training spectra."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.experiment import noise_label
from specz.experiments.result import Result, SeedGroup
from specz.figures.direct import name_lines
from specz.figures.labels import by_n_train, grouped, limits, methods
from specz.figures.style import GREY, SHADES, Style, against_size, size_axis


def plot_accuracy_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on training and test spectra against the number of training spectra.

    One colour per noise level. A dashed line is the Bayes limit on the same test spectra.
    """
    ceiling, results = limits(results), by_n_train(methods(results))
    groups = grouped(results, lambda r: r.snr)
    for (level, chosen), shade in zip(groups.items(), SHADES, strict=False):
        name = noise_label(level)
        test: Style = {"color": shade, "fmt": "o-", "label": f"{name}, test"}
        train: Style = {"color": shade, "fmt": "o:", "mfc": "white", "label": f"{name}, training"}
        against_size(ax, chosen, lambda r: metrics.accuracy(r.test), **test)
        against_size(ax, chosen, lambda r: metrics.accuracy(r.train), **train)
        if level in ceiling:
            value = metrics.accuracy(ceiling[level].test).value
            ax.axhline(value, color=shade, ls="--", lw=1, label=f"{name}, Bayes limit")
    size_axis(ax, results)
    ax.set(ylabel="exact-class accuracy", ylim=(0, 1.02))
    name_lines(ax)
    return ax


def plot_gap_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the gap, accuracy on training minus validation spectra, against training size."""
    results = by_n_train(methods(results))
    groups = grouped(results, lambda r: r.snr)
    for (level, chosen), shade in zip(groups.items(), SHADES, strict=False):
        against_size(
            ax,
            chosen,
            lambda r: SeedGroup((r,)).gap,
            color=shade,
            fmt="s-",
            label=noise_label(level),
        )
    ax.axhline(0, color=GREY, lw=0.8)
    size_axis(ax, results)
    ax.set_ylabel("training − validation accuracy")
    name_lines(ax)
    return ax

"""Methods or depths side by side."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.result import Result
from specz.figures.style import OTHER, Label, colour, error_bars, limits, methods, spread


def plot_accuracy_bars(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw exact-class and ±1-class accuracy of each result with intervals.

    Results of one label, which differ in their seed, share a row, and the number is their mean.
    Dashed lines are the Bayes limit of both on the same test spectra.
    """
    ceiling, results = limits(results), methods(results)
    rows: dict[str, list[Result]] = {}
    for result in results:
        rows.setdefault(label(result), []).append(result)
    y = np.arange(len(rows))[::-1]
    for row, middle in zip(rows.values(), y, strict=True):
        heights = spread(middle, len(row))
        for result, at in zip(row, heights, strict=True):
            shade = colour(result.label)
            for name, measure, fmt, face in (
                ("exact class", metrics.accuracy, "o", shade),
                ("within ±1 class", metrics.within_one, "s", "white"),
            ):
                value = measure(result.test)
                ax.errorbar(
                    value.value,
                    at,
                    xerr=error_bars([value]),
                    fmt=fmt,
                    color=shade,
                    mfc=face,
                    capsize=3,
                    label=f"_{name}",
                )
        mean = metrics.mean_accuracy([result.test for result in row]).value
        ax.text(mean, heights[0] + 0.18, f"{100 * mean:.1f} %", ha="center", fontsize=9)
    ax.plot([], [], "o", color=OTHER, label="exact class")
    ax.plot([], [], "s", color=OTHER, mfc="white", label="within ±1 class")
    for result in ceiling.values():
        shade = colour(result.label)
        ax.axvline(metrics.accuracy(result.test).value, color=shade, ls="--", lw=1)
        ax.axvline(metrics.within_one(result.test).value, color=shade, ls=":", lw=1)
    if ceiling:
        ax.plot([], [], "--", lw=1, color=shade, label="Bayes limit (dotted: within ±1)")
    ax.set_yticks(y, labels=list(rows))
    ax.set(xlabel="accuracy on test spectra", xlim=(-0.04, 1.04), ylim=(-0.6, len(rows) - 0.3))
    ax.legend(fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.06), ncols=3)
    return ax

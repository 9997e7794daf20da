"""Methods or depths side by side."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.figures.style import OTHER, Label, colour, error_bars, limits, methods
from specz.runner import Result


def plot_accuracy_bars(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw exact-class and ±1-class accuracy of each result with intervals.

    Dashed lines are the Bayes limit of both on the same test spectra.
    """
    ceiling, results = limits(results), methods(results)
    y = np.arange(len(results))[::-1]
    exact = [metrics.accuracy(result.test) for result in results]
    near = [metrics.within_one(result.test) for result in results]
    for result, at, a, b in zip(results, y, exact, near, strict=True):
        shade = colour(result.experiment.estimator.label)
        for value, face in ((a, shade), (b, "white")):
            ax.errorbar(
                value.value,
                at,
                xerr=error_bars([value]),
                fmt="o" if face != "white" else "s",
                color=shade,
                mfc=face,
                capsize=3,
                label="_exact class" if value is a else "_within ±1 class",
            )
        ax.text(a.value, at + 0.18, f"{100 * a.value:.1f} %", ha="center", fontsize=9)
    ax.plot([], [], "o", color=OTHER, label="exact class")
    ax.plot([], [], "s", color=OTHER, mfc="white", label="within ±1 class")
    for result in ceiling.values():
        shade = colour(result.experiment.estimator.label)
        ax.axvline(metrics.accuracy(result.test).value, color=shade, ls="--", lw=1)
        ax.axvline(metrics.within_one(result.test).value, color=shade, ls=":", lw=1)
    if ceiling:
        ax.plot([], [], "--", lw=1, color=shade, label="Bayes limit (dotted: within ±1)")
    ax.set_yticks(y, labels=[label(result) for result in results])
    ax.set(xlabel="accuracy on test spectra", xlim=(-0.04, 1.04), ylim=(-0.6, len(results) - 0.3))
    ax.legend(fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.06), ncols=3)
    return ax

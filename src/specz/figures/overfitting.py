"""The gap between training and test spectra."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.result import Result, group_seeds
from specz.figures.style import Label, colour, error_bars, methods, spread


def plot_gaps(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw accuracy on training and on test spectra of each result, and the gap between them.

    Trainings that differ in their seed share a row.
    """
    rows = group_seeds(methods(results))
    y = np.arange(len(rows))[::-1]
    for row, middle in zip(rows, y, strict=True):
        for result, at in zip(row.results, spread(middle, len(row.results)), strict=True):
            shade = colour(result.label)
            seen, test = metrics.accuracy(result.train), metrics.accuracy(result.test)
            ax.plot([test.value, seen.value], [at, at], color=shade, lw=3, alpha=0.3, label="_gap")
            for value, face, name in ((seen, "white", "training"), (test, shade, "test")):
                ax.errorbar(
                    value.value,
                    at,
                    xerr=error_bars([value]),
                    fmt="o",
                    color=shade,
                    mfc=face,
                    capsize=3,
                    label=name if result is rows[0].results[0] else f"_{name}",
                )
    ax.set(xlabel="exact-class accuracy", ylim=(-0.6, len(rows) - 0.4))
    ax.set_yticks(y, [label(row.results[0]) for row in rows])
    ax.legend(fontsize=9)
    return ax

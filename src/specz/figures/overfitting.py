"""The gap between training and test spectra."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.figures.style import Label, colour, error_bars, methods
from specz.runner import Result


def plot_gaps(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw accuracy on training and on test spectra of each result, and the gap between them."""
    results = methods(results)
    y = np.arange(len(results))[::-1]
    for result, at in zip(results, y, strict=True):
        shade = colour(result.experiment.estimator.label)
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
                label=name if at == y[0] else f"_{name}",
            )
    ax.set(xlabel="exact-class accuracy", ylim=(-0.6, len(results) - 0.4))
    ax.set_yticks(y, [label(result) for result in results])
    ax.legend(fontsize=9)
    return ax

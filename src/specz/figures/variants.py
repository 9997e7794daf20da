"""One network and what sets others apart from it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.estimators.registry import differences
from specz.experiments.result import Result
from specz.figures.style import colour, error_bars, methods


def plot_variants(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw validation accuracy of each network, named by what sets it apart from the first.

    The band is the interval of the first.
    """
    results = methods(results)
    values = [metrics.accuracy(result.validation) for result in results]
    first = results[0].estimator
    shade = colour(first.label)
    y = np.arange(len(results))[::-1]
    ax.axvspan(values[0].low, values[0].high, color=shade, alpha=0.12, lw=0)
    for result, value, at in zip(results, values, y, strict=True):
        ax.errorbar(
            value.value,
            at,
            xerr=error_bars([value]),
            fmt="o",
            color=colour(result.label),
            capsize=3,
            label="_validation accuracy",
        )
    ax.set(xlabel="exact-class accuracy on validation spectra", ylim=(-0.6, len(results) - 0.4))
    ax.set_yticks(y, [differences(r.estimator, first) for r in results])
    return ax

"""One network and what sets others apart from it."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz import metrics
from specz.estimators.registry import differences
from specz.experiments.result import Result
from specz.figures.labels import methods
from specz.figures.style import Style, colour, points, rows


def plot_variants(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw validation accuracy of each network, named by what sets it apart from the first.

    The band is the interval of the first.
    """
    results = methods(results)
    values = [metrics.accuracy(result.validation) for result in results]
    first = results[0].estimator
    names = [differences(result.estimator, first) for result in results]
    heights = rows(ax, names, "exact-class accuracy on validation spectra")
    ax.axvspan(values[0].low, values[0].high, color=colour(first.label), alpha=0.12, lw=0)
    for result, value, at in zip(results, values, heights, strict=True):
        style: Style = {"color": colour(result.label), "label": "_validation accuracy"}
        points(ax, [at], [value], across=True, **style)
    return ax

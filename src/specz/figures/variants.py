"""One network, and networks that differ from it in one setting."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz import metrics
from specz.estimators.registry import differences
from specz.experiments.result import Result
from specz.figures.labels import methods
from specz.figures.style import colour, points, rows


def plot_variants(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw validation accuracy of each network, named by its difference from the first.

    The band is the interval of the first.
    """
    results = methods(results)
    first, name = results[0], "_validation accuracy"
    band = metrics.accuracy(first.validation)
    settings = [differences(result.estimator, first.estimator) for result in results]
    heights = rows(ax, settings, "exact-class accuracy on validation spectra")
    ax.axvspan(band.low, band.high, color=colour(first.label), alpha=0.12, lw=0)
    for result, at in zip(results, heights, strict=True):
        value = metrics.accuracy(result.validation)
        points(ax, [at], [value], across=True, color=colour(result.label), label=name)
    return ax

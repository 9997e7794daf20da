"""The gap between training and test spectra."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.result import Result, group_seeds
from specz.figures.labels import Label, methods
from specz.figures.style import Style, colour, points, rows, spread


def plot_gaps(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw accuracy on training and on test spectra of each result, and the gap between them.

    Results that differ only in their seed share a row.
    """
    groups = group_seeds(methods(results))
    heights = rows(ax, [label(group.results[0]) for group in groups], "exact-class accuracy")
    hidden = ""  # becomes "_" after the first result: the legend leaves such names out
    for group, middle in zip(groups, heights, strict=True):
        shade = colour(group.label)
        for result, at in zip(group.results, spread(middle, len(group.results)), strict=True):
            train, test = metrics.accuracy(result.train), metrics.accuracy(result.test)
            ax.plot([test.value, train.value], [at, at], color=shade, lw=3, alpha=0.3, label="_gap")
            for value, face, name in ((train, "white", "training"), (test, shade, "test")):
                style: Style = {"color": shade, "mfc": face, "label": f"{hidden}{name}"}
                points(ax, [at], [value], across=True, **style)
            hidden = "_"
    ax.legend(fontsize=9)
    return ax

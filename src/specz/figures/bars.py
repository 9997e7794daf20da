"""Methods or depths side by side."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import Label, grouped, limits, methods
from specz.figures.style import OTHER, Style, colour, points, rows, spread

MEASURES = (
    ("exact class", metrics.accuracy, "o", None, "--"),
    ("within ±1 class", metrics.within_one, "s", "white", ":"),
)
"""Name, measure, marker, face of the marker (None: that of the method), line of the limit."""

NEAR_ONE = 0.9
"""Where every accuracy lies above this, the axis begins at the lowest and not at zero."""


def plot_accuracy_bars(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw exact-class and ±1-class accuracy of each result with intervals.

    Results of one label, which differ in their seed, share a row; the number is their mean.
    Dashed and dotted lines are the Bayes limit of both on the same test spectra.
    """
    ceiling, groups = limits(results), grouped(methods(results), label)
    heights = rows(ax, list(groups), "accuracy on test spectra")
    for group, middle in zip(groups.values(), heights, strict=True):
        row = spread(middle, len(group))
        for result, at in zip(group, row, strict=True):
            shade = colour(result.label)
            for name, measure, fmt, face, _ in MEASURES:
                style: Style = {"color": shade, "mfc": face or shade, "label": f"_{name}"}
                points(ax, [at], [measure(result.test)], across=True, fmt=fmt, **style)
        mean = metrics.mean_accuracy([r.test for r in group]).value
        ax.text(mean, row[0] + 0.18, f"{100 * mean:.1f} %", ha="center", fontsize=9)
    for name, _, fmt, face, _ in MEASURES:
        ax.plot([], [], fmt, color=OTHER, mfc=face or OTHER, label=name)
    for result in ceiling.values():
        shade = colour(result.label)
        for _, measure, _, _, line in MEASURES:
            ax.axvline(measure(result.test).value, color=shade, ls=line, lw=1)
    if ceiling:
        ax.plot([], [], "--", lw=1, color=shade, label="Bayes limit (dotted: within ±1)")
    lowest = min(metrics.accuracy(r.test).low for group in groups.values() for r in group)
    start = 0.0 if lowest < NEAR_ONE else lowest
    margin = 0.04 * (1 - start)
    ax.set(xlim=(start - margin, 1 + margin), ylim=(-0.6, len(groups) - 0.3))
    ax.legend(fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.06), ncols=3)
    return ax

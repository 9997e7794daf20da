"""The settings that were tried for each method."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.experiment import noise_label
from specz.experiments.result import Result
from specz.figures.style import Size, Style, colour, points, rows
from specz.study.budget import Budget
from specz.study.settings import chosen


def budget_size(study: Budget) -> Size:
    """Size of the figure, with a row for each setting."""
    n = sum(map(len, study.candidates().values()))
    return 8.4, 0.19 * n + 1.2


def plot_budget(study: Budget, results: Sequence[Result], axes: Sequence[Axes]) -> Sequence[Axes]:
    """Draw the validation accuracy of each setting, one panel a noise level; filled: used."""
    known = {r.experiment: r for r in results}
    for ax, snr in zip(axes, study.levels("snr"), strict=True):
        methods = study.tried_at(snr)
        tried = [(method, n, e) for method, named in methods.items() for n, e in named.items()]
        names = [f"{method}: {name}" for method, name, _ in tried]
        heights = rows(ax, names, "validation accuracy, exact class")
        for y, (method, name, experiment) in zip(heights, tried, strict=True):
            result = known.get(experiment)
            if result is not None:
                shade = colour(result.label)
                face = shade if chosen(method, snr) == name else "white"
                found = [metrics.accuracy(result.validation)]
                style: Style = {"color": shade, "mfc": face, "ms": 5, "label": f"_{method}: {name}"}
                points(ax, [y], found, across=True, capsize=2, **style)
        ax.set_title(noise_label(snr), fontsize=10, loc="left")
        ax.tick_params(axis="y", labelsize=8)
        if ax is not axes[0]:
            ax.tick_params(axis="y", labelleft=False)
    return axes

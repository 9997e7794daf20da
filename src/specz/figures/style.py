"""What all figures share: style, colours, labels, saving, panels side by side.

A method has one colour on every page (palette of Okabe & Ito, safe for colour-blind readers).
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from specz import metrics
from specz.common import paths
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.registry import AS_IT_IS, differences
from specz.experiments.experiment import Experiment
from specz.experiments.result import Result, group_seeds
from specz.figures.figure_data import figure_data

BETWEEN = 0.16
"""Rows, between two results of one row."""

COLOURS = {
    "CNN": "#0072B2",
    "equivariant network": "#8B1A1A",
    "template fit": "#7F6A00",
    "redrock": "#6B4FA0",
    "Bayes limit": "#000000",
    "datathon network": "#56B4E9",
    "k-NN": "#E69F00",
    "random forest": "#009E73",
    "linear SVM": "#CC79A7",
    "kernel SVM": "#D55E00",
}
Label = Callable[[Result], str]
"""Names a result in a legend or on an axis: :func:`by_noise`, and so on."""

NO_REMEDY = "nothing"
"""What :func:`by_remedy` calls a network with which nothing is done against overfitting."""

GREY = "#444444"
"""Colour of guides and titles."""

OTHER = "#555555"
"""Colour of a method that has none of its own."""

MANY_DECADES = 4
"""More than these have no room for a label at 2 and 5 of each."""

SHADES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of the lines of a figure in which it is not the method that varies (Okabe & Ito)."""

STYLE = {
    "figure.figsize": (7.2, 4.2),
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 6,
    "svg.hashsalt": "specz",  # the same figure gives the same file
    "svg.fonttype": "path",
}


def subplots(
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] | None = None,
    ratios: Sequence[float] | None = None,
) -> tuple[Figure, npt.NDArray[np.object_]]:
    """Return a figure in the book's style and its axes, shape (rows, columns).

    The heights of the rows stand to each other as ``ratios``, or are equal.
    """
    mpl.rcParams.update(STYLE)  # type: ignore[arg-type]
    fig, axes = plt.subplots(rows, columns, squeeze=False, figsize=size, height_ratios=ratios)
    return fig, axes


def save(fig: Figure, name: str) -> None:
    """Write a figure into the folder of figures as SVG and PDF, and what it shows as CSV.

    It stays open to be shown.
    """
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    for form, dates in (("svg", ("Date",)), ("pdf", ("CreationDate", "ModDate"))):
        undated = dict.fromkeys(dates)
        fig.savefig(paths.FIGURES / f"{name}.{form}", metadata=undated, facecolor="white")
    (paths.FIGURES / f"{name}.csv").write_text(figure_data(fig), encoding="utf-8")


def draw(
    name: str,
    plot: Callable[..., object],
    *shown: object,
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] | None = None,
    title: str | None = None,
    **options: Any,
) -> Figure:
    """Draw one figure with one function, and save it.

    Parameters
    ----------
    name : str
        Of the file.
    plot : callable
        Takes ``shown``, then ``ax`` or a list of ``axes``, and ``options``.
    *shown
        What it draws.
    rows, columns : int
        Panels.
    size : tuple of float, inches
        Width and height.
    title : str, optional
        Above all panels.
    """
    fig, axes = subplots(rows, columns, size)
    panels = axes.ravel().tolist()
    several = "axes" in inspect.signature(plot).parameters
    plot(*shown, **({"axes": panels} if several else {"ax": panels[0]}), **options)
    if title is not None:
        fig.suptitle(title, fontsize=9, color=GREY)
    save(fig, name)
    return fig


def beside(
    name: str,
    plot: Callable[..., Axes],
    results: Sequence[Result],
    reference: Sequence[Result],
    *,
    height: float = 3.7,
    row: float = 0.0,
    **options: Any,
) -> Figure:
    """Draw what was computed here above what is archived at paper scale, and save it.

    Parameters
    ----------
    name : str
        Of the file.
    plot : callable
        Takes results, axes and ``options``.
    results, reference : sequence of Result
        One panel each, as :func:`scales` gives them.
    height : float, inches
        Of one panel, at the least.
    row : float, inches
        Of one experiment, where each has a row; trainings of one count once.
    """
    panels = scales(results, reference)
    heights = [max(height, 1 + row * len(group_seeds(methods(part)))) for _, part in panels]
    fig, axes = subplots(len(panels), 1, size=(7.2, sum(heights)), ratios=heights)
    for ax, (title, part) in zip(axes[:, 0].tolist(), panels, strict=True):
        plot(part, ax, **options)
        ax.set_title(title, fontsize=9, loc="left", color=GREY)
    save(fig, name)
    return fig


def scales(
    results: Sequence[Result], reference: Sequence[Result]
) -> list[tuple[str, Sequence[Result]]]:
    """Say of what was computed here, and of what is archived at paper scale, where it is from.

    Fewer than two archived results have nothing to compare and are left out; the limit counts
    only where nothing else was computed.
    """
    found = [(f"computed here, commit {_commits(results)}", results)]
    if len(methods(reference) if methods(results) else reference) > 1:
        found.append((f"archived at paper scale, commit {_commits(reference)}", reference))
    return found


def _commits(results: Sequence[Result]) -> str:
    """Commits that made the results, shortened."""
    found = sorted({result.manifest["commit"][:7] for result in results})
    return found[0] if len(found) == 1 else f"{found[0]} and {len(found) - 1} more"


def by_noise(result: Result) -> str:
    """Label of a result where the noise level varies."""
    return result.noise


def by_method(result: Result) -> str:
    """Label of a result where the method varies."""
    return f"{result.label}\n{result.n_train:,} spectra"


def by_depth(result: Result) -> str:
    """Label of a result where the depth of the network varies."""
    layers = getattr(result.estimator, "layers", None)
    if layers is None:
        return by_method(result)
    return f"{layers} layer{'s' * (layers > 1)}\n{result.n_train:,} spectra"


def by_remedy(result: Result) -> str:
    """Label of a result where what is done against overfitting varies."""
    network = result.estimator
    if not isinstance(network, CNN):
        return by_method(result)
    remedies = [
        *([f"dropout {network.dropout:g}"] if network.dropout else []),
        *([f"L2 {network.l2:g}"] if network.l2 else []),
        *(["fresh noise"] if network.training.fresh_noise else []),
    ]
    return f"{' + '.join(remedies) or NO_REMEDY}\n{result.n_train:,} spectra"


def by_perturbation(result: Result) -> str:
    """Label of a result where what was done to the test spectra varies, or the grid."""
    if result.experiment.altered:
        return result.experiment.altered
    return (
        "as they are"
        if result.experiment.grid == Experiment.grid
        else f"{result.experiment.grid} grid"
    )


def by_limit(result: Result) -> str:
    """Label of a result where the settings of the Bayes limit vary."""
    settings = differences(result.estimator, BayesLimit())
    seds = f"{result.n_train:,} SEDs"
    return seds if settings == AS_IT_IS else settings


def methods(results: Sequence[Result]) -> list[Result]:
    """Return the results that are not the limit."""
    return [r for r in results if not isinstance(r.estimator, BayesLimit)]


def limits(results: Sequence[Result]) -> dict[float, Result]:
    """Return the Bayes limit at each noise level that has one, the noisiest first."""
    found = [r for r in results if isinstance(r.estimator, BayesLimit)]
    return {r.snr: r for r in sorted(found, key=lambda r: r.snr)}


def spread(middle: float, n: int) -> npt.NDArray[np.floating]:
    """Heights of ``n`` results that share the row at ``middle``, the first on top."""
    return middle + BETWEEN * ((n - 1) / 2 - np.arange(n))


def colour(label: str) -> str:
    """Colour of a method, by its label."""
    return COLOURS.get(label, OTHER)


def plain_log(axis: Axis, ticks: Sequence[float] | None = None) -> None:
    """Label a logarithmic axis with plain numbers, at ``ticks`` or at 1, 2, 5, 10 ...

    Where it already spans many decades, 1, 10 ... are enough.
    """
    if ticks is not None:
        axis.set_ticks(list(ticks), labels=[f"{tick:,g}" for tick in ticks])
    else:
        low, high = axis.get_view_interval()
        many = low > 0 and high > low * 10**MANY_DECADES
        axis.set_major_locator(LogLocator(subs=(1,) if many else (1, 2, 5)))
        axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def points(
    ax: Axes,
    x: Sequence[float],
    intervals: Sequence[metrics.Interval],
    *,
    color: str,
    fmt: str,
    label: str | None = None,
    mfc: str | None = None,
) -> None:
    """Draw values with their intervals upright."""
    values = [interval.value for interval in intervals]
    ax.errorbar(
        x, values, yerr=error_bars(intervals), fmt=fmt, color=color, mfc=mfc, capsize=3, label=label
    )


def error_bars(intervals: Sequence[metrics.Interval]) -> npt.NDArray[np.float64]:
    """Lengths of error bars below and above, shape (2, n)."""
    below = [max(0.0, interval.value - interval.low) for interval in intervals]
    above = [max(0.0, interval.high - interval.value) for interval in intervals]
    return np.array([below, above])

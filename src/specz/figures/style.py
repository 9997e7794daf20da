"""Parts that all figures share: style, colours, axes, points with intervals, saving.

A method has one colour on every page (palette of Okabe & Ito, safe for colour-blind readers).
"""

import hashlib
import inspect
import json
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
from specz.experiments.result import Result, group_seeds
from specz.figures.behind import archived_behind
from specz.figures.figure_data import figure_data
from specz.figures.labels import methods

CONCLUSION = ".txt"
"""End of the name of the file with the sentence that a figure says."""

BEHIND = ".json"
"""End of the name of the file with the archived experiments that a figure draws."""

BETWEEN = 0.16
"""Distance of two results that share a row, in rows."""

COLOURS = {
    "CNN": "#0072B2",
    "equivariant network": "#8B1A1A",
    "template fit": "#7F6A00",
    "evidence": "#B3006B",
    "redrock": "#6B4FA0",
    "Bayes limit": "#000000",
    "datathon network": "#56B4E9",
    "k-NN": "#E69F00",
    "random forest": "#009E73",
    "linear SVM": "#CC79A7",
    "kernel SVM": "#D55E00",
    "network of Kim & Brunner": "#0072B2",
    "narrow network": "#56B4E9",
    "forest with Δχ²": "#009E73",
    "forest on moments": "#E69F00",
    "Bayes rule by template bank": "#000000",
    "CNN averaged over rotations": "#0072B2",
    "CNN with rotated copies": "#E69F00",
    "plain CNN": "#56B4E9",
    "shape forest": "#009E73",
    "Fanaroff–Riley ratio": "#CC79A7",
    "as observed": "#555555",
    "Wiener filter (PCA)": "#009E73",
    "dictionary": "#E69F00",
    "U-Net": "#0072B2",
    "conditional GAN": "#D55E00",
    "posterior sample": "#6B4FA0",
    "posterior mean (MMSE)": "#000000",
}

Style = dict[str, Any]
"""Settings of matplotlib, by name."""

Size = tuple[float, float]
"""Width and height in inches."""

GREY = "#444444"
"""Colour of guides and titles."""

OTHER = "#555555"
"""Colour of a method that has none of its own."""

MANY_DECADES = 4
"""A logarithmic axis over more decades has no room for labels at 2 and 5."""

SPARE = ("#332288", "#117733", "#882255", "#999933", "#44AA99", "#AA4499")
"""Colours of methods that are not listed above (Tol's muted scheme, also safe)."""

SHADES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of lines that differ in something else than the method (Okabe & Ito)."""

TEXT_BOX: Style = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
"""Background of a text that lies on data."""

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
    rows: int = 1, columns: int = 1, size: Size | None = None, ratios: Sequence[float] | None = None
) -> tuple[Figure, npt.NDArray[np.object_]]:
    """Return a figure and its axes, shape (rows, columns); ``ratios`` are heights of rows."""
    mpl.rcdefaults()  # a reader's matplotlibrc must not change a figure
    mpl.rcParams.update(STYLE)  # type: ignore[arg-type]
    fig, axes = plt.subplots(rows, columns, squeeze=False, figsize=size, height_ratios=ratios)
    return fig, axes


def save(fig: Figure, name: str, says: str = "", behind: object = ()) -> None:
    """Write a figure as SVG and PDF, its numbers as CSV, and the sentence that it ``says``.

    The page puts that sentence before the caption, and after it a link to the archived experiments
    ``behind`` the figure: results, or collections and dataclasses that hold them. The figure is
    closed, so that a notebook shows it once, where it is returned.
    """
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    for form, dates in (("svg", ("Date",)), ("pdf", ("CreationDate", "ModDate"))):
        undated = dict.fromkeys(dates)
        fig.savefig(paths.FIGURES / f"{name}.{form}", metadata=undated, facecolor="white")
    (paths.FIGURES / f"{name}.csv").write_text(figure_data(fig), encoding="utf-8")
    if says:
        (paths.FIGURES / f"{name}{CONCLUSION}").write_text(says, encoding="utf-8")
    if archived := archived_behind(behind):
        text = json.dumps(archived, ensure_ascii=False, indent=1)
        (paths.FIGURES / f"{name}{BEHIND}").write_text(text, encoding="utf-8")
    plt.close(fig)


def draw(
    name: str,
    plot: Callable[..., object],
    *shown: object,
    rows: int = 1,
    columns: int = 1,
    size: Size | None = None,
    says: str = "",
    behind: object = (),
    **options: Any,
) -> Figure:
    """Draw one figure of rows × columns panels with one function, and save it as ``name``.

    ``plot`` takes ``shown``, then ``ax`` or a list of ``axes``, and ``options``.
    Results that it draws numbers from, without being given them, are named as ``behind``.
    """
    fig, axes = subplots(rows, columns, size)
    panels = axes.ravel().tolist()
    several = "axes" in inspect.signature(plot).parameters
    plot(*shown, **({"axes": panels} if several else {"ax": panels[0]}), **options)
    save(fig, name, says, (shown, behind))
    return fig


def beside(
    name: str,
    plot: Callable[..., Axes],
    results: Sequence[Result],
    reference: Sequence[Result],
    *,
    height: float = 3.7,
    row: float = 0.0,
    says: Callable[[Sequence[Result]], str] | None = None,
    **options: Any,
) -> Figure:
    """Draw the results archived at paper scale above those computed here; save it as ``name``.

    ``plot`` takes results, axes and ``options``; :func:`scales` gives the panels. ``says`` makes
    the conclusion from the results of the first. ``height`` is the least height of a panel in
    inches, ``row`` that of a row if each experiment has one (seeds of one experiment share it).
    """
    panels = scales(results, reference)
    heights = [max(height, 1 + row * len(group_seeds(methods(part)))) for _, part in panels]
    fig, axes = subplots(len(panels), 1, size=(7.2, sum(heights)), ratios=heights)
    for ax, (title, part) in zip(axes[:, 0].tolist(), panels, strict=True):
        plot(part, ax, **options)
        if len(panels) > 1:
            ax.set_title(title, fontsize=9, loc="left", color=GREY)
    save(fig, name, says(panels[0][1]) if says else "", (reference, results))
    return fig


def scales(
    results: Sequence[Result], reference: Sequence[Result]
) -> list[tuple[str, Sequence[Result]]]:
    """Return the results archived at paper scale, then those computed here, each with a title."""
    titled = {"archived at paper scale": reference, "computed here": results}
    return [(f"{title}, commit {_commits(part)}", part) for title, part in titled.items() if part]


def _commits(results: Sequence[Result]) -> str:
    """Commits that made the results, shortened."""
    found = sorted({result.manifest["commit"][:7] for result in results})
    return found[0] if len(found) == 1 else f"{found[0]} and {len(found) - 1} more"


def spread(middle: float, n: int) -> npt.NDArray[np.floating]:
    """Heights of ``n`` results that share the row at ``middle``, the first on top."""
    return middle + BETWEEN * ((n - 1) / 2 - np.arange(n))


def colour(label: str) -> str:
    """Colour of a method, by its label: the same in every figure, also for an unlisted method."""
    digest = hashlib.sha256(label.encode()).digest()
    return COLOURS.get(label, SPARE[digest[0] % len(SPARE)])


def gradient(n: int, last: float = 0.85) -> npt.NDArray[np.float64]:
    """Colours from dark to light for ``n`` results in order, RGBA, shape (n, 4)."""
    colours: npt.NDArray[np.float64] = mpl.colormaps["viridis"](np.linspace(0, last, n))
    return colours


def against_size(
    ax: Axes, results: Sequence[Result], measure: Callable[[Result], metrics.Interval], **style: Any
) -> None:
    """Draw a measure of results against their number of training spectra."""
    points(ax, [r.n_train for r in results], [measure(r) for r in results], **style)


def size_axis(ax: Axes, results: Sequence[Result]) -> None:
    """Make x a logarithmic axis of training spectra with a tick at each size of the results."""
    ax.set(xscale="log", xlabel="training spectra (thousands)")
    sizes = sorted({r.n_train for r in results})
    plain_log(ax.xaxis, sizes, [f"{n / 1000:g}" for n in sizes])


def plain_log(
    axis: Axis, ticks: Sequence[float] | None = None, names: Sequence[str] | None = None
) -> None:
    """Label a logarithmic axis with plain numbers or ``names``, at ``ticks`` or at 1, 2, 5, 10 ...

    An axis over more than :data:`MANY_DECADES` has labels at 1, 10 ... only.
    """
    if ticks is not None:
        axis.set_ticks(list(ticks), labels=list(names or (f"{tick:,g}" for tick in ticks)))
    else:
        low, high = axis.get_view_interval()
        many = low > 0 and high > low * 10**MANY_DECADES
        axis.set_major_locator(LogLocator(subs=(1,) if many else (1, 2, 5)))
        axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def points(
    ax: Axes,
    at: npt.ArrayLike,
    intervals: Sequence[metrics.Interval],
    *,
    across: bool = False,
    factor: float = 1,
    fmt: str = "o",
    capsize: float = 3,
    **style: Any,
) -> None:
    """Draw values with their intervals, along y at ``at`` on x; the reverse if ``across``.

    Values are multiplied by ``factor``: 100 gives percentage points. ``fmt``, ``capsize`` and
    ``style`` go to matplotlib's ``errorbar``.
    """
    values = [factor * interval.value for interval in intervals]
    below = [factor * max(0.0, interval.value - interval.low) for interval in intervals]
    above = [factor * max(0.0, interval.high - interval.value) for interval in intervals]
    style["xerr" if across else "yerr"] = (below, above)
    x, y = (values, at) if across else (at, values)
    ax.errorbar(x, y, fmt=fmt, capsize=capsize, **style)


def rows(ax: Axes, names: Sequence[str], xlabel: str) -> npt.NDArray[np.int_]:
    """Label rows from top to bottom, with values along x; return their heights."""
    heights = np.arange(len(names))[::-1]
    ax.set_yticks(heights, labels=names)
    ax.set(xlabel=xlabel, ylim=(-0.6, len(names) - 0.4))
    return heights

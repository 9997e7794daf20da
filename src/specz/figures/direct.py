"""Names of lines at their ends, in place of a legend."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.container import Container, ErrorbarContainer
from matplotlib.lines import Line2D

from specz.figures.contrast import contrast

CONTRAST = 4.5
"""Least contrast of a text with white (WCAG 2.2, level AA)."""

POINTS_PER_INCH = 72
PART = 0.8
"""Part of a figure's height that its panels take, roughly."""


def name_lines(ax: Axes, fontsize: float = 9) -> None:
    """Write the label of each line at the right edge of the axes, at the height of its last point.

    Names that would lie on one another are moved apart and keep a short stroke to their height.
    Call it when limits and scales of the axes are set.
    """
    handles, names = ax.get_legend_handles_labels()
    lines = [_line(handle) for handle in handles]
    named = [(_height(line, ax), line, name) for line, name in zip(lines, names, strict=True)]
    named.sort(key=lambda each: each[0])
    least = 1.15 * fontsize / POINTS_PER_INCH / (PART * _inches(ax))
    heights = apart([height for height, _, _ in named], least)
    for (height, line, name), at in zip(named, heights, strict=True):
        shade = readable(to_hex(line.get_color()))
        ax.annotate(
            name,
            (1.005, height),
            (1.035, at),
            xycoords="axes fraction",
            textcoords="axes fraction",
            arrowprops={
                **{"arrowstyle": "-", "lw": 0.7, "color": shade, "shrinkA": 0, "shrinkB": 0},
                "relpos": (0, 0.5),  # to the left edge of the name, not across it
            },
            fontsize=fontsize,
            color=shade,
            va="center",
            annotation_clip=False,
        )


def _line(handle: Artist | Container) -> Line2D:
    line = handle.lines[0] if isinstance(handle, ErrorbarContainer) else handle
    assert isinstance(line, Line2D), f"no line: {handle}"
    return line


def _inches(ax: Axes) -> float:
    """Height of the row of a figure in which axes stand."""
    figure, spec = ax.figure.get_figure(root=True), ax.get_subplotspec()
    assert figure is not None
    assert spec is not None
    heights = np.asarray(spec.get_gridspec().get_height_ratios(), dtype=float)
    return float(figure.get_figheight() * heights[spec.rowspan.start] / heights.sum())


def _height(line: Line2D, ax: Axes) -> float:
    """Height of a line's last point, as a part of that of the axes."""
    x, y = (np.asarray(values, dtype=float) for values in line.get_data())
    known = np.isfinite(y)
    last = y[known][np.argmax(x[known])]
    at = ax.transData.transform((ax.get_xlim()[1], last))
    _, in_axes = ax.transAxes.inverted().transform(at)
    return float(np.clip(in_axes, 0, 1))


def apart(at: Sequence[float], least: float) -> npt.NDArray[np.floating]:
    """Move sorted places until neighbours are ``least`` apart, each as little as possible.

    Places that touch move as one group about their mean (isotonic regression, by pooling).

    >>> apart([0.0, 0.5, 0.52], 0.1).round(2).tolist()
    [0.0, 0.46, 0.56]
    """
    groups: list[list[float]] = []  # wanted places of the first member
    for i, place in enumerate(at):
        groups.append([place - i * least])
        while len(groups) > 1 and np.mean(groups[-2]) > np.mean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    first = [np.mean(group) for group in groups for _ in group]
    return np.asarray(first + least * np.arange(len(at)))


def readable(colour: str) -> str:
    """Darken a colour until text in it can be read on white."""
    rgb = np.array(to_rgb(colour))
    while contrast(to_hex(rgb.tolist()), "white") < CONTRAST:
        rgb = rgb * 0.96
    return to_hex(rgb.tolist())

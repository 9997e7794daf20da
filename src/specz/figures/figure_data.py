"""The numbers that a figure shows, read back from its artists.

The file of numbers beside a figure therefore can't differ from the figure. One row is one point,
step, cell or label; ``low`` and ``high`` are the ends of an error bar, or the edges of a step or
cell. Lines that begin with ``#`` name the axes with their units.
"""

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle, StepPatch
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

COLUMNS = (
    *("panel", "kind", "series", "name"),
    *("x", "x_low", "x_high", "y", "y_low", "y_high", "value"),
)
Row = dict[str, object]


def figure_data(fig: Figure) -> str:
    """Return the numbers of a figure as CSV with the columns of :data:`COLUMNS`.

    Raise TypeError if it holds an artist whose numbers this module can't read.
    """
    out = io.StringIO()
    panels = [ax for ax in fig.axes if not hasattr(ax, "_colorbar")]
    for i, ax in enumerate(panels, start=1):
        title = " ".join(filter(None, (ax.get_title(loc=side) for side in ("left", "right"))))
        x, y = (axis.get_label_text() or "no label" for axis in (ax.xaxis, ax.yaxis))
        out.write(f"# panel {i}{': ' * bool(title)}{title}; x: {x}; y: {y}\n")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for i, ax in enumerate(panels, start=1):
        named = _tick_names(ax)
        for row in _rows(ax):
            near = (_nearest(names, row.get(axis)) for axis, names in named.items())
            name = next(filter(None, near), "")
            cells = {column: _digits(value) for column, value in row.items()}
            writer.writerow({"panel": i, "name": name, **cells})
    return out.getvalue()


def _rows(ax: Axes) -> Iterator[Row]:
    """One row for each thing drawn in data coordinates."""
    bars = [c for c in ax.containers if isinstance(c, ErrorbarContainer)]
    parts = {id(part) for bar in bars for part in bar.get_children()}
    for i, bar in enumerate(bars, start=1):
        yield from _errorbar(bar, _series(str(bar.get_label()), "points", i))
    artists: Sequence[Artist] = [*ax.lines, *ax.collections, *ax.patches, *ax.images, *ax.texts]
    for i, artist in enumerate((a for a in artists if id(a) not in parts), start=1):
        for row in _artist(artist, ax):
            series = _series(str(artist.get_label()), str(row["kind"]), i)
            yield {"series": series, **row}


def _errorbar(bar: ErrorbarContainer, series: str) -> Iterator[Row]:
    line, _, collections = bar.lines
    if line is None:
        return
    rows = [{"series": series, **row} for row in _xy("points", _coordinates(line))]
    axes = [axis for axis, there in (("x", bar.has_xerr), ("y", bar.has_yerr)) if there]
    for axis, collection in zip(axes, collections, strict=True):
        column = "xy".index(axis)
        for row, segment in zip(rows, collection.get_segments(), strict=True):
            if len(segment):
                row[f"{axis}_low"], row[f"{axis}_high"] = np.sort(np.asarray(segment)[:, column])
    yield from rows


def _artist(artist: Artist, ax: Axes) -> Iterator[Row]:
    """Rows of one artist; none for an artist without numbers."""
    if isinstance(artist, Line2D):
        in_data = artist.get_transform().contains_branch_seperately(ax.transData)
        line = _coordinates(artist)
        if all(in_data):
            yield from _xy("line", line)
        elif any(in_data):  # a guide across the whole panel
            axis = in_data.index(True)
            yield {"kind": "guide", "xy"[axis]: line[0, axis]}
    elif isinstance(artist, StepPatch):
        values, edges, _ = artist.get_data()
        for low, high, value in zip(edges[:-1], edges[1:], values, strict=True):
            yield {"kind": "step", "x_low": low, "x_high": high, "y": value}
    elif isinstance(artist, Rectangle):
        (x0, y0), width, height = artist.get_xy(), artist.get_width(), artist.get_height()
        bar = {"x_low": x0, "x_high": x0 + width, "y_low": y0, "y_high": y0 + height}
        in_data = artist.get_data_transform().contains_branch_seperately(ax.transData)
        kept = {axis for axis, there in zip("xy", in_data, strict=True) if there}
        if kept:  # a band lies across the whole panel and has numbers on one axis
            kind = "bar" if len(kept) == 2 else "band"
            yield {"kind": kind, **{k: v for k, v in bar.items() if k[0] in kept}}
    elif isinstance(artist, Polygon):
        yield from _xy("outline", artist.get_xy())
    elif isinstance(artist, PolyCollection):
        for path in artist.get_paths():
            yield from _xy("outline", path.vertices)
    elif isinstance(artist, LineCollection):
        for segment in artist.get_segments():
            yield from _xy("line", segment)
    elif isinstance(artist, PathCollection):
        yield from _xy("points", artist.get_offsets())
    elif isinstance(artist, QuadMesh):
        corners = np.asarray(artist.get_coordinates())
        yield from _cells(corners[0, :, 0], corners[:, 0, 1], np.ma.asarray(artist.get_array()))
    elif isinstance(artist, AxesImage):
        left, right, bottom, top = artist.get_extent()
        values = np.ma.asarray(artist.get_array())
        rows, columns = values.shape[:2]
        y = np.linspace(bottom, top, rows + 1)
        y = y if artist.origin == "lower" else y[::-1]
        yield from _cells(np.linspace(left, right, columns + 1), y, values)
    elif isinstance(artist, Text):
        if artist.get_text():
            in_data = artist.get_transform().contains_branch_seperately(ax.transData)
            at = dict(zip("xy", artist.get_position(), strict=True)) if all(in_data) else {}
            yield {"kind": "text", "series": artist.get_text(), **at}
    elif not isinstance(artist, FancyBboxPatch):  # a box of a diagram has only its texts
        kind = type(artist).__name__
        raise TypeError(f"can't read the numbers of a {kind}; add it to figure_data.py")


def _coordinates(line: Line2D) -> npt.NDArray[np.float64]:
    """Points of a line, shape (n_points, 2)."""
    return np.column_stack([np.asarray(values, dtype=float) for values in line.get_data()])


def _xy(kind: str, coordinates: npt.ArrayLike) -> Iterator[Row]:
    """One row for each pair of coordinates, shape (n_points, 2)."""
    for x, y in np.asarray(coordinates):
        yield {"kind": kind, "x": x, "y": y}


def _cells(x: np.ndarray, y: np.ndarray, values: np.ma.MaskedArray) -> Iterator[Row]:
    """Rows of the cells that hold a value; ``x`` and ``y`` are edges."""
    values = values.reshape(len(y) - 1, len(x) - 1)
    for j, i in np.argwhere(~np.ma.getmaskarray(values)):
        (x_low, x_high), (y_low, y_high) = sorted(x[i : i + 2]), sorted(y[j : j + 2])
        edges = {"x_low": x_low, "x_high": x_high, "y_low": y_low, "y_high": y_high}
        yield {"kind": "cell", **edges, "value": values[j, i]}


def _tick_names(ax: Axes) -> dict[str, dict[float, str]]:
    """Name of each position on an axis that has names instead of numbers, by axis."""
    named: dict[str, dict[float, str]] = {}
    for letter, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        if isinstance(axis.get_major_locator(), FixedLocator):
            ticks = [float(at) for at in axis.get_majorticklocs()]
            for at, name in zip(ticks, axis.get_major_formatter().format_ticks(ticks), strict=True):
                if name and not _is_number(name):
                    named.setdefault(letter, {})[at] = name.replace("\n", ", ")
    return named


def _nearest(names: dict[float, str], value: object) -> str:
    """Name of the position within a third of ``value``; rows are one apart."""
    if not isinstance(value, int | float | np.number):
        return ""
    return next((name for at, name in names.items() if abs(at - float(value)) < 1 / 3), "")


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return False
    return True


def _series(label: str, kind: str, i: int) -> str:
    """Name an artist by its label, one hidden from the legend included, else by a number."""
    automatic = not label or label.startswith(("_child", "_nolegend_", "_container"))
    return f"{kind} {i}" if automatic else label.removeprefix("_")


def _digits(value: object) -> object:
    return value if isinstance(value, str | int) else f"{value:.7g}"

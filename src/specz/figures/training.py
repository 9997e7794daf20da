"""Figures of a network: its architecture, and its learning curves."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from specz.estimators.cnn import LayerRow
from specz.experiments.result import Result
from specz.figures.direct import name_lines
from specz.figures.labels import Label
from specz.figures.style import GREY, Style, gradient, plain_log

FILLS = {"Conv1D": "#cfe3f1", "Dense": "#f6dcc9"}
"""Colour of a layer's box by the kind of layer; others are grey."""


def plot_architecture(rows: Sequence[LayerRow], ax: Axes) -> Axes:
    """Draw a network's layers as boxes with their output shapes and parameter counts."""
    width, gap = 1.0, 0.2
    for i, row in enumerate(rows):
        x = i * (width + gap)
        middle = x + width / 2
        fill: Style = {"facecolor": FILLS.get(row.kind, "#eeeeee"), "edgecolor": GREY}
        ax.add_patch(FancyBboxPatch((x, 0), width, 1.5, boxstyle="round,pad=0.02", **fill))
        ax.text(middle, 1.25, row.name.replace("_", " "), ha="center", weight="bold")
        ax.text(middle, 0.95, row.kind, ha="center", fontsize=9, color=GREY)
        ax.text(middle, 0.55, " × ".join(f"{n:,}" for n in row.shape), ha="center")
        ax.text(middle, 0.15, f"{row.parameters:,}" if row.parameters else "–", ha="center")
        if i:
            ax.annotate("", (x, 0.75), (x - gap, 0.75), arrowprops={"arrowstyle": "->"})
    ax.text(-0.12, 0.55, "output", ha="right", color=GREY)
    ax.text(-0.12, 0.15, "parameters", ha="right", color=GREY)
    ax.set(xlim=(-0.95, len(rows) * (width + gap) - gap + 0.05), ylim=(-0.1, 1.6))
    ax.axis("off")
    return ax


def plot_histories(results: Sequence[Result], axes: Sequence[Axes], label: Label) -> None:
    """Draw learning curves: loss in the first axes, accuracy in the second."""
    for result, shade in zip(results, gradient(len(results), 0.8), strict=True):
        history = result.history
        if history is None:
            continue
        method = label(result).split("\n")[0]
        for ax, kind in zip(axes, ("loss", "accuracy"), strict=True):
            for part, line, face in (("validation", "o-", shade), ("train", "o:", "white")):
                values = getattr(history, f"{part}_{kind}")
                # Named once at its end; the other line is the one beside it.
                name = f"_{method}, training" if part == "train" else method
                ax.plot(history.examples, values, line, color=shade, mfc=face, ms=4, label=name)
    axes[0].set(ylabel="cross-entropy (nats)", yscale="log")
    plain_log(axes[0].yaxis)
    axes[1].set(ylabel="exact-class accuracy", ylim=(None, 1.01))
    drawn = [
        axes[0].plot([], [], line, color=GREY, mfc=face, ms=4, label=f"_{name}")[0]
        for line, face, name in (("o-", GREY, "validation"), ("o:", "white", "training"))
    ]
    axes[0].legend(drawn, ["validation", "training"], fontsize=8)
    for ax in axes:
        ax.set_xlabel("training examples seen")
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.xaxis.set_major_formatter("{x:,.0f}")
    name_lines(axes[1])

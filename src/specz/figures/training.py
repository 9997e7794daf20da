"""Figures of a network: its architecture, and how it learned."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from specz.estimators.cnn import LayerRow
from specz.experiments.result import Result
from specz.figures.labels import Label
from specz.figures.style import GREY, plain_log


def plot_architecture(rows: Sequence[LayerRow], ax: Axes) -> Axes:
    """Draw a network's layers as boxes with their output shapes and parameter counts."""
    fill = {"Conv1D": "#cfe3f1", "Dense": "#f6dcc9"}
    width, gap = 1.0, 0.2
    for i, row in enumerate(rows):
        x = i * (width + gap)
        box = FancyBboxPatch(
            (x, 0),
            width,
            1.5,
            boxstyle="round,pad=0.02",
            facecolor=fill.get(row.kind, "#eeeeee"),
            edgecolor=GREY,
        )
        ax.add_patch(box)
        count = f"{row.parameters:,}" if row.parameters else "–"
        shape = " × ".join(f"{n:,}" for n in row.shape)
        ax.text(x + width / 2, 1.25, row.name.replace("_", " "), ha="center", weight="bold")
        ax.text(x + width / 2, 0.95, row.kind, ha="center", fontsize=9, color=GREY)
        ax.text(x + width / 2, 0.55, shape, ha="center")
        ax.text(x + width / 2, 0.15, count, ha="center")
        if i:
            ax.annotate("", (x, 0.75), (x - gap, 0.75), arrowprops={"arrowstyle": "->"})
    ax.text(-0.12, 0.55, "output", ha="right", color=GREY)
    ax.text(-0.12, 0.15, "parameters", ha="right", color=GREY)
    ax.set(xlim=(-0.95, len(rows) * (width + gap) - gap + 0.05), ylim=(-0.1, 1.6))
    ax.axis("off")
    return ax


def plot_histories(results: Sequence[Result], axes: Sequence[Axes], label: Label) -> None:
    """Draw learning curves: loss in the first axes, accuracy in the second."""
    shades = mpl.colormaps["viridis"](np.linspace(0, 0.8, len(results)))
    for result, shade in zip(results, shades, strict=True):
        name = label(result).split("\n")[0]
        history = result.history
        if history is None:
            continue
        for ax, kind in zip(axes, ("loss", "accuracy"), strict=True):
            for part, style in (("validation", "o-"), ("train", "o:")):
                ax.plot(
                    history.examples,
                    getattr(history, f"{part}_{kind}"),
                    style,
                    color=shade,
                    mfc=shade if part == "validation" else "white",
                    ms=4,
                    label=f"{name}, {'validation' if part == 'validation' else 'training'}",
                )
    axes[0].set(xlabel="training examples seen", ylabel="cross-entropy (nats)", yscale="log")
    plain_log(axes[0].yaxis)
    axes[1].set(xlabel="training examples seen", ylabel="exact-class accuracy", ylim=(None, 1.01))
    axes[1].legend(fontsize=8)
    for ax in axes:
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.xaxis.set_major_formatter("{x:,.0f}")

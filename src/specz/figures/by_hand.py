"""Figures of a network by hand: each shows one step of it, with the numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from specz.common.arrays import FloatArray
from specz.estimators.cnn import LayerRow
from specz.estimators.descent import Descent
from specz.estimators.tiny_network import (
    POOL,
    Backward,
    Forward,
    convolve,
    relu,
    sigmoid,
    step,
)
from specz.figures.style import GREY, OTHER, SHADES, plain_log
from specz.figures.training import FILLS
from specz.spectra.grid import Grid
from specz.study.by_hand import LineFit

BLUE, ORANGE = FILLS["Conv1D"], FILLS["Dense"]
"""Fills of cells that matter; the others are white."""

THIRDS = ("left", "middle", "right")
"""Classes of the network of sixteen weights: where the line is."""


def plot_convolution(
    x: FloatArray, kernel: FloatArray, edges: FloatArray, at: int, axes: Sequence[Axes]
) -> None:
    """Draw pixels as steps, and below them the kernel at place ``at``: products, sum, answers.

    ``x`` has shape (n_pixels,); ``edges``, shape (n_pixels + 1,), are those of the pixels in Å.
    """
    spectrum, table = axes
    places, answers = np.arange(at, at + len(kernel)), convolve(x, kernel)
    middle = len(kernel) // 2
    spectrum.stairs(x, edges, color=SHADES[0], lw=1.6, label="pixels")
    spectrum.axhline(0, color=GREY, lw=0.8)
    span = edges[places[0]], edges[places[-1] + 1]
    spectrum.axvspan(*span, color=ORANGE, zorder=0, label="kernel")
    spectrum.set(ylabel="flux / mean − 1", xlabel="observed wavelength (Å)")
    spectrum.xaxis.set_major_formatter("{x:,.0f}")
    margin = 0.1 * (edges[1] - edges[0])  # as of the cells below, so that both stand in line
    spectrum.set_xlim(edges[0] - margin, edges[-1] + margin)
    _cells(table, 3, "pixels", x, range(len(x)), marked=places)
    _cells(table, 2, "kernel", kernel, places, fill=ORANGE, decimals=0)
    _cells(table, 1, "products", kernel * x[places], places, fill=ORANGE)
    side, where = ("left", places[-1] + 0.7) if at < len(x) / 2 else ("right", places[0] - 0.7)
    table.text(where, 1, f"sum {_number(answers[at])}", ha=side, va="center", weight="bold")
    at_pixels = np.arange(len(answers)) + middle
    _cells(table, 0, "answers", answers, at_pixels, fill=BLUE, marked=[at + middle])
    _bare(table, (-0.6, len(x) - 0.4), (-0.5, 3.5))


def plot_activations(axes: Sequence[Axes]) -> None:
    """Draw a threshold and the activations of networks, and the slopes of all of them."""
    x = np.linspace(-4, 4, 801)
    s, t = sigmoid(x), np.tanh(x)
    curves = {
        "threshold": (step(x), np.zeros_like(x)),
        "sigmoid": (s, s * (1 - s)),
        "tanh": (t, 1 - t**2),
        "ReLU": (relu(x), step(x)),
    }
    styles = zip((":", "--", "-.", "-"), (OTHER, *SHADES[2:0:-1], SHADES[0]), strict=True)
    for (name, pair), (dashes, shade) in zip(curves.items(), styles, strict=True):
        for ax, curve in zip(axes, pair, strict=True):
            ax.plot(x, curve, dashes, color=shade, lw=2, label=name)
    axes[0].set(ylabel="activation", ylim=(-1.2, 2.2))
    axes[1].set(ylabel="slope of the activation", ylim=(-0.05, 1.1))
    for ax in axes:
        ax.set_xlabel("answer of the filter")
    axes[0].legend(fontsize=9)


def plot_shortening(
    answers: FloatArray,
    grid: Grid,
    layers: Sequence[LayerRow],
    fields: Sequence[int],
    axes: Sequence[Axes],
) -> None:
    """Draw stride and pooling on a row of answers; below, the positions left in a network.

    ``layers`` are the convolutions of a network on the pixels of ``grid``, ``fields`` the pixels
    that one position of each depends on.
    """
    table, bars = axes
    n = len(answers)
    _cells(table, 2, "answers", relu(answers), range(n))
    _cells(table, 1, "stride 2", relu(answers)[::2], range(0, n, 2), fill=ORANGE)
    largest = relu(answers).reshape(-1, POOL).max(axis=1)
    at = POOL * np.arange(len(largest)) + (POOL - 1) / 2
    _cells(table, 0, f"max of {POOL}", largest, at, fill=BLUE, width=POOL)
    _bare(table, (-0.6, n - 0.4), (-0.5, 2.5))
    heights = np.arange(len(layers) + 1)[::-1]
    left = [grid.n_pixels, *(layer.shape[0] for layer in layers)]
    bars.barh(heights, left, color=BLUE, edgecolor=GREY)
    bars.text(
        15, heights[0], f"{grid.n_pixels:,} pixels of {grid.step:g} Å", va="center", fontsize=9
    )
    for height, layer, field in zip(heights[1:], layers, fields, strict=True):
        shape = " × ".join(f"{size:,}" for size in layer.shape)
        text = f"{shape}; one position sees {field} pixels, {field * grid.step:g} Å"
        bars.text(layer.shape[0] + 15, height, text, va="center", fontsize=9)
    bars.set_yticks(heights, ["spectrum", *(layer.name.replace("_", " ") for layer in layers)])
    bars.set_xlabel("positions along the spectrum")
    bars.xaxis.set_major_formatter("{x:,.0f}")
    bars.grid(visible=False, axis="y")


def plot_softmax(found: Forward, label: int, axes: Sequence[Axes]) -> None:
    """Draw the logits and probabilities of one spectrum, and the cross-entropy of its class."""
    (logits,), (p,) = found.logits, found.p
    fills = [SHADES[0] if k == label else "#bbbbbb" for k in range(len(p))]
    for ax, values, name in ((axes[0], logits, "logit"), (axes[1], p, "probability")):
        bars = ax.bar(range(len(values)), values, color=fills)
        ax.bar_label(bars, [_number(value, 2) for value in values], padding=2)
        ax.axhline(0, color=GREY, lw=0.8)
        ax.set_xticks(range(len(values)), THIRDS)
        ax.set_ylabel(name)
        ax.margins(y=0.15)
    x = np.linspace(0.01, 1, 200)
    axes[2].plot(x, -np.log(x), color=GREY, label="−ln p")
    axes[2].plot(p[label], -np.log(p[label]), "o", ms=9, color=SHADES[0], label="this spectrum")
    axes[2].set(xlabel="p of the true class", ylabel="cross-entropy (nats)")
    axes[2].legend(fontsize=9)


def plot_chain_rule(
    back: Backward,
    j: int,
    weight: float,
    curve: tuple[FloatArray, FloatArray],
    axes: Sequence[Axes],
) -> None:
    """Draw the factors of the derivative by kernel weight ``j``; below, the loss against it.

    ``back`` is that of one spectrum, ``curve`` the values of the weight with the loss at each.
    """
    table, ax = axes
    rows = (
        ("∂ loss / ∂ pooled", back.by_pooled[0], 3, "white"),
        ("slope of ReLU", back.slope[0], 0, "white"),
        ("pixel under the weight", back.pixels[0, :, j], 1, "white"),
        ("product", back.by_kernel[0, :, j], 2, BLUE),
    )
    for height, (name, values, decimals, fill) in enumerate(reversed(rows)):
        _cells(table, height, name, values, range(len(values)), fill=fill, decimals=decimals)
    slope = float(back.by_kernel[0, :, j].sum())
    for k, name in enumerate(THIRDS):
        table.text(k, len(rows) - 0.35, name, ha="center", color=GREY)
    table.text(len(THIRDS) - 0.4, 0, f"sum {_number(slope, 2)}", va="center", weight="bold")
    _bare(table, (-0.6, len(THIRDS) + 0.4), (-0.5, len(rows)))
    values, losses = curve
    here = float(np.interp(weight, values, losses))
    near = values[np.abs(values - weight) < 0.8]
    ax.plot(values, losses, color=GREY, label="loss")
    ax.plot(
        near, here + slope * (near - weight), "--", color=SHADES[1], label="slope by the chain rule"
    )
    ax.plot(weight, here, "o", ms=9, color=SHADES[0], label="the weight now")
    ax.set(xlabel="middle weight of the kernel", ylabel="cross-entropy (nats)", ylim=(0, None))
    ax.legend(fontsize=9)


def plot_descents(
    descents: Mapping[str, Mapping[float, Descent]], best: Mapping[str, float], ax: Axes
) -> Axes:
    """Draw the loss against the step of each rule; thick at its ``best`` learning rate."""
    for (rule, runs), shade in zip(descents.items(), SHADES[1::-1], strict=True):
        for rate, run in runs.items():
            chosen = rate == best[rule]
            name = f"{rule}, learning rate {rate:g}"
            width, alpha = (2.5, 1.0) if chosen else (0.8, 0.5)
            label = name if chosen else f"_{name}"
            ax.plot(run.losses, color=shade, lw=width, alpha=alpha, label=label)
    ax.set(xlabel="steps", ylabel="cross-entropy (nats)", yscale="log")
    ax.set_ylim(top=5)
    plain_log(ax.yaxis)
    ax.legend(fontsize=9)
    return ax


def plot_epochs(history: Mapping[str, Sequence[float]], ax: Axes) -> Axes:
    """Draw the loss on training and validation spectra after each epoch."""
    epochs = np.arange(1, len(history["loss"]) + 1)
    best = int(np.argmin(history["val_loss"]))
    ax.plot(epochs, history["val_loss"], "o-", color=SHADES[0], ms=4, label="validation")
    ax.plot(epochs, history["loss"], "o:", color=SHADES[0], ms=4, mfc="white", label="training")
    ax.axvline(epochs[best], color=OTHER, ls="--", lw=1, label="lowest validation loss")
    ax.set(xlabel="epoch", ylabel="cross-entropy (nats)", yscale="log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    plain_log(ax.yaxis)
    ax.legend(fontsize=9)
    return ax


def plot_trained_filters(
    before: FloatArray, after: FloatArray, fit: LineFit, pixel: float, axes: Sequence[Axes]
) -> None:
    """Draw filters before and after training, shape (width, n_filters), one axes each.

    ``fit`` is that of a line to the filters after training, ``pixel`` the width of one in Å.
    """
    at = pixel * np.arange(len(after))
    drawn = np.concatenate([before, after, fit.line])
    for k, ax in enumerate(axes):
        ax.axhline(0, color=GREY, lw=0.8)
        ax.plot(at, before[:, k], ":", color=OTHER, label="before training")
        ax.plot(at, after[:, k], "o-", ms=3, color=SHADES[0], label="after training")
        ax.plot(at, fit.line[:, k], "--", color=SHADES[1], lw=1.2, label="an emission line")
        ax.set_title(f"filter {k + 1}: cosine {fit.cosine[k]:.2f}", fontsize=9, loc="left")
        ax.set(xlabel="place in the filter (Å)", ylim=(drawn.min() - 0.1, drawn.max() + 0.1))
        ax.label_outer()
    axes[0].set_ylabel("weight")
    handles, names = axes[0].get_legend_handles_labels()
    axes[0].figure.legend(handles, names, loc="outside upper center", ncols=3, fontsize=9)


def _cells(
    ax: Axes,
    height: float,
    name: str,
    values: Sequence[float] | FloatArray,
    at: Sequence[float] | npt.NDArray[np.number] | range,
    *,
    fill: str = "white",
    marked: Sequence[int] | npt.NDArray[np.integer] = (),
    decimals: int = 1,
    width: float = 1,
) -> None:
    """Draw a row of boxes with a number in each; those at ``marked`` have a thick edge."""
    ax.text(-0.8, height, name, ha="right", va="center", color=GREY)
    for where, value in zip(at, values, strict=True):
        edge = 2.0 if where in marked else 0.6
        box = Rectangle((where - width / 2, height - 0.38), width, 0.76)
        box.set(facecolor=fill, edgecolor=GREY, linewidth=edge, zorder=edge)
        ax.add_patch(box)
        ax.text(where, height, _number(value, decimals), ha="center", va="center", zorder=3)


def _number(value: float, decimals: int = 1) -> str:
    """Write a number with a true minus sign; zero has none."""
    return f"{value:z.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def _bare(ax: Axes, xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
    """Leave only what was drawn: no frame, ticks or grid."""
    ax.set(xlim=xlim, ylim=ylim)
    ax.axis("off")

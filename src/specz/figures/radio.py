"""Radio galaxies: sources, fraction right against training sources, precision, turned images."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from specz.common.arrays import BoolArray, IntArray
from specz.figures.direct import name_lines
from specz.figures.style import GREY, colour, plain_log, points, rows
from specz.images.radio import CLASSES, middle, read_sources
from specz.metrics.intervals import Interval, mean_interval
from specz.study.radio import FR, Results, changed, groups, of_catalogue, pooled, score


def plot_radio_sources(at_hand: bool, axes: Sequence[Axes]) -> None:
    """Draw sources of each class, a row each; empty panels if the images are not at hand."""
    per_class = len(axes) // len(CLASSES)
    for i, ax in enumerate(axes):
        ax.set_axis_off()
        ax.set_title(CLASSES[i // per_class], fontsize=8)
        if not at_hand:
            ax.text(0.5, 0.5, "not at hand", ha="center", fontsize=7, color=GREY)
            continue
        sources = read_sources()
        known = np.flatnonzero(sources.label == i // per_class)
        picked = known[(i % per_class) * len(known) // per_class]
        ax.imshow(middle(sources.images[[picked]])[0], cmap="gray_r", origin="lower")


def plot_radio_size(results: Results, ax: Axes) -> Axes:
    """Draw the fraction right against the number of training sources, a line per method."""
    sizes = sorted({r.n_train for r in results})
    labels = [label for label in groups(results) if label != FR]
    for i, label in enumerate(labels):
        known = [(n, of[label]) for n in sizes if label in (of := groups(results, n))]
        at = [n * 1.015 ** (i - (len(labels) - 1) / 2) for n, _ in known]
        found = [score([r.test for r in group]).interval for _, group in known]
        points(ax, at, found, factor=100, fmt="o-", ms=4, color=colour(label), label=label)
    ends = 0.9 * sizes[0], 1.1 * sizes[-1]
    ax.set(xscale="log", xlim=ends, xlabel="training sources", ylabel="right class (%)")
    plain_log(ax.xaxis, sizes)
    name_lines(ax)
    return ax


def _by_method(
    ax: Axes, names: Sequence[str], found: Mapping[str, Sequence[Interval]], xlabel: str
) -> Axes:
    """Draw a row per name, and in it an interval per method, in percent."""
    if not names:
        ax.text(0.5, 0.5, "none at these settings", ha="center", color=GREY)
        ax.set_axis_off()
        return ax
    heights = rows(ax, names, xlabel)
    for i, (label, intervals) in enumerate(found.items()):
        at = heights + 0.14 * ((len(found) - 1) / 2 - i)
        points(ax, at, intervals, across=True, factor=100, ms=4, color=colour(label), label=label)
    ax.legend(fontsize=8, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.06))
    return ax


def plot_radio_precision(results: Results, ax: Axes) -> Axes:
    """Draw the precision of each class, a colour per method."""
    found = {}
    for label, group in groups(results).items():
        test = pooled(group)
        found[label] = [_fraction(test.label == c, test.predicted == c, test.sed) for c in range(4)]
    return _by_method(ax, CLASSES, found, "precision (%)")


def _fraction(right: BoolArray, of: BoolArray, sed: IntArray) -> Interval:
    if not of.any():
        return Interval(0.0, 0.0, 1.0)
    return mean_interval(right[of], sed[of])


def plot_radio_across(results: Results, ax: Axes) -> Axes:
    """Draw the fraction right in a catalogue that training never saw, and one that it did."""
    names = list(dict.fromkeys(c for r in results if (c := r.experiment.catalogue)))
    each = [groups(results, catalogue=name) for name in names]
    shown = [label for label in groups(results) if all(label in known for known in each)]
    both = [(name, unseen) for name in names for unseen in (False, True)]
    found = {label: [of_catalogue(results, label, *row) for row in both] for label in shown}
    kinds = [f"{name}, {'never seen' if unseen else 'in the folds'}" for name, unseen in both]
    return _by_method(ax, kinds, found, "right class (%)")


def plot_radio_turned(results: Results, ax: Axes) -> Axes:
    """Draw how often a class changes when the test image is turned, a colour per network."""
    kinds = list(dict.fromkeys(a for r in results if (a := r.experiment.altered)))
    labels = list(dict.fromkeys(r.label for r in results if r.experiment.altered))
    found = {label: [changed(results, label, kind) for kind in kinds] for label in labels}
    return _by_method(ax, kinds, found, "sources that change class (%)")

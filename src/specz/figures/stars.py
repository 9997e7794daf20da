"""Stars and galaxies: stamps, scores against S/N, calibration, shifted test stamps."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes

from specz.common.arrays import Flux
from specz.figures.direct import name_lines
from specz.figures.style import GREY, colour, plain_log, points, rows
from specz.images.predictions import StampPredictions
from specz.images.scores import PURITY, auc, by_snr, overconfidence, purity
from specz.images.stamps import CLASSES, Stamps, stacked
from specz.metrics.intervals import Interval
from specz.study.stars import Results, groups

BINS = 5
"""Bins of S/N, with equally many stamps."""

BESIDE = 1.025
"""Factor in S/N between methods that share a bin."""


def plot_stamps(sample: Stamps, shown: int, axes: Sequence[Axes]) -> None:
    """Draw the sum of the bands of stars and galaxies in pairs of like S/N, from low to high.

    ``shown`` stars stand in the first row, as many galaxies below.
    """
    levels = np.geomspace(*sample.population.snr, shown)
    for row, of_class in enumerate((~sample.galaxy, sample.galaxy)):
        known = np.flatnonzero(of_class)
        picked = [known[np.abs(np.log(sample.snr[known] / level)).argmin()] for level in levels]
        for ax, i in zip(axes[row * shown : (row + 1) * shown], picked, strict=True):
            flux: Flux = sample.flux(np.array([i]))
            ax.imshow(stacked(flux)[0], cmap="gray_r", origin="lower", vmin=-3, vmax=8)
            ax.set_title(f"{CLASSES[row]}, S/N {sample.snr[i]:.0f}", fontsize=8)
            ax.set_axis_off()


def plot_purity_by_snr(results: Results, ax: Axes) -> Axes:
    """Draw the purity at completeness 0.96 against S/N, a line per method."""
    ax.set(ylabel=PURITY.name)
    return _against_snr(results, ax, purity)


def plot_calibration_by_snr(results: Results, ax: Axes) -> Axes:
    """Draw mean probability minus fraction right against S/N, a line per method."""
    ax.axhline(0, color=GREY, lw=0.8)
    ax.set(ylabel="stated minus right (points)")
    return _against_snr(results, ax, overconfidence, factor=100)


def _against_snr(
    results: Results,
    ax: Axes,
    score: Callable[[StampPredictions], Interval],
    factor: float = 1,
) -> Axes:
    """Draw a score in bins of S/N; methods stand beside each other, not at other S/N."""
    methods = groups(results)
    for i, (label, (result, *_)) in enumerate(methods.items()):
        parts = by_snr(result.test, BINS)
        at = [snr * BESIDE ** (i - (len(methods) - 1) / 2) for snr, _ in parts]
        found = [score(part) for _, part in parts]
        points(ax, at, found, factor=factor, fmt="o-", ms=4, color=colour(label), label=label)
    ax.set(xscale="log", xlabel="S/N (median of a fifth of the stamps)")
    plain_log(ax.xaxis)
    name_lines(ax)
    return ax


def plot_shifted(results: Results, ax: Axes) -> Axes:
    """Draw the AUC on test stamps as they are and shifted, a colour per method."""
    kinds = list(dict.fromkeys(r.experiment.altered for r in results))
    heights = rows(ax, [kind or "as trained" for kind in kinds], "AUC")
    known = list(groups(results))
    for i, label in enumerate(known):
        at = heights + 0.14 * ((len(known) - 1) / 2 - i)
        found = [(y, groups(results, kind).get(label)) for y, kind in zip(at, kinds, strict=True)]
        seen = [(y, auc(group[0].test)) for y, group in found if group]
        y, intervals = zip(*seen, strict=True)
        points(ax, y, intervals, across=True, color=colour(label), label=label)
    ax.legend(fontsize=8)
    return ax

"""Denoising: errors beside the MMSE, invented lines, redshifts read, and one spectrum."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from specz.common.arrays import Flux
from specz.denoising.lines import LEVEL, invented_at
from specz.denoising.scores import INVENTED, READERS, error, read_by
from specz.figures.style import GREY, SHADES, colour, plain_log, points, rows, spread
from specz.spectra.sample import Sample
from specz.study.denoising import Results, groups, limit_of, measured

SHAPES = "oDs^"


def plot_error_ratios(results: Results, ax: Axes) -> Axes:
    """Draw the squared error of each method over the MMSE, with the band from 1 to 2."""
    ratio, found = error(limit_of(results)), groups(results)
    ax.axvspan(1, 2, color="#dddddd", lw=0)
    for y, (label, group) in zip(rows(ax, list(found), ratio.name), found.items(), strict=True):
        interval = measured(group, ratio).interval
        points(ax, [y], [interval], across=True, color=colour(label), label=label)
    ax.set(xscale="log")
    plain_log(ax.xaxis)
    return ax


def plot_invented(results: Results, ax: Axes) -> Axes:
    """Draw the invented lines per spectrum of each method, on each kind of test spectra."""
    kinds, found = list(dict.fromkeys(r.experiment.altered for r in results)), groups(results)
    heights = rows(ax, list(found), f"invented lines of {LEVEL:g}σ per spectrum")
    for kind, shade, shape in zip(kinds, SHADES, SHAPES, strict=False):
        there = groups(results, kind)
        shown = [(y, there[name]) for y, name in zip(heights, found, strict=True) if name in there]
        intervals = [measured(group, INVENTED).interval for _, group in shown]
        at, name = [y for y, _ in shown], kind or "as trained"
        points(ax, at, intervals, across=True, fmt=shape, color=shade, label=name)
    ax.legend(fontsize=8)
    return ax


def plot_read(results: Results, ax: Axes) -> Axes:
    """Draw the accuracy of redshifts that are read from the spectra of each method."""
    found = groups(results)
    heights = rows(ax, list(found), "exact class (%)")
    for i, (reader, name) in enumerate(READERS.items()):
        metric = read_by(reader)
        intervals = [measured(group, metric).interval for group in found.values()]
        at = [spread(y, len(READERS))[i] for y in heights]
        shape, shade = SHAPES[i], SHADES[i]
        points(ax, at, intervals, across=True, factor=100, fmt=shape, color=shade, label=name)
    if raw := found.get("as observed"):
        ax.axvline(100 * measured(raw, read_by("bayes")).value, color=GREY, lw=0.8, ls="--")
    ax.set(xlim=(0, 100))
    ax.legend(fontsize=8)
    return ax


def plot_denoised(
    sample: Sample, true: Flux, shown: Mapping[str, Flux], i: int, axes: Sequence[Axes]
) -> None:
    """Draw spectrum ``i`` of a sample, then its denoised forms beside the truth, a panel each.

    Invented lines are marked.
    """
    wave, truth = sample.grid.wave_obs / 1000, true[i]
    for ax, (label, flux) in zip(axes, shown.items(), strict=True):
        ax.plot(wave, flux[i], color=colour(label), lw=0.9, label=label)
        ax.plot(wave, truth, color=GREY, lw=0.8, ls=":", label="truth")
        at = np.flatnonzero(invented_at(flux[[i]], true[[i]], sample.grid, sample.snr)[0])
        ax.plot(wave[at], flux[i, at], "v", color="#D55E00", ms=7, mfc="none", label="invented")
        ax.set_title(label, fontsize=9, loc="left", color=GREY)
        ax.set(ylabel="flux")
    axes[-1].set(xlabel="observed wavelength (1000 Å)")

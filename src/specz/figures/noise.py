"""Figures of the noise level: accuracy, and which line is taken for which."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.estimators.bayes import BayesLimit
from specz.experiments.result import Result
from specz.figures.labels import limits, methods
from specz.figures.line_snr import fifths
from specz.figures.style import OTHER, TEXT_BOX, Style, colour, gradient, plain_log, points
from specz.spectra.grid import CLASSES
from specz.spectra.lines import WAVE_REST

CONFUSIONS = (
    ("[S II]", "Ha", "[S II] taken for Hα", 1.2, 1.31),
    ("Ha", "[S II]", "Hα taken for [S II]", 1.6, 1.49),
    ("Ha", "OIII5008", "Hα taken for [O III]", 1.2, 1.7),
    ("OIII5008", "Ha", "[O III] taken for Hα", 1.6, 1.1),
)
"""A line, the line it is taken for, the text of both, and where the text stands in the figure."""


def plot_accuracy_against_snr(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy against the noise level; clean spectra stand at the right edge.

    Black lines are the Bayes limit on the same test spectra.
    """
    ceiling, results = limits(results), methods(results)
    finite = [r for r in results if np.isfinite(r.snr)]
    clean = [r for r in results if np.isinf(r.snr)]
    levels = [r.snr for r in finite]
    edge = 3 * max(levels) if levels else 1.0
    shade = colour(results[0].label)
    for measure, name, marker, line, face in (
        (metrics.within_one, "within ±1 class", "s", "--", "white"),
        (metrics.accuracy, "exact class", "o", "-", shade),
    ):
        noisy_values = [measure(r.test) for r in finite]
        clean_values = [measure(r.test) for r in clean]
        style: Style = {"color": shade, "mfc": face}
        points(ax, levels, noisy_values, fmt=marker + line, label=name, **style)
        points(ax, [edge] * len(clean), clean_values, fmt=marker, label=f"_{name}", **style)
        if ceiling:
            best = [measure(r.test).value for r in ceiling.values()]
            limit: Style = {"color": colour(BayesLimit.label), "label": f"Bayes limit, {name}"}
            ax.plot(list(ceiling), best, line, lw=1, **limit)
    ax.set(xscale="log", xlabel="continuum S/N per pixel")
    ax.set(ylabel="accuracy on test spectra", ylim=(0, 1.02))
    ticks = {level: f"{level:g}" for level in sorted(set(levels))}
    if clean:
        ticks[edge] = "clean"
    ax.set_xticks(list(ticks), labels=list(ticks.values()))
    ax.minorticks_off()
    ax.legend()
    return ax


def plot_confusion(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw predicted against true redshift at the lowest S/N among the results.

    Dotted lines are the loci of one line taken for another.
    """
    result = min(methods(results), key=lambda r: r.snr)
    test = result.test
    bins = np.linspace(CLASSES.z_min, CLASSES.z_max, 81)
    counts, _, _ = np.histogram2d(test.z, test.z_predicted, bins=(bins, bins))
    cells = np.ma.masked_equal(counts.T, 0)
    norm = mpl.colors.LogNorm(1, max(2, counts.max()))
    image = ax.pcolormesh(bins, bins, cells, norm=norm, cmap="viridis", rasterized=True)
    ax.figure.colorbar(image, ax=ax, label="test spectra per cell", format="{x:g}")
    z = np.array([CLASSES.z_min, CLASSES.z_max])
    arrow = {"arrowstyle": "-", "lw": 0.6, "color": OTHER}
    for line, taken, name, x, y in CONFUSIONS:
        # λ_obs = (1 + z) line = (1 + z_predicted) taken
        shift = WAVE_REST[line] / WAVE_REST[taken]
        locus = (1 + z) * shift - 1
        ax.plot(z, locus, ":", lw=1, color=OTHER)
        z_at = float(np.interp(y, locus, z))
        place: Style = {"ha": "center", "va": "center", "fontsize": 8, "bbox": TEXT_BOX}
        ax.annotate(name, (z_at, (1 + z_at) * shift - 1), (x, y), arrowprops=arrow, **place)
    ax.set_title(result.noise, loc="right", fontsize=9)
    ax.set(xlabel="true redshift", ylabel="predicted redshift")
    ax.set(xlim=tuple(z), ylim=tuple(z), aspect="equal")
    return ax


def plot_accuracy_by_line_snr(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy in bins of the Hα line's matched-filter S/N, one line per noise level."""
    results = [r for r in methods(results) if np.isfinite(r.snr)]
    for result, shade in zip(results, gradient(len(results)), strict=True):
        centre, accuracy = fifths(result)
        points(ax, centre, accuracy, color=shade, fmt="o-", label=result.noise)
    ax.set(xscale="log", xlabel="S/N of Hα (matched filter)")
    ax.set(ylabel="exact-class accuracy", ylim=(0, 1.02))
    plain_log(ax.xaxis)
    ax.legend(fontsize=9)
    return ax

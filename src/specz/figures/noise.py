"""Figures of the noise level: accuracy, and which line is taken for which."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.estimators.bayes import BayesLimit
from specz.experiments.result import Result
from specz.figures.labels import limits, methods
from specz.figures.style import OTHER, Style, colour, plain_log, points
from specz.spectra.grid import CLASSES, get_grid
from specz.spectra.library import build_library
from specz.spectra.lines import WAVE_REST
from specz.spectra.noise import White
from specz.spectra.observe import halpha_snr


def plot_accuracy_against_snr(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy against the noise level; clean spectra stand at the right edge.

    Black lines are the Bayes limit on the same test spectra.
    """
    ceiling, results = limits(results), methods(results)
    finite = [result for result in results if np.isfinite(result.snr)]
    clean = [result for result in results if np.isinf(result.snr)]
    levels = [result.snr for result in finite]
    edge = 3 * max(levels) if levels else 1.0
    shade = colour(results[0].label)
    for measure, name, line, face in (
        (metrics.within_one, "within ±1 class", "s--", "white"),
        (metrics.accuracy, "exact class", "o-", shade),
    ):
        style: Style = {"color": shade, "mfc": face}
        values = [measure(result.test) for result in finite]
        points(ax, levels, values, fmt=line, label=name, **style)
        values = [measure(result.test) for result in clean]
        points(ax, [edge] * len(clean), values, fmt=line[0], label=f"_{name}", **style)
        if ceiling:
            ax.plot(
                list(ceiling),
                [measure(result.test).value for result in ceiling.values()],
                line[1:],
                color=colour(BayesLimit.label),
                lw=1,
                label=f"Bayes limit, {name}",
            )
    ax.set(
        xscale="log",
        xlabel="continuum S/N per pixel",
        ylabel="accuracy on test spectra",
        ylim=(0, 1.02),
    )
    ticks = sorted(set(levels)) + ([edge] if clean else [])
    ax.set_xticks(
        ticks, labels=[f"{level:g}" for level in sorted(set(levels))] + ["clean"] * bool(clean)
    )
    ax.minorticks_off()
    ax.legend()
    return ax


def plot_confusion(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw predicted against true redshift at the highest noise level there is.

    Dotted lines are the loci of one line taken for another.
    """
    result = min(methods(results), key=lambda result: result.snr)
    test = result.test
    bins = np.linspace(CLASSES.z_min, CLASSES.z_max, 81)
    counts, _, _ = np.histogram2d(test.z, test.z_predicted, bins=(bins, bins))
    image = ax.pcolormesh(
        bins,
        bins,
        np.ma.masked_equal(counts.T, 0),
        norm=mpl.colors.LogNorm(1, max(2, counts.max())),
        cmap="viridis",
        rasterized=True,
    )
    ax.figure.colorbar(image, ax=ax, label="test spectra per cell", format="{x:g}")
    z = np.array([CLASSES.z_min, CLASSES.z_max])
    for line, taken, name, x, y in (
        ("[S II]", "Ha", "[S II] taken for Hα", 1.2, 1.31),
        ("Ha", "[S II]", "Hα taken for [S II]", 1.6, 1.49),
        ("Ha", "OIII5008", "Hα taken for [O III]", 1.2, 1.7),
        ("OIII5008", "Ha", "[O III] taken for Hα", 1.6, 1.1),
    ):
        # λ_obs = (1 + z) line = (1 + z_predicted) taken
        shift = WAVE_REST[line] / WAVE_REST[taken]
        locus = (1 + z) * shift - 1
        ax.plot(z, locus, ":", lw=1, color=OTHER)
        ax.annotate(
            name,
            (z_at := float(np.interp(y, locus, z)), (1 + z_at) * shift - 1),
            (x, y),
            fontsize=8,
            ha="center",
            va="center",
            arrowprops={"arrowstyle": "-", "lw": 0.6, "color": OTHER},
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
        )
    ax.set_title(result.noise, loc="right", fontsize=9)
    ax.set(
        xlabel="true redshift",
        ylabel="predicted redshift",
        xlim=tuple(z),
        ylim=tuple(z),
        aspect="equal",
    )
    return ax


def plot_accuracy_by_line_snr(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy in bins of the Hα line's matched-filter S/N, one line a noise level."""
    results = [result for result in methods(results) if np.isfinite(result.snr)]
    shades = mpl.colormaps["viridis"](np.linspace(0, 0.85, len(results)))
    for result, shade in zip(results, shades, strict=True):
        experiment, test = result.experiment, result.test
        library, grid = build_library(experiment.library), get_grid(experiment.grid)
        line_snr = halpha_snr(library, test.sed, test.z, grid, White(experiment.snr))
        edges = np.quantile(line_snr, np.linspace(0, 1, 6))
        which = np.searchsorted(edges[1:-1], line_snr)
        exact = metrics.is_exact(result.test)
        intervals = [
            metrics.mean_interval(exact[which == i], result.test.sed[which == i]) for i in range(5)
        ]
        centre = [float(np.median(line_snr[which == i])) for i in range(5)]
        points(ax, centre, intervals, color=shade, fmt="o-", label=result.noise)
    ax.set(
        xscale="log",
        xlabel="S/N of Hα (matched filter)",
        ylabel="exact-class accuracy",
        ylim=(0, 1.02),
    )
    plain_log(ax.xaxis)
    ax.legend(fontsize=9)
    return ax

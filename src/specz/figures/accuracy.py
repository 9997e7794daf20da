"""Figures of results: accuracy, errors, confusion, and the checks of the claims."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from specz import metrics
from specz.bayes import BayesLimit
from specz.claims import Claim
from specz.equivariant import Equivariant
from specz.estimators import differences
from specz.experiment import noise_label
from specz.figures.style import (
    OTHER,
    Label,
    by_alteration,
    by_limit,
    colour,
    limits,
    methods,
    plain_log,
)
from specz.grid import CLASSES, get_grid
from specz.library import build_library
from specz.networks import CNN
from specz.observe import halpha_snr
from specz.runner import Result
from specz.speed import Timing

SHADES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of the lines of a figure in which it is not the method that varies (Okabe & Ito)."""


def plot_accuracy_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on training and test spectra against the number of training spectra.

    One colour for each noise level. A dashed line is the Bayes limit on the same test spectra.
    """
    ceiling, results = limits(results), methods(results)
    for (level, chosen), shade in zip(_by_snr(results).items(), SHADES, strict=False):
        name = noise_label(level)
        n = [result.experiment.n_train for result in chosen]
        test = [metrics.accuracy(result.test) for result in chosen]
        seen = [metrics.accuracy(result.train) for result in chosen]
        _points(ax, n, test, color=shade, fmt="o-", label=f"{name}, test")
        _points(ax, n, seen, color=shade, fmt="o:", mfc="white", label=f"{name}, training")
        if level in ceiling:
            value = metrics.accuracy(ceiling[level].test).value
            ax.axhline(value, color=shade, ls="--", lw=1, label=f"{name}, Bayes limit")
    ax.set(xscale="log", xlabel="training spectra", ylabel="exact-class accuracy", ylim=(0, 1.02))
    plain_log(ax.xaxis, sorted({result.experiment.n_train for result in results}))
    ax.legend(fontsize=9)
    return ax


def plot_gap_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the gap, accuracy on training minus validation spectra, against training size."""
    for (level, chosen), shade in zip(_by_snr(methods(results)).items(), SHADES, strict=False):
        gap = [
            metrics.difference_interval(metrics.accuracy(r.train), metrics.accuracy(r.validation))
            for r in chosen
        ]
        n = [result.experiment.n_train for result in chosen]
        _points(ax, n, gap, color=shade, fmt="s-", label=noise_label(level))
    ax.axhline(0, color="#444444", lw=0.8)
    ax.set(xscale="log", xlabel="training spectra", ylabel="training − validation accuracy")
    plain_log(ax.xaxis, sorted({result.experiment.n_train for result in methods(results)}))
    ax.legend(fontsize=9)
    return ax


def _by_snr(results: Sequence[Result]) -> dict[float, list[Result]]:
    """Group results by noise level, from few training spectra to many."""
    groups: dict[float, list[Result]] = {}
    for result in sorted(results, key=lambda r: r.experiment.n_train):
        groups.setdefault(result.experiment.snr, []).append(result)
    return groups


def plot_gaps(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw accuracy on training and on test spectra of each result, and the gap between them."""
    results = methods(results)
    y = np.arange(len(results))[::-1]
    for result, at in zip(results, y, strict=True):
        shade = colour(result.experiment.estimator.label)
        seen, test = metrics.accuracy(result.train), metrics.accuracy(result.test)
        ax.plot([test.value, seen.value], [at, at], color=shade, lw=3, alpha=0.3, label="_gap")
        for value, face, name in ((seen, "white", "training"), (test, shade, "test")):
            ax.errorbar(
                value.value,
                at,
                xerr=error_bars([value]),
                fmt="o",
                color=shade,
                mfc=face,
                capsize=3,
                label=name if at == y[0] else f"_{name}",
            )
    ax.set(xlabel="exact-class accuracy", ylim=(-0.6, len(results) - 0.4))
    ax.set_yticks(y, [label(result) for result in results])
    ax.legend(fontsize=9)
    return ax


def plot_data_efficiency(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on test spectra against training size, a line a method, under the limit."""
    ceiling, results = limits(results), methods(results)
    for label in dict.fromkeys(result.experiment.estimator.label for result in results):
        chosen = sorted(
            (r for r in results if r.experiment.estimator.label == label),
            key=lambda r: r.experiment.n_train,
        )
        n = [r.experiment.n_train for r in chosen]
        values = [metrics.accuracy(r.test) for r in chosen]
        _points(ax, n, values, color=colour(label), fmt="o-", label=label)
    for level, result in ceiling.items():
        value = metrics.accuracy(result.test)
        shade = colour(result.experiment.estimator.label)
        ax.axhspan(value.low, value.high, color=shade, alpha=0.12, lw=0)
        ax.axhline(
            value.value, color=shade, ls="--", lw=1, label=f"Bayes limit at {noise_label(level)}"
        )
    ax.set(xscale="log", xlabel="training spectra", ylabel="exact-class accuracy", ylim=(0, 1.02))
    plain_log(ax.xaxis, sorted({r.experiment.n_train for r in results}))
    ax.legend(fontsize=9)
    return ax


def plot_part_of_limit(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy as a part of the Bayes limit against training size.

    One colour for each noise level, one mark for each method; the CNN at its largest size.
    """
    ceiling, results = limits(results), methods(results)
    sizes = set()
    for level, shade in zip(ceiling, SHADES, strict=False):
        for network, fmt in ((Equivariant, "o-"), (CNN, "s")):
            chosen = sorted(
                (
                    r
                    for r in results
                    if isinstance(r.experiment.estimator, network) and r.experiment.snr == level
                ),
                key=lambda r: r.experiment.n_train,
            )[0 if network is Equivariant else -1 :]
            if not chosen:
                continue
            n = [r.experiment.n_train for r in chosen]
            part = [metrics.part_of(r.test, ceiling[level].test) for r in chosen]
            name = f"{network.label}, {noise_label(level)}"
            face = shade if network is Equivariant else "white"
            _points(ax, n, part, color=shade, fmt=fmt, mfc=face, label=name)
            sizes |= set(n)
    ax.axhline(1, color=colour(BayesLimit.label), lw=1, ls="--", label="_Bayes limit")
    ax.axhline(0.99, color="#444444", lw=0.8, ls=":", label="_0.99 of it")
    ax.set(xscale="log", xlabel="training spectra", ylabel="accuracy / Bayes limit")
    plain_log(ax.xaxis, sorted(sizes))
    ax.legend(fontsize=8, ncols=2)
    return ax


def plot_speed(timing: Timing, ax: Axes) -> Axes:
    """Draw accuracy against how many spectra a second each method answers about."""
    for speed in timing.speeds:
        _points(
            ax,
            [speed.spectra_per_second],
            [speed.accuracy],
            color=colour(speed.method),
            fmt="o",
            label=f"{speed.method}, {speed.n_train:,}",
        )
        if speed.method == BayesLimit.label:
            ax.axhline(speed.accuracy.value, color=colour(speed.method), ls="--", lw=1)
    ax.set(
        xscale="log",
        xlabel="spectra per second",
        ylabel=f"exact-class accuracy at {noise_label(timing.snr)}",
        ylim=(0, 1.02),
    )
    ax.legend(fontsize=9, loc="lower left")
    return ax


def plot_accuracy_bars(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw exact-class and ±1-class accuracy of each result with intervals.

    Dashed lines are the Bayes limit of both on the same test spectra.
    """
    ceiling, results = limits(results), methods(results)
    y = np.arange(len(results))[::-1]
    exact = [metrics.accuracy(result.test) for result in results]
    near = [metrics.within_one(result.test) for result in results]
    for result, at, a, b in zip(results, y, exact, near, strict=True):
        shade = colour(result.experiment.estimator.label)
        for value, face in ((a, shade), (b, "white")):
            ax.errorbar(
                value.value,
                at,
                xerr=error_bars([value]),
                fmt="o" if face != "white" else "s",
                color=shade,
                mfc=face,
                capsize=3,
                label="_exact class" if value is a else "_within ±1 class",
            )
        ax.text(a.value, at + 0.18, f"{100 * a.value:.1f} %", ha="center", fontsize=9)
    ax.plot([], [], "o", color=OTHER, label="exact class")
    ax.plot([], [], "s", color=OTHER, mfc="white", label="within ±1 class")
    for result in ceiling.values():
        shade = colour(result.experiment.estimator.label)
        ax.axvline(metrics.accuracy(result.test).value, color=shade, ls="--", lw=1)
        ax.axvline(metrics.within_one(result.test).value, color=shade, ls=":", lw=1)
    if ceiling:
        ax.plot([], [], "--", lw=1, color=shade, label="Bayes limit (dotted: within ±1)")
    ax.set_yticks(y, labels=[label(result) for result in results])
    ax.set(xlabel="accuracy on test spectra", xlim=(-0.04, 1.04), ylim=(-0.6, len(results) - 0.3))
    ax.legend(fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.06), ncols=3)
    return ax


def plot_variants(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw validation accuracy of each network, named by what sets it apart from the first.

    The band is the interval of the first.
    """
    results = methods(results)
    values = [metrics.accuracy(result.validation) for result in results]
    first = results[0].experiment.estimator
    shade = colour(first.label)
    y = np.arange(len(results))[::-1]
    ax.axvspan(values[0].low, values[0].high, color=shade, alpha=0.12, lw=0)
    for result, value, at in zip(results, values, y, strict=True):
        ax.errorbar(
            value.value,
            at,
            xerr=error_bars([value]),
            fmt="o",
            color=colour(result.experiment.estimator.label),
            capsize=3,
            label="_validation accuracy",
        )
    ax.set(xlabel="exact-class accuracy on validation spectra", ylim=(-0.6, len(results) - 0.4))
    ax.set_yticks(y, [differences(r.experiment.estimator, first) for r in results])
    return ax


def plot_convergence(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw how far the accuracy of each result lies from that of the first, on the same spectra."""
    first, *others = results
    y = np.arange(len(others))[::-1]
    values = [metrics.compare(result.test, first.test).difference for result in others]
    ax.errorbar(
        [100 * value.value for value in values],
        y,
        xerr=100 * error_bars(values),
        fmt="o",
        color=colour(first.experiment.estimator.label),
        capsize=3,
        label="_difference",
    )
    ax.axvline(0, color="#444444", lw=0.8)
    ax.set(xlabel="change of exact-class accuracy (points)", ylim=(-0.6, len(others) - 0.4))
    ax.set_yticks(y, [by_limit(result) for result in others])
    return ax


def plot_alterations(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on test spectra as they are and altered, one colour for each method."""
    names = list(dict.fromkeys(by_alteration(result) for result in results))
    labels = list(dict.fromkeys(result.experiment.estimator.label for result in results))
    for i, label in enumerate(labels):
        chosen = [r for r in results if r.experiment.estimator.label == label]
        values = [metrics.accuracy(r.test) for r in chosen]
        at = [len(names) - 1 - names.index(by_alteration(r)) for r in chosen]
        ax.errorbar(
            [value.value for value in values],
            np.array(at) + 0.18 * (len(labels) / 2 - 0.5 - i),
            xerr=error_bars(values),
            fmt="os^Dv"[i % 5],
            ms=5,
            color=colour(label),
            capsize=2,
            label=label,
        )
    ax.set(xlabel="exact-class accuracy on test spectra", xlim=(-0.02, 1.02))
    ax.set_yticks(range(len(names)), names[::-1])
    ax.legend(fontsize=9, loc="center right")
    return ax


def plot_accuracy_against_snr(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy against the noise level; clean spectra stand at the right edge.

    Black lines are the Bayes limit on the same test spectra.
    """
    ceiling, results = limits(results), methods(results)
    finite = [result for result in results if np.isfinite(result.experiment.snr)]
    clean = [result for result in results if np.isinf(result.experiment.snr)]
    levels = [result.experiment.snr for result in finite]
    edge = 3 * max(levels) if levels else 1.0
    shade = colour(results[0].experiment.estimator.label)
    for measure, name, style, face in (
        (metrics.within_one, "within ±1 class", "s--", "white"),
        (metrics.accuracy, "exact class", "o-", shade),
    ):
        _points(
            ax,
            levels,
            [measure(result.test) for result in finite],
            color=shade,
            fmt=style,
            mfc=face,
            label=name,
        )
        _points(
            ax,
            [edge] * len(clean),
            [measure(result.test) for result in clean],
            color=shade,
            fmt=style[0],
            mfc=face,
            label=f"_{name}",
        )
        if ceiling:
            ax.plot(
                list(ceiling),
                [measure(result.test).value for result in ceiling.values()],
                style[1:],
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


def plot_error_distribution(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw the fraction of spectra whose redshift error exceeds a value."""
    if len({result.experiment.snr for result in results}) > 1:
        results = methods(results)  # one method at several noise levels
    shades = mpl.colormaps["viridis"](np.linspace(0, 0.85, len(results)))
    same_method = len({result.experiment.estimator.label for result in results}) == 1
    for result, shade in zip(results, shades, strict=True):
        error = np.sort(np.abs(metrics.relative_error(result.test)))
        beyond = 1 - np.arange(len(error)) / len(error)
        line = shade if same_method else colour(result.experiment.estimator.label)
        ax.step(error.clip(1e-6), beyond, where="post", color=line, label=label(result))
    for limit in metrics.OUTLIER_LIMITS:
        ax.axvline(limit, color=OTHER, ls=":", lw=1)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="|Δz| / (1 + z)",
        ylabel="fraction of spectra beyond",
        xlim=(1e-5, 0.5),
        ylim=(0.5 / len(results[0].test), 1.2),
    )
    ax.legend(fontsize=9)
    return ax


def plot_confusion(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw predicted against true redshift at the highest noise level there is.

    Dotted lines are the loci of one line taken for another.
    """
    result = min(methods(results), key=lambda result: result.experiment.snr)
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
        (6725.5, 6564.6, "[S II] taken for Hα", 1.2, 1.31),
        (6564.6, 6725.5, "Hα taken for [S II]", 1.6, 1.49),
        (6564.6, 5008.2, "Hα taken for [O III]", 1.2, 1.7),
        (5008.2, 6564.6, "[O III] taken for Hα", 1.6, 1.1),
    ):
        # λ_obs = (1 + z) line = (1 + z_predicted) taken
        locus = (1 + z) * line / taken - 1
        ax.plot(z, locus, ":", lw=1, color=OTHER)
        ax.annotate(
            name,
            (z_at := float(np.interp(y, locus, z)), (1 + z_at) * line / taken - 1),
            (x, y),
            fontsize=8,
            ha="center",
            va="center",
            arrowprops={"arrowstyle": "-", "lw": 0.6, "color": OTHER},
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
        )
    ax.set_title(noise_label(result.experiment.snr), loc="right", fontsize=9)
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
    results = [result for result in methods(results) if np.isfinite(result.experiment.snr)]
    shades = mpl.colormaps["viridis"](np.linspace(0, 0.85, len(results)))
    for result, shade in zip(results, shades, strict=True):
        experiment, test = result.experiment, result.test
        library, grid = build_library(experiment.library), get_grid(experiment.grid)
        line_snr = halpha_snr(library, test.sed, test.z, grid, experiment.snr)
        edges = np.quantile(line_snr, np.linspace(0, 1, 6))
        which = np.searchsorted(edges[1:-1], line_snr)
        exact = metrics.is_exact(result.test)
        intervals = [
            metrics.mean_interval(exact[which == i], result.test.sed[which == i]) for i in range(5)
        ]
        centre = [float(np.median(line_snr[which == i])) for i in range(5)]
        _points(
            ax, centre, intervals, color=shade, fmt="o-", label=noise_label(result.experiment.snr)
        )
    ax.set(
        xscale="log",
        xlabel="S/N of Hα (matched filter)",
        ylabel="exact-class accuracy",
        ylim=(0, 1.02),
    )
    plain_log(ax.xaxis)
    ax.legend(fontsize=9)
    return ax


def plot_checks(claims: Sequence[Claim], ax: Axes) -> Axes:
    """Draw every check of every claim, one row each, claims apart."""
    rows = [(claim, check) for claim in claims for check in claim.checks]
    shades = mpl.colormaps["viridis"](np.linspace(0, 0.8, 6))
    for y, (claim, check) in enumerate(rows):
        shade = shades[claim.number - 1]
        ax.errorbar(
            100 * check.number.value,
            y,
            xerr=100 * error_bars([check.number]),
            fmt="o",
            color=shade,
            mfc=shade if check.passed else "white",
            capsize=2,
            ms=5,
            label=f"_claim {claim.number}",
        )
    ax.axvline(0, color="#444444", lw=0.8)
    names = [f"{claim.number}: {check.what}" for claim, check in rows]
    ax.set_yticks(range(len(rows)), labels=names, fontsize=8)
    ax.set(xlabel="difference in accuracy (points)", ylim=(len(rows) - 0.4, -0.6))
    return ax


def _points(
    ax: Axes,
    x: Sequence[float],
    intervals: Sequence[metrics.Interval],
    *,
    color: str,
    fmt: str,
    label: str | None = None,
    mfc: str | None = None,
) -> None:
    values = [interval.value for interval in intervals]
    ax.errorbar(
        x, values, yerr=error_bars(intervals), fmt=fmt, color=color, mfc=mfc, capsize=3, label=label
    )


def error_bars(intervals: Sequence[metrics.Interval]) -> npt.NDArray[np.float64]:
    """Lengths of error bars below and above, shape (2, n)."""
    below = [max(0.0, interval.value - interval.low) for interval in intervals]
    above = [max(0.0, interval.high - interval.value) for interval in intervals]
    return np.array([below, above])

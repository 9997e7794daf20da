"""Drawing results. Each function takes results and axes, and returns the axes.

No number is computed here but what a histogram needs; every figure is saved as SVG. A method
has one colour on every page (palette of Okabe & Ito, safe for colour-blind readers).
"""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from specz import metrics, paths
from specz.claims import Claim
from specz.grid import CLASSES, Grid, get_grid
from specz.library import SPLITS, Library, build_library
from specz.lines import LINES
from specz.networks import LayerRow
from specz.observe import halpha_snr, integrate, observe
from specz.runner import Result
from specz.sample import Sample
from specz.templates import Templates

COLOURS = {
    "CNN": "#0072B2",
    "datathon network": "#56B4E9",
    "k-NN": "#E69F00",
    "random forest": "#009E73",
    "linear SVM": "#CC79A7",
    "kernel SVM": "#D55E00",
}
Label = Callable[[Result], str]
"""Names a result in a legend or on an axis: :func:`by_noise`, and so on."""

OTHER = "#555555"
"""Colour of a method that has none of its own."""

STYLE = {
    "figure.figsize": (7.2, 4.2),
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 6,
    "svg.hashsalt": "specz",  # the same figure gives the same file
    "svg.fonttype": "path",
}
REST_GRID = Grid("rest frame", 3500.0, 1.0, 6900)
"""Fine grid on which SEDs are drawn at redshift 0."""


def subplots(
    rows: int = 1, columns: int = 1, size: tuple[float, float] | None = None
) -> tuple[Figure, npt.NDArray[np.object_]]:
    """Return a figure in the book's style and its axes, shape (rows, columns)."""
    mpl.rcParams.update(STYLE)  # type: ignore[arg-type]
    fig, axes = plt.subplots(rows, columns, squeeze=False, figsize=size)
    return fig, axes


def save(fig: Figure, name: str) -> None:
    """Write a figure as ``<name>.svg`` into the folder of figures; it stays open to be shown."""
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    fig.savefig(paths.FIGURES / f"{name}.svg", metadata={"Date": None}, facecolor="white")


def beside(
    name: str,
    plot: Callable[..., Axes],
    results: Sequence[Result],
    reference: Sequence[Result],
    *,
    height: float = 3.7,
    **options: Any,
) -> Figure:
    """Draw what was computed here above what is archived at paper scale, and save it.

    Parameters
    ----------
    name : str
        Of the file.
    plot : callable
        Takes results, axes and ``options``.
    results, reference : sequence of Result
        One panel each. A reference of fewer than two results, which has nothing to compare, is
        left out.
    height : float, inches
        Of one panel.
    """
    panels = [(f"computed here, commit {_commits(results)}", results)]
    if len(reference) > 1:
        panels.append((f"archived at paper scale, commit {_commits(reference)}", reference))
    fig, axes = subplots(len(panels), 1, size=(7.2, height * len(panels)))
    for ax, (title, part) in zip(axes[:, 0].tolist(), panels, strict=True):
        plot(part, ax, **options)
        ax.set_title(title, fontsize=9, loc="left", color="#444444")
    save(fig, name)
    return fig


def _commits(results: Sequence[Result]) -> str:
    """Commits that made the results, shortened."""
    found = sorted({result.manifest["commit"][:7] for result in results})
    return found[0] if len(found) == 1 else f"{found[0]} and {len(found) - 1} more"


def by_noise(result: Result) -> str:
    """Label of a result where the noise level varies."""
    return noise_label(result.experiment.snr)


def by_method(result: Result) -> str:
    """Label of a result where the method varies."""
    return f"{result.experiment.estimator.label}\n{result.experiment.n_train:,} spectra"


def by_depth(result: Result) -> str:
    """Label of a result where the depth of the network varies."""
    layers = getattr(result.experiment.estimator, "layers", None)
    if layers is None:
        return by_method(result)
    return f"{layers} layer{'s' * (layers > 1)}\n{result.experiment.n_train:,} spectra"


def exact_accuracy(result: Result) -> float:
    """Exact-class accuracy on test spectra, to order results by."""
    return metrics.accuracy(result.test).value


def colour(label: str) -> str:
    """Colour of a method, by its label."""
    return COLOURS.get(label, OTHER)


def noise_label(snr: float) -> str:
    """Name of a noise level: ``clean`` or ``S/N 1``."""
    return "clean" if np.isinf(snr) else f"S/N {snr:g}"


# --- data -----------------------------------------------------------------------------


def plot_templates(templates: Templates, ax: Axes) -> Axes:
    """Draw the 31 continua, coloured by their place in the sequence."""
    sequence = mpl.colormaps["viridis"](np.linspace(0, 0.95, len(templates.names)))
    at = np.searchsorted(templates.wave_rest, 6500)
    for flux, shade in zip(templates.flux, sequence, strict=True):
        ax.plot(templates.wave_rest, flux / flux[at], color=shade, lw=0.9)
    ax.plot([], [], color=sequence[0], label=f"{_plain(templates.names[0])} (elliptical)")
    ax.plot([], [], color=sequence[-1], label=f"{_plain(templates.names[-1])} (starburst)")
    ax.set(xlabel="rest-frame wavelength (Å)", ylabel="$f_λ$ / $f_λ$(6500 Å)", xlim=(3460, 10450))
    ax.legend()
    return ax


def plot_seds(library: Library, seds: Sequence[int], axes: Sequence[Axes]) -> None:
    """Draw SEDs in the rest frame, one axes each, with their lines marked."""
    flux = integrate(library, seds, np.zeros(len(seds)), REST_GRID)
    flux /= np.median(flux, axis=1, keepdims=True)
    for row, sed, ax in zip(flux, seds, axes, strict=True):
        recipe = (
            f"position {library.position[sed]:.1f}, E(B−V) {library.ebv[sed]:.2f}, "
            f"EW(Hα) {library.ew_halpha[sed]:.0f} Å"
        )
        ax.plot(REST_GRID.wave_obs, row, color=COLOURS["CNN"], lw=1)
        for line in LINES:
            ax.axvline(line.wave_rest, color=OTHER, ls=":", lw=0.6)
        ax.text(5700, 0.9 * row.max(), recipe, ha="center", va="top", fontsize=9)
        ax.set(xlim=(3500, 7200), ylim=(0, 1.08 * row.max()), ylabel="$f_λ$ / median")
        ax.label_outer()
    for wave, name, side in (
        (3728.5, "[O II]", "center"),
        (4862.7, "Hβ ", "right"),
        (4984.3, " [O III]", "left"),
        (6564.6, "Hα + [N II] ", "right"),
        (6725.5, " [S II]", "left"),
    ):
        axes[0].text(
            wave,
            1.02,
            name,
            transform=axes[0].get_xaxis_transform(),
            ha=side,
            fontsize=9,
            color=OTHER,
        )
    axes[-1].set_xlabel("rest-frame wavelength (Å)")


def plot_redshifting(
    library: Library, sed: int, redshifts: Sequence[float], grid: Grid, ax: Axes
) -> Axes:
    """Draw one SED at several redshifts, as the pixels of ``grid`` see it."""
    shades = mpl.colormaps["viridis"](np.linspace(0, 0.8, len(redshifts)))
    flux = observe(library, np.full(len(redshifts), sed), redshifts, grid)
    step = 0.75 * float(flux.max())
    offset = step * np.arange(len(redshifts))
    for row, z, shade, base in zip(flux, redshifts, shades, offset, strict=True):
        ax.plot(grid.wave_obs, row + base, color=shade, lw=0.9)
        ax.text(
            grid.wave_max, row[-1] + base + 0.12 * step, f"$z$ = {z:g}", ha="right", color=shade
        )
    for wave_rest, name in ((6564.61, "Hα"), (5008.24, "[O III]")):
        wave = wave_rest * (1 + np.array(redshifts))
        seen = wave > grid.wave_min
        ax.plot(wave[seen], offset[seen] + 0.5, ":", color=OTHER, lw=1)
        ax.text(wave[-1], offset[-1] + 1.25 * step, name, ha="center", color=OTHER)
    ax.set(
        xlabel="observed wavelength (Å)",
        ylabel="flux / mean flux, offset",
        xlim=(grid.wave_min, grid.wave_max),
        ylim=(-0.2 * step, offset[-1] + 1.6 * step),
    )
    ax.set_yticks([])
    return ax


def plot_noise_levels(samples: Sequence[Sample], example: int, axes: Sequence[Axes]) -> None:
    """Draw the same spectrum at several noise levels, one axes each."""
    for sample, ax in zip(samples, axes, strict=True):
        flux = sample.flux(np.array([example]))[0]
        ax.plot(sample.grid.wave_obs, flux, color=COLOURS["CNN"], lw=0.6)
        ax.axvline(6564.61 * (1 + sample.z[example]), color=OTHER, ls=":", lw=1)
        ax.text(
            0.01,
            0.97,
            noise_label(sample.snr),
            transform=ax.transAxes,
            va="top",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
        ax.set(xlim=(sample.grid.wave_min, sample.grid.wave_max), ylabel="flux / mean")
        ax.label_outer()
    axes[-1].set_xlabel("observed wavelength (Å)")


def plot_class_counts(sample: Sample, ax: Axes) -> Axes:
    """Draw how many training spectra each redshift class holds."""
    counts = np.bincount(sample.labels, minlength=CLASSES.n)
    ax.stairs(counts, CLASSES.edges, color=COLOURS["CNN"], lw=0.7)
    ax.axhline(len(sample) / CLASSES.n, color=OTHER, ls="--", lw=1, label="mean")
    ax.set(xlabel="redshift $z$", ylabel=f"spectra per class of {CLASSES.width:g}", ylim=(0, None))
    ax.legend()
    return ax


def plot_splits(library: Library, axes: Sequence[Axes]) -> None:
    """Draw the properties of the SEDs of each split: the three must look alike."""
    shades = dict(zip(SPLITS, ("#0072B2", "#E69F00", "#009E73"), strict=True))
    columns = (
        (library.position, "place in the template sequence"),
        (library.ebv, "E(B−V) (mag)"),
        (np.log10(library.ew_halpha), "log₁₀ EW(Hα) / Å"),
    )
    for ax, (values, name) in zip(axes, columns, strict=True):
        bins = np.linspace(values.min(), values.max(), 21)
        for split in SPLITS:
            seds = library.config.split(split)
            ax.hist(
                values[seds],
                bins=list(bins),
                density=True,
                histtype="step",
                lw=1.5,
                color=shades[split],
                label=f"{split} ({len(seds):,})",
            )
        ax.set(xlabel=name)
    axes[0].set_ylabel("density of SEDs")
    axes[-1].legend(fontsize=8)


# --- networks -------------------------------------------------------------------------


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
            edgecolor="#444444",
        )
        ax.add_patch(box)
        count = f"{row.parameters:,}" if row.parameters else "–"
        shape = " × ".join(f"{n:,}" for n in row.shape)
        ax.text(x + width / 2, 1.25, row.name.replace("_", " "), ha="center", weight="bold")
        ax.text(x + width / 2, 0.95, row.kind, ha="center", fontsize=9, color="#444444")
        ax.text(x + width / 2, 0.55, shape, ha="center")
        ax.text(x + width / 2, 0.15, count, ha="center")
        if i:
            ax.annotate("", (x, 0.75), (x - gap, 0.75), arrowprops={"arrowstyle": "->"})
    ax.text(-0.12, 0.55, "output", ha="right", color="#444444")
    ax.text(-0.12, 0.15, "parameters", ha="right", color="#444444")
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
    _plain_log(axes[0].yaxis)
    axes[1].set(xlabel="training examples seen", ylabel="exact-class accuracy", ylim=(None, 1.01))
    axes[1].legend(fontsize=8)
    for ax in axes:
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.xaxis.set_major_formatter("{x:,.0f}")


# --- accuracy -------------------------------------------------------------------------


def plot_accuracy_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on training and test spectra against the number of training spectra."""
    levels = list(dict.fromkeys(result.experiment.snr for result in results))
    shades = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"]
    for level, shade in zip(levels, shades, strict=False):
        chosen = [result for result in results if result.experiment.snr == level]
        n = [result.experiment.n_train for result in chosen]
        test = [metrics.accuracy(result.test) for result in chosen]
        seen = [metrics.accuracy(result.train) for result in chosen]
        name = noise_label(level)
        _points(ax, n, test, color=shade, fmt="o-", label=f"{name}, test")
        _points(ax, n, seen, color=shade, fmt="o:", mfc="white", label=f"{name}, training")
    ax.set(xscale="log", xlabel="training spectra", ylabel="exact-class accuracy", ylim=(0, 1.02))
    _plain_log(ax.xaxis, sorted({result.experiment.n_train for result in results}))
    ax.legend(fontsize=9)
    return ax


def plot_gap_against_n(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the gap, accuracy on training minus validation spectra, against training size."""
    shades = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"]
    levels = list(dict.fromkeys(result.experiment.snr for result in results))
    for level, shade in zip(levels, shades, strict=False):
        chosen = [result for result in results if result.experiment.snr == level]
        gap = [
            metrics.accuracy(result.train).value - metrics.accuracy(result.validation).value
            for result in chosen
        ]
        n = [result.experiment.n_train for result in chosen]
        ax.plot(n, gap, "s-", color=shade, label=noise_label(level))
    ax.axhline(0, color="#444444", lw=0.8)
    ax.set(xscale="log", xlabel="training spectra", ylabel="training − validation accuracy")
    _plain_log(ax.xaxis, sorted({result.experiment.n_train for result in results}))
    ax.legend(fontsize=9)
    return ax


def plot_accuracy_bars(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw exact-class and ±1-class accuracy of each result with intervals."""
    y = np.arange(len(results))[::-1]
    exact = [metrics.accuracy(result.test) for result in results]
    near = [metrics.within_one(result.test) for result in results]
    for result, at, a, b in zip(results, y, exact, near, strict=True):
        shade = colour(result.experiment.estimator.label)
        for value, face in ((a, shade), (b, "white")):
            ax.errorbar(
                value.value,
                at,
                xerr=_bars([value]),
                fmt="o" if face != "white" else "s",
                color=shade,
                mfc=face,
                capsize=3,
            )
        ax.text(a.value, at + 0.18, f"{100 * a.value:.1f} %", ha="center", fontsize=9)
    ax.plot([], [], "o", color=OTHER, label="exact class")
    ax.plot([], [], "s", color=OTHER, mfc="white", label="within ±1 class")
    ax.set_yticks(y, labels=[label(result) for result in results])
    ax.set(xlabel="accuracy on test spectra", xlim=(-0.04, 1.04), ylim=(-0.6, len(results) - 0.3))
    ax.legend(fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.06), ncols=2)
    return ax


def plot_accuracy_against_snr(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy against the noise level; clean spectra stand at the right edge."""
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
    result = min(results, key=lambda result: result.experiment.snr)
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
    results = [result for result in results if np.isfinite(result.experiment.snr)]
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
    _plain_log(ax.xaxis)
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
            xerr=100 * _bars([check.number]),
            fmt="o",
            color=shade,
            mfc=shade if check.passed else "white",
            capsize=2,
            ms=5,
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
        x, values, yerr=_bars(intervals), fmt=fmt, color=color, mfc=mfc, capsize=3, label=label
    )


def _bars(intervals: Sequence[metrics.Interval]) -> npt.NDArray[np.float64]:
    """Lengths of error bars below and above, shape (2, n)."""
    below = [max(0.0, interval.value - interval.low) for interval in intervals]
    above = [max(0.0, interval.high - interval.value) for interval in intervals]
    return np.array([below, above])


def _plain_log(axis: Axis, ticks: Sequence[float] | None = None) -> None:
    """Label a logarithmic axis with plain numbers, at ``ticks`` or at 1, 2, 5, 10 ..."""
    if ticks is not None:
        axis.set_ticks(list(ticks), labels=[f"{tick:,g}" for tick in ticks])
    else:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def _plain(name: str) -> str:
    return name.split("_")[0]

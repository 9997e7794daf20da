"""Figures of what was recorded of the package itself: benchmarks, speed of the methods."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from benchmarks.record import Benchmark
from benchmarks.speed import Timing
from specz.estimators.bayes import BayesLimit
from specz.experiments.experiment import noise_label
from specz.figures.style import colour, plain_log, points


def plot_benchmarks(benchmarks: Sequence[Benchmark], ax: Axes) -> Axes:
    """Draw each benchmark's ratio, divided by its goal; right of one the goal is met."""
    if not benchmarks:
        ax.set_axis_off()
        ax.text(0.5, 0.5, "no benchmark is recorded yet", ha="center", transform=ax.transAxes)
        return ax
    rows = range(len(benchmarks))
    for label, met, fill in (("met", True, "#0072B2"), ("missed", False, "white")):
        shown = [i for i in rows if benchmarks[i].met == met]
        parts = [benchmarks[i].ratio / benchmarks[i].goal for i in shown]
        ax.plot(parts, shown, "o", color="#0072B2", markerfacecolor=fill, label=label)
    ax.axvline(1, color="#555555", linewidth=1)
    ax.set_xscale("log")
    plain_log(ax.xaxis)
    ax.set_yticks(list(rows), labels=[b.name for b in benchmarks])
    ax.set_ylim(len(benchmarks) - 0.5, -0.5)
    ax.set_xlabel("ratio, divided by its goal")
    return ax


def plot_speed(timing: Timing, ax: Axes) -> Axes:
    """Draw accuracy against how many spectra a second each method answers about."""
    for speed in timing.speeds:
        points(
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

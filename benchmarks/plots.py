"""Figures of what was recorded of the package itself: benchmarks, speed of the methods."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from benchmarks.record import Benchmark
from benchmarks.speed import Speed, Timing
from specz.experiments.experiment import noise_label
from specz.figures.direct import readable
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


def is_near(first: Speed, second: Speed) -> bool:
    """Whether two methods are within a factor of ten, where their names would meet."""
    ratio = first.spectra_per_second / second.spectra_per_second
    return 0.1 < ratio < 10


def plot_speed(timing: Timing, ax: Axes) -> Axes:
    """Draw accuracy against how many spectra a second each method answers about."""
    for speed in timing.speeds:
        near = [s for s in timing.speeds if is_near(s, speed)]
        below = any(s.accuracy.value > speed.accuracy.value for s in near)
        name = f"{speed.method}, {speed.n_train:,}"
        ax.annotate(
            name,
            (speed.spectra_per_second, speed.accuracy.low if below else speed.accuracy.high),
            (0, -4 if below else 4),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=9,
            color=readable(colour(speed.method)),
        )
        points(
            ax,
            [speed.spectra_per_second],
            [speed.accuracy],
            color=colour(speed.method),
            fmt="o",
            label=name,
        )
    ax.set(
        xscale="log",
        xlabel="spectra per second",
        ylabel=f"exact-class accuracy at {noise_label(timing.snr)}",
        ylim=(0, 1.02),
    )
    ax.margins(x=0.12)
    return ax

"""Tables of the page "How it holds up": faults, benchmarks, costs, growth, speed."""

from collections.abc import Iterable, Sequence

from benchmarks.record import Benchmark, Extrapolation, Fault, Growth, Scaling
from benchmarks.speed import Timing
from specz.tables.markdown import markdown_table


def faults_table(faults: Iterable[Fault]) -> str:
    """List what was injected, how often, what had to happen and what did."""
    return markdown_table(
        ("what was injected", "tries", "what must happen", "what happened"),
        [(f.name, f"{f.tries:,}", f.expected, f.outcome) for f in faults],
    )


def benchmarks_table(benchmarks: Sequence[Benchmark]) -> str:
    """List each benchmark with its ratio and goal, or say that there is none."""
    rows = [
        (
            b.name,
            f"{_digits(b.value, 4)} {b.unit}",
            f"{_digits(b.reference, 4)} {b.unit}",
            f"{b.ratio:.3g}",
            f"{b.goal:.3g}",
            "yes" if b.met else "**no**",
        )
        for b in benchmarks
    ]
    header = ("benchmark", "measured", "held against", "ratio", "goal", "met")
    return markdown_table(header, rows) if rows else "No benchmark is recorded yet."


def growths_table(growths: Sequence[Growth]) -> str:
    """List what was counted over many builds, or say that it was not."""
    rows = [
        (
            g.counted,
            len(g.values),
            f"{_digits(g.values[0], 4)} {g.unit}".strip(),
            f"{_digits(g.values[-1], 4)} {g.unit}".strip(),
            g.per_build.bracketed("{:+z.3g}".format),
            f"{g.allowed:g}",
            "yes" if g.within else "**no**",
        )
        for g in growths
    ]
    header = ("counted", "builds", "after the first", "after the last", "growth per build")
    return markdown_table((*header, "allowed", "within"), rows) if rows else "Not done yet."


def scalings_table(scalings: Sequence[Scaling]) -> str:
    """List what each job costs against its size, or say that nothing was measured."""
    rows = [
        (
            s.job,
            f"{s.sizes[0]:,} to {s.sizes[-1]:,}",
            s.exponent.bracketed("{:.2f}".format),
            f"{s.seconds[-1]:,.3g} s",
            f"{s.mebibytes[-1]:,.0f} MiB",
            f"{s.memory_growth:.2f}",
        )
        for s in scalings
    ]
    header = (
        *("job", "N", "a in time ∝ N^a", "time at the largest N", "peak memory there"),
        "over that at the smallest N",
    )
    return markdown_table(header, rows) if rows else "No cost is recorded yet."


def extrapolation_table(rows: Iterable[Extrapolation]) -> str:
    """List what each method cost and what it would with more spectra, or say there is nothing."""
    cells = [
        (
            row.method,
            f"{row.experiments}",
            _two_digits(row.core_hours),
            row.exponent.bracketed("{:.2f}".format),
            row.core_hours_then.bracketed(_two_digits),
            _two_digits(row.longest),
            f"{_two_digits(row.mebibytes / 1024)} GiB",
        )
        for row in rows
    ]
    header = (
        *("method", "archived experiments", "core-hours", "a in time ∝ N^a"),
        *("core-hours then", "of the longest", "memory of the largest"),
    )
    return markdown_table(header, cells) if cells else "No cost is recorded yet."


def speed_table(timing: Timing) -> str:
    """List what each method answered, how fast, and how many times as fast as the slowest."""
    slowest = min(timing.speeds, key=lambda s: s.spectra_per_second)
    return markdown_table(
        (
            *("method", "training spectra", "spectra/s", f"× {slowest.method}"),
            *("exact class", "outliers beyond 0.003"),
        ),
        [
            (
                speed.method,
                f"{speed.n_train:,}",
                f"{speed.spectra_per_second:,.3g}",
                f"{speed.spectra_per_second / slowest.spectra_per_second:,.3g}",
                speed.accuracy.percent(),
                speed.outliers.percent(),
            )
            for speed in sorted(timing.speeds, key=lambda s: -s.spectra_per_second)
        ],
    )


def _digits(value: float, n: int) -> str:
    return f"{float(f'{value:.{n}g}'):,.12g}"


def _two_digits(value: float) -> str:
    return _digits(value, 2)

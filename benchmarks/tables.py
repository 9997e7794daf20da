"""Tables of the page "How it holds up": faults, benchmarks, costs, growth, speed."""

from collections.abc import Iterable, Sequence

from benchmarks.record import Benchmark, Extrapolation, Fault, Growth, Scaling
from benchmarks.speed import Timing
from specz.tables.markdown import markdown_table


def faults_table(faults: Iterable[Fault]) -> str:
    """List what was injected, how often, what had to happen and what did."""
    return markdown_table(
        [
            {
                "what was injected": f.name,
                "tries": f"{f.tries:,}",
                "what must happen": f.expected,
                "what happened": f.outcome,
            }
            for f in faults
        ]
    )


def benchmarks_table(benchmarks: Sequence[Benchmark]) -> str:
    """List each benchmark with its ratio and goal, or say that there is none."""
    rows = [
        {
            "benchmark": b.name,
            "measured": f"{_digits(b.value, 4)} {b.unit}",
            "held against": f"{_digits(b.reference, 4)} {b.unit}",
            "ratio": f"{b.ratio:.3g}",
            "goal": f"{b.goal:.3g}",
            "met": "yes" if b.met else "**no**",
        }
        for b in benchmarks
    ]
    return markdown_table(rows, empty="No benchmark is recorded yet.")


def growths_table(growths: Sequence[Growth]) -> str:
    """List what was counted over many builds, or say that it was not."""
    rows = [
        {
            "counted": g.counted,
            "builds": len(g.values),
            "after the first": f"{_digits(g.values[0], 4)} {g.unit}".strip(),
            "after the last": f"{_digits(g.values[-1], 4)} {g.unit}".strip(),
            "growth per build": g.per_build.bracketed("{:+z.3g}".format),
            "allowed": f"{g.allowed:g}",
            "within": "yes" if g.within else "**no**",
        }
        for g in growths
    ]
    return markdown_table(rows, empty="Not done yet.")


def scalings_table(scalings: Sequence[Scaling]) -> str:
    """List what each job costs against its size, or say that nothing was measured."""
    rows = [
        {
            "job": s.job,
            "N": f"{s.sizes[0]:,} to {s.sizes[-1]:,}",
            "a in time ∝ N^a": s.exponent.bracketed("{:.2f}".format),
            "time at the largest N": f"{s.seconds[-1]:,.3g} s",
            "peak memory there": f"{s.mebibytes[-1]:,.0f} MiB",
            "over that at the smallest N": f"{s.memory_growth:.2f}",
        }
        for s in scalings
    ]
    return markdown_table(rows, empty="No cost is recorded yet.")


def extrapolation_table(rows: Iterable[Extrapolation]) -> str:
    """List what each method cost and what it would with more spectra, or say there is nothing."""
    cells = [
        {
            "method": row.method,
            "archived experiments": row.experiments,
            "core-hours": _two_digits(row.core_hours),
            "a in time ∝ N^a": row.exponent.bracketed("{:.2f}".format),
            "core-hours then": row.core_hours_then.bracketed(_two_digits),
            "of the longest": _two_digits(row.longest),
            "memory of the largest": f"{_two_digits(row.mebibytes / 1024)} GiB",
        }
        for row in rows
    ]
    return markdown_table(cells, empty="No cost is recorded yet.")


def speed_table(timing: Timing) -> str:
    """List what each method answered, how fast, and how many times as fast as the slowest."""
    slowest = min(timing.speeds, key=lambda s: s.spectra_per_second)
    unit = slowest.spectra_per_second
    return markdown_table(
        [
            {
                "method": speed.method,
                "training spectra": f"{speed.n_train:,}",
                "spectra/s": f"{speed.spectra_per_second:,.3g}",
                f"× {slowest.method}": f"{speed.spectra_per_second / unit:,.3g}",
                "exact class": speed.accuracy.percent(),
                "outliers beyond 0.003": speed.outliers.percent(),
            }
            for speed in sorted(timing.speeds, key=lambda s: -s.spectra_per_second)
        ]
    )


def _digits(value: float, n: int) -> str:
    return f"{float(f'{value:.{n}g}'):,.12g}"


def _two_digits(value: float) -> str:
    return _digits(value, 2)

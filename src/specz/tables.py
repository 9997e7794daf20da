"""Results as tables in Markdown, numbers with their intervals."""

from collections.abc import Iterable, Sequence

from specz import metrics, paths
from specz.bayes import BayesLimit
from specz.claims import Claim
from specz.figures.style import limits
from specz.networks import CNN
from specz.predictions import Predictions
from specz.record import Benchmark, Enlarged, Fault, Growth, Scaling
from specz.runner import Result
from specz.speed import Timing


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; each row has as many cells as the header.

    A cell that is an interval is kept on one line.

    Raises
    ------
    ValueError
        If a row has not.
    """
    lines = [header, ["---"] * len(header)]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"expected {len(header)} cells; got {len(row)}: {row!r}")
        lines.append([_cell(value) for value in row])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def comparison_table(groups: Iterable[Sequence[Result]]) -> str:
    """Compare the methods of each group with the network of that group.

    Parameters
    ----------
    groups : iterable of sequences of Result
        Within a group all methods saw the same test spectra.
    """
    header = (
        *("method", "training spectra", "exact class", "±1 class", "outliers beyond 0.003"),
        *("CNN better by (points)", "p", "fit (s)", "spectra/s"),
    )
    rows: list[Sequence[object]] = []
    for group in groups:
        network = next((r for r in group if isinstance(r.experiment.estimator, CNN)), None)
        for r in group:
            better, p_value = "–", "–"
            if network is not None and r is not network:
                versus = metrics.compare(network.test, r.test)
                better = versus.difference.points()
                p_value = f"{versus.p_value:.1g}"
            rows.append(
                (
                    r.experiment.estimator.label,
                    f"{r.experiment.n_train:,}",
                    metrics.accuracy(r.test).percent(),
                    metrics.within_one(r.test).percent(),
                    metrics.outlier_fraction(r.test, 0.003).percent(),
                    better,
                    p_value,
                    f"{r.manifest['fit_seconds']:.0f}",
                    f"{r.manifest['test_spectra_per_second']:,.0f}",
                )
            )
    return markdown_table(header, rows)


def posterior_table(results: Iterable[Result]) -> str:
    """Say how far the probabilities of each method can be trusted, one S/N after another.

    Parameters
    ----------
    results : iterable of Result
        Those of methods that give no probabilities are left out.
    """
    header = (
        *("method", "training spectra", "S/N", "exact class", "mean maximum p"),
        *("calibration error", "of sampling alone"),
        *("68 % interval holds", "95 % interval holds", "PIT uniform: p", "NLL (nats)"),
        *("CRPS (10⁻⁴)", "kept at 99.9 % purity"),
    )
    rows = [
        (
            r.experiment.estimator.label,
            f"{r.experiment.n_train:,}",
            f"{r.experiment.snr:g}",
            metrics.accuracy(r.test).percent(),
            f"{100 * r.test.p_max.mean(dtype=float):.1f} %",
            f"{metrics.calibration_error(r.test):.3f}",
            f"{metrics.calibration_noise(r.test):.3f}",
            metrics.coverage(r.test, 0.68).percent(),
            metrics.coverage(r.test, 0.95).percent(),
            f"{metrics.pit_uniformity(r.test):.2g}",
            metrics.negative_log_likelihood(r.test),
            f"{1e4 * r.test.crps.mean(dtype=float):.3g}",
            metrics.kept_at_purity(r.test, 0.999).percent(),
        )
        for r in sorted(results, key=lambda r: -r.experiment.snr)
        if r.test.has_probability
    ]
    return markdown_table(header, rows)


def depth_table(results: Sequence[Result]) -> str:
    """Hold networks of each depth against the deepest, with the same seed on the same spectra."""
    depths: dict[int, dict[int, Predictions]] = {}
    for r in results:
        if isinstance(r.experiment.estimator, CNN):
            depths.setdefault(r.experiment.estimator.layers, {})[r.experiment.seed] = r.test
    rows = []
    for layers, trained in sorted(depths.items(), reverse=True):
        deepest = depths[max(depths)]
        seeds = sorted(trained.keys() & deepest.keys())
        row = [f"{layers}", f"{len(trained)}"]
        row.append(metrics.mean_accuracy(list(trained.values())).percent())
        if trained is deepest or not seeds:
            rows.append((*row, "–", "–", "–"))
            continue
        pairs = [(deepest[seed], trained[seed]) for seed in seeds]
        each = [metrics.compare(*pair) for pair in pairs]
        rows.append(
            (
                *row,
                metrics.mean_difference(*zip(*pairs, strict=True)).points(),
                ", ".join(f"{100 * c.difference.value:+.1f}" for c in each),
                ", ".join(f"{c.p_value:.2g}" for c in each),
            )
        )
    header = (
        *("layers", "trainings", "exact class, mean", "deepest better by (points), mean"),
        *("each training", "McNemar's p of each"),
    )
    return markdown_table(header, rows)


def limit_table(results: Sequence[Result]) -> str:
    """Hold each method against the Bayes limit on the same test spectra, one S/N after another.

    Results at an S/N of which there is no limit are left out.
    """
    header = (
        *("S/N", "method", "training spectra", "exact class", "±1 class"),
        *("part of the limit", "behind the limit (points)"),
    )
    rows = []
    for snr, limit in reversed(limits(results).items()):
        for r in (r for r in results if r.experiment.snr == snr):
            held = ("–", "–")
            if r is not limit:
                part = metrics.part_of(r.test, limit.test)
                behind = metrics.compare(limit.test, r.test).difference
                held = (part.bracketed("{:.4f}".format), behind.points())
            rows.append(
                (
                    f"{snr:g}",
                    r.experiment.estimator.label,
                    f"{r.experiment.n_train:,}",
                    metrics.accuracy(r.test).percent(),
                    metrics.within_one(r.test).percent(),
                    *held,
                )
            )
    return markdown_table(header, rows)


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


def first_of(group: Sequence[Result]) -> str:
    """Say which method of a group has the highest accuracy on test spectra."""
    methods = [r for r in group if not isinstance(r.experiment.estimator, BayesLimit)]
    first = max(methods, key=lambda r: metrics.accuracy(r.test).value)
    return (
        f"{first.experiment.estimator.label} is first with "
        f"{metrics.accuracy(first.test).percent()} of the spectra in their own class"
    )


def checks_table(claims: Iterable[Claim]) -> str:
    """List every check of every claim with its number, or say that there is none."""
    rows = [
        (claim.number, check.what, check.number.points(), "yes" if check.passed else "no")
        for claim in claims
        for check in claim.checks
    ]
    header = ("claim", "check", "difference (points)", "passes")
    return markdown_table(header, rows) if rows else "Nothing could be tested yet."


def verdicts_table(claims: Iterable[Claim]) -> str:
    """List every claim with its verdict and how many of its checks pass."""
    return markdown_table(
        ("", "claim", "at paper scale", "checks passed"),
        [
            (
                claim.number,
                claim.text,
                f"**{claim.verdict}**",
                f"{sum(c.passed for c in claim.checks)} of {len(claim.checks)}"
                if claim.checks
                else "–",
            )
            for claim in claims
        ],
    )


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
            f"{_digits(b.limit, 4)} {b.unit}",
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
            f"{g.limit:g}",
            "yes" if g.within else "**no**",
        )
        for g in growths
    ]
    header = ("counted", "builds", "after the first", "after the last", "growth per build")
    return markdown_table((*header, "limit", "within"), rows) if rows else "Not done yet."


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


def enlarged_table(rows: Iterable[Enlarged]) -> str:
    """List what each method cost and what it would with more spectra, or say there is nothing."""
    cells = [
        (
            row.method,
            f"{row.experiments}",
            _two_digits(row.core_hours),
            row.exponent.bracketed("{:.2f}".format),
            row.enlarged.bracketed(_two_digits),
            _two_digits(row.longest),
            f"{_two_digits(row.mebibytes / 1024)} GiB",
        )
        for row in rows
    ]
    header = (
        *("method", "archived experiments", "core-hours", "a in time ∝ N^a"),
        *("core-hours enlarged", "of the longest", "memory of the largest"),
    )
    return markdown_table(header, cells) if cells else "No cost is recorded yet."


def _cell(value: object) -> str:
    text = str(value)
    return text.replace(" ", "\u00a0") if isinstance(value, metrics.Interval) else text


def _digits(value: float, n: int) -> str:
    return f"{float(f'{value:.{n}g}'):,.12g}"


def _two_digits(value: float) -> str:
    return _digits(value, 2)


def save(name: str, table: str) -> None:
    """Write a table as ``<name>.md`` beside the figures, for other pages to include."""
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    (paths.FIGURES / f"{name}.md").write_text(table + "\n", encoding="utf-8")

"""Tables of the Bayes limit, and of what is held against it."""

from collections.abc import Sequence

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import by_limit, limits
from specz.tables.markdown import markdown_table


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
        for r in (r for r in results if r.snr == snr):
            held = ("–", "–")
            if r is not limit:
                part = metrics.relative_accuracy(r.test, limit.test)
                behind = metrics.compare(limit.test, r.test).difference
                held = (part.bracketed("{:.4f}".format), behind.points())
            rows.append(
                (
                    f"{snr:g}",
                    r.label,
                    f"{r.n_train:,}",
                    metrics.accuracy(r.test).percent(),
                    metrics.within_one(r.test).percent(),
                    *held,
                )
            )
    return markdown_table(header, rows)


def posterior_table(results: Sequence[Result]) -> str:
    """Say how far the probabilities of each method can be trusted, one S/N after another.

    Parameters
    ----------
    results : sequence of Result
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
            r.label,
            f"{r.n_train:,}",
            f"{r.snr:g}",
            metrics.accuracy(r.test).percent(),
            f"{100 * r.test.p_max.mean(dtype=float):.1f} %",
            f"{metrics.expected_calibration_error(r.test):.3f}",
            f"{metrics.ece_floor(r.test):.3f}",
            metrics.coverage(r.test, 0.68).percent(),
            metrics.coverage(r.test, 0.95).percent(),
            f"{metrics.pit_uniformity(r.test):.2g}",
            metrics.negative_log_likelihood(r.test),
            f"{1e4 * r.test.crps.mean(dtype=float):.3g}",
            metrics.completeness_at_purity(r.test, 0.999).percent(),
        )
        for r in sorted(results, key=lambda r: -r.snr)
        if r.test.has_probability
    ]
    return markdown_table(header, rows)


def convergence_table(results: Sequence[Result]) -> str:
    """Hold the limit with each setting against that of the first result."""
    header = ("limit", "exact class", "mean maximum p", "change (points)", "NLL (nats)")
    first = results[0]
    rows = [
        (
            by_limit(r),
            metrics.accuracy(r.test).percent(),
            f"{100 * r.test.p_max.mean(dtype=float):.1f} %",
            metrics.compare(r.test, first.test).difference.points() if r is not first else "–",
            metrics.negative_log_likelihood(r.test),
            f"{r.manifest['test_spectra_per_second']:.0f}",
        )
        for r in results
    ]
    return markdown_table((*header, "spectra/s"), rows)

"""Tables of the Bayes limit, and of what is held against it."""

from collections.abc import Sequence

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import by_limit, limits
from specz.tables.markdown import Row, markdown_table


def limit_table(results: Sequence[Result]) -> str:
    """Hold each method against the Bayes limit on the same test spectra, one S/N after another.

    Results at an S/N of which there is no limit are left out.
    """
    rows = []
    for snr, limit in reversed(limits(results).items()):
        for r in (r for r in results if r.snr == snr):
            part, behind = "–", "–"
            if r is not limit:
                part = metrics.relative_accuracy(r.test, limit.test).bracketed("{:.4f}".format)
                behind = metrics.compare(limit.test, r.test).difference.points()
            rows.append(
                {
                    "S/N": f"{snr:g}",
                    "method": r.label,
                    "training spectra": f"{r.n_train:,}",
                    "exact class": metrics.accuracy(r.test).percent(),
                    "±1 class": metrics.within_one(r.test).percent(),
                    "part of the limit": part,
                    "behind the limit (points)": behind,
                }
            )
    return markdown_table(rows)


def posterior_table(results: Sequence[Result]) -> str:
    """Say how far the probabilities of each method can be trusted, one S/N after another.

    Parameters
    ----------
    results : sequence of Result
        Those of methods that give no probabilities are left out.
    """
    return markdown_table(
        [
            {
                "method": r.label,
                "training spectra": f"{r.n_train:,}",
                "S/N": f"{r.snr:g}",
                **_stated(r),
                "calibration error": f"{metrics.expected_calibration_error(r.test):.3f}",
                "of sampling alone": f"{metrics.ece_floor(r.test):.3f}",
                "68 % interval holds": metrics.coverage(r.test, 0.68).percent(),
                "95 % interval holds": metrics.coverage(r.test, 0.95).percent(),
                "PIT uniform: p": f"{metrics.pit_uniformity(r.test):.2g}",
                "NLL (nats)": metrics.negative_log_likelihood(r.test),
                "CRPS (10⁻⁴)": f"{1e4 * r.test.crps.mean(dtype=float):.3g}",
                "kept at 99.9 % purity": metrics.completeness_at_purity(r.test, 0.999).percent(),
            }
            for r in sorted(results, key=lambda r: -r.snr)
            if r.test.has_probability
        ]
    )


def convergence_table(results: Sequence[Result]) -> str:
    """Hold the limit with each setting against that of the first result."""
    first = results[0]
    return markdown_table(
        [
            {
                "limit": by_limit(r),
                **_stated(r),
                "change (points)": metrics.compare(r.test, first.test).difference.points()
                if r is not first
                else "–",
                "NLL (nats)": metrics.negative_log_likelihood(r.test),
                "spectra/s": f"{r.manifest['test_spectra_per_second']:.0f}",
            }
            for r in results
        ]
    )


def _stated(r: Result) -> Row:
    """How often a method is right, and how often it says that it is."""
    return {
        "exact class": metrics.accuracy(r.test).percent(),
        "mean maximum p": f"{100 * r.test.p_max.mean(dtype=float):.1f} %",
    }

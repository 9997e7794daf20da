"""Tables of the Bayes limit, and of methods compared with it."""

from collections.abc import Sequence

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import by_limit, limits
from specz.tables.cells import NONE, accuracies, exact, kept, nll, size
from specz.tables.markdown import Row, markdown_table


def limit_table(results: Sequence[Result]) -> str:
    """Compare each method with the Bayes limit on the same test spectra, one S/N after another.

    Results at an S/N without a limit are left out.
    """
    rows = []
    for snr, limit in reversed(limits(results).items()):
        for r in (r for r in results if r.snr == snr):
            part, behind = NONE, NONE
            if r is not limit:
                part = metrics.relative_accuracy(r.test, limit.test).bracketed("{:.4f}".format)
                behind = metrics.compare(limit.test, r.test).difference.points()
            versus = {"part of the limit": part, "behind the limit (points)": behind}
            name = {"S/N": f"{snr:g}", "method": r.label}
            rows.append({**name, **size(r), **accuracies(r), **versus})
    return markdown_table(rows)


def posterior_table(results: Sequence[Result]) -> str:
    """List how reliable the probabilities of each method are, one S/N after another.

    Methods that give no probabilities are left out.
    """
    rows = [
        {
            "method": r.label,
            **size(r),
            "S/N": f"{r.snr:g}",
            **_stated(r),
            "calibration error": f"{metrics.expected_calibration_error(r.test):.3f}",
            "of sampling alone": f"{metrics.ece_floor(r.test):.3f}",
            "68 % interval holds": metrics.coverage(r.test, 0.68).percent(),
            "95 % interval holds": metrics.coverage(r.test, 0.95).percent(),
            "PIT uniform: p": f"{metrics.pit_uniformity(r.test):.2g}",
            **nll(r.test),
            "CRPS (10⁻⁴)": f"{1e4 * r.test.crps.mean(dtype=float):.3g}",
            **kept(r.test),
        }
        for r in sorted(results, key=lambda r: -r.snr)
        if r.test.has_probability
    ]
    return markdown_table(rows)


def convergence_table(results: Sequence[Result]) -> str:
    """Compare the limit at each setting with that of the first result."""
    first, rows = results[0], []
    for r in results:
        change = metrics.compare(r.test, first.test).difference.points() if r is not first else NONE
        speed = {"spectra/s": f"{r.manifest['test_spectra_per_second']:.0f}"}
        name = {"limit": by_limit(r)}
        rows.append({**name, **_stated(r), "change (points)": change, **nll(r.test), **speed})
    return markdown_table(rows)


def _stated(r: Result) -> Row:
    """How often a method is right, and the mean of the probability that it states."""
    return {**exact(r), "mean maximum p": f"{100 * r.test.p_max.mean(dtype=float):.1f} %"}

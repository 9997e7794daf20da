"""Tables of altered test spectra and of mistaken lines."""

from collections import Counter
from collections.abc import Sequence

from specz import metrics, mistakes
from specz.figures.style import by_alteration
from specz.grid import get_grid
from specz.runner import Result
from specz.tables.markdown import markdown_table


def alterations_table(results: Sequence[Result]) -> str:
    """List what each method makes of each alteration of the test spectra."""
    header = (
        *("test spectra", "method", "exact class", "±1 class", "outliers beyond 0.003"),
        *("mean maximum p", "NLL (nats)"),
    )
    rows = [
        (
            name,
            r.experiment.estimator.label,
            metrics.accuracy(r.test).percent(),
            metrics.within_one(r.test).percent(),
            metrics.outlier_fraction(r.test, 0.003).percent(),
            f"{r.test.p_max.mean(dtype=float):.2f}",
            metrics.negative_log_likelihood(r.test),
        )
        for name in dict.fromkeys(map(by_alteration, results))
        for r in results
        if by_alteration(r) == name
    ]
    return markdown_table(header, rows)


def mistakes_table(results: Sequence[Result], most: int = 6) -> str:
    """Count the lines that each method took for one another, the ``most`` frequent."""
    rows = []
    for r in results:
        named = mistakes.line_mistakes(r.test, get_grid(r.experiment.grid))
        counts = Counter(named.tolist())
        wrong = len(named) - counts.pop("", 0)
        listed = "; ".join(f"{name}: {count}" for name, count in counts.most_common(most))
        rows.append((r.experiment.estimator.label, f"{wrong} of {len(named)}", listed or "–"))
    return markdown_table(("method", "wrong redshifts", "most frequent mistakes"), rows)

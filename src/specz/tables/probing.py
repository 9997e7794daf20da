"""Tables of altered test spectra and of mistaken lines."""

from collections import Counter
from collections.abc import Sequence

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import by_perturbation
from specz.metrics import line_confusion
from specz.spectra.grid import get_grid
from specz.tables.markdown import markdown_table


def perturbations_table(results: Sequence[Result]) -> str:
    """List what each method makes of each alteration of the test spectra."""
    header = (
        *("test spectra", "method", "exact class", "±1 class", "outliers beyond 0.003"),
        *("mean maximum p", "NLL (nats)"),
    )
    rows = [
        (
            name,
            r.label,
            metrics.accuracy(r.test).percent(),
            metrics.within_one(r.test).percent(),
            metrics.outlier_fraction(r.test).percent(),
            f"{r.test.p_max.mean(dtype=float):.2f}",
            metrics.negative_log_likelihood(r.test),
        )
        for name in dict.fromkeys(map(by_perturbation, results))
        for r in results
        if by_perturbation(r) == name
    ]
    return markdown_table(header, rows)


def line_confusion_table(results: Sequence[Result], most: int = 6) -> str:
    """Count the lines that each method took for one another, the ``most`` frequent."""
    rows = []
    for r in results:
        named = line_confusion.confused_lines(r.test, get_grid(r.experiment.grid))
        counts = Counter(named.tolist())
        wrong = len(named) - counts.pop("", 0)
        listed = "; ".join(f"{name}: {count}" for name, count in counts.most_common(most))
        rows.append((r.label, f"{wrong} of {len(named)}", listed or "–"))
    return markdown_table(("method", "wrong redshifts", "most frequent mistakes"), rows)

"""Tables of perturbed test spectra and of lines taken for one another."""

from collections import Counter
from collections.abc import Sequence

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import by_perturbation
from specz.metrics.line_confusion import confused_lines
from specz.spectra.grid import get_grid
from specz.tables.markdown import markdown_table


def perturbations_table(results: Sequence[Result]) -> str:
    """List what each method makes of each perturbation of the test spectra."""
    return markdown_table(
        [
            {
                "test spectra": name,
                "method": r.label,
                "exact class": metrics.accuracy(r.test).percent(),
                "±1 class": metrics.within_one(r.test).percent(),
                "outliers beyond 0.003": metrics.outlier_fraction(r.test).percent(),
                "mean maximum p": f"{r.test.p_max.mean(dtype=float):.2f}",
                "NLL (nats)": metrics.negative_log_likelihood(r.test),
            }
            for name in dict.fromkeys(map(by_perturbation, results))
            for r in results
            if by_perturbation(r) == name
        ]
    )


def line_confusion_table(results: Sequence[Result], most: int = 6) -> str:
    """Count the lines that each method took for one another, the ``most`` frequent."""
    rows = []
    for r in results:
        named = confused_lines(r.test, get_grid(r.experiment.grid))
        counts = Counter(named.tolist())
        wrong = len(named) - counts.pop("", 0)
        listed = "; ".join(f"{name}: {count}" for name, count in counts.most_common(most))
        rows.append(
            {
                "method": r.label,
                "wrong redshifts": f"{wrong} of {len(named)}",
                "most frequent mistakes": listed or "–",
            }
        )
    return markdown_table(rows)

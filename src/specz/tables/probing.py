"""Tables of perturbed test spectra and of lines taken for one another."""

from collections import Counter
from collections.abc import Sequence

from specz.experiments.result import Result
from specz.figures.labels import by_perturbation, grouped, method_name
from specz.metrics.line_confusion import confused_lines
from specz.spectra.grid import get_grid
from specz.tables.cells import NONE, accuracies, nll, outliers
from specz.tables.markdown import markdown_table


def perturbations_table(results: Sequence[Result]) -> str:
    """List the accuracy and probabilities of each method under each perturbation."""
    rows = [
        {
            "test spectra": name,
            "method": method_name(r),
            **accuracies(r),
            **outliers(r.test),
            "mean maximum p": f"{r.test.p_max.mean(dtype=float):.2f}",
            **nll(r.test),
        }
        for name, perturbed in grouped(results, by_perturbation).items()
        for r in perturbed
    ]
    return markdown_table(rows)


def line_confusion_table(results: Sequence[Result], most: int = 6) -> str:
    """Count the lines that each method took for one another, the ``most`` frequent."""
    rows = []
    for r in results:
        names = confused_lines(r.test, get_grid(r.experiment.grid))
        counts = Counter(names.tolist())
        wrong = len(names) - counts.pop("", 0)
        listed = "; ".join(f"{name}: {count}" for name, count in counts.most_common(most))
        rows.append(
            {
                "method": method_name(r),
                "wrong redshifts": f"{wrong} of {len(names)}",
                "most frequent mistakes": listed or NONE,
            }
        )
    return markdown_table(rows)

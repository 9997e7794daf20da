"""Tables of stars and galaxies, and the conclusions of their figures."""

from typing import Any

from specz import metrics
from specz.estimators.cnn import layer_table
from specz.images.networks import StampNetwork
from specz.images.scores import METRICS, PURITY, auc, overconfidence, purity
from specz.study.stars import Results, groups, star_checks
from specz.tables.cells import NONE, traced
from specz.tables.markdown import markdown_table


def star_table(results: Results) -> str:
    """List each method, with its first seed, and how the limit converges."""
    rest = [r for group in groups(results).values() for r in group]
    again = [r for r in results if not r.experiment.altered and r not in rest]
    first = [r for _, r in _first(results)]
    rows = []
    for r in first + again:
        size = getattr(r.estimator, "galaxies", None)
        test = r.test
        rows.append(
            {
                "method": f"{r.label}, {size:,} templates" if size else r.label,
                "training stamps": NONE if size else f"{r.n_train:,}",
                "AUC": traced(r, str(auc(test))),
                PURITY.name: purity(test).percent(),
                "right class": metrics.accuracy(test).percent(),
                "mean maximum p": f"{100 * test.p_max.mean(dtype=float):.1f}\u00a0%",
            }
        )
    return markdown_table(rows)


def star_checks_table(results: Results) -> str:
    """List the differences of methods in points, and the verdict on each."""
    return markdown_table(
        [
            {
                "difference": check.what,
                "verdict": f"**{check.verdict}**" if check.verdict else NONE,
                **{m.name: check.effects[m.name].interval.points() for m in METRICS},
            }
            for check in star_checks(results)
        ]
    )


def of_star_claim(results: Results) -> str:
    """The verdict against each forest, with the difference of the first metric."""
    said = [
        f"{check.what} is {check.effects[METRICS[0].name].interval.points()} points of "
        f"{METRICS[0].name}: **{check.verdict}**"
        for check in star_checks(results)
        if check.verdict
    ]
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def layers_table(network: StampNetwork) -> str:
    """List the layers that have weights, with their shapes and numbers of parameters."""
    found = [row for row in layer_table(network.build()) if row.parameters]
    rows = [
        {
            "layer": r.name,
            "output": " × ".join(map(str, r.shape)),
            "parameters": f"{r.parameters:,}",
        }
        for r in found
    ]
    total = f"**{sum(r.parameters for r in found):,}**"
    return markdown_table([*rows, {"layer": "all", "output": "", "parameters": total}])


def of_purity(results: Results) -> str:
    """Purity of each method on all stamps."""
    named = [f"{label} {purity(r.test).percent()}" for label, r in _first(results)]
    return f"{PURITY.name.capitalize()}, all stamps together: {', '.join(named)}."


def of_calibration(results: Results) -> str:
    """Overconfidence of each method on all stamps, in points."""
    named = [f"{label} {overconfidence(r.test).points()}" for label, r in _first(results)]
    return f"Stated minus right, in points, all stamps together: {', '.join(named)}."


def of_shifts(results: Results) -> str:
    """AUC of each method that was shown shifted stamps: as trained, and shifted."""
    kinds = list(dict.fromkeys(r.experiment.altered for r in results if r.experiment.altered))
    said = []
    for label, result in _first(results):
        shown = ((kind, groups(results, kind).get(label)) for kind in kinds)
        found = [f"{auc(group[0].test).value:.3f} ({kind})" for kind, group in shown if group]
        if found:
            said.append(f"{label} {auc(result.test).value:.3f}, then {', '.join(found)}")
    return f"AUC: {'; '.join(said)}."


def _first(results: Results) -> list[tuple[str, Any]]:
    """Each method with the result of its first seed."""
    return [(label, group[0]) for label, group in groups(results).items()]

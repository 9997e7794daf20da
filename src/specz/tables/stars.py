"""Tables of stars and galaxies."""

from specz import metrics
from specz.estimators.cnn import layer_table
from specz.images.networks import StampNetwork
from specz.images.scores import METRICS, PURITY, auc, purity
from specz.study.stars import Results, groups, star_checks
from specz.tables.cells import NONE, traced
from specz.tables.markdown import markdown_table


def star_table(results: Results) -> str:
    """List each method, with its first seed, and how the limit converges."""
    rest = [r for group in groups(results).values() for r in group]
    again = [r for r in results if not r.experiment.altered and r not in rest]
    first = [group[0] for group in groups(results).values()]
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

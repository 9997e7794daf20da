"""Tables of radio galaxies, and the conclusions of their figures."""

import numpy as np

from specz.images.radio import CATALOGUES, CLASSES
from specz.study.radio import (
    AVERAGED,
    COPIES,
    FOREST,
    PLAIN,
    Results,
    changed,
    groups,
    of_catalogue,
    pooled,
    radio_checks,
    score,
)
from specz.tables.cells import NONE, trace
from specz.tables.markdown import markdown_table


def radio_table(results: Results) -> str:
    """List the methods at the largest size: fraction right, precision by class, time."""
    rows = []
    for label, group in groups(results).items():
        test = pooled(group)
        named = [test.label[test.predicted == c] == c for c in range(len(CLASSES))]
        rows.append(
            {
                "method": label,
                "right class": score([r.test for r in group]).interval.percent(),
                **{
                    f"precision, {name}": f"{100 * right.mean():.0f}\u00a0%" if len(right) else NONE
                    for name, right in zip(CLASSES, named, strict=True)
                },
                "training minus validation": _gap(group),
                "processor time of a fold": f"{_seconds(group):.0f}\u00a0s",
                "folds": trace(group),
            }
        )
    return markdown_table(rows)


def _gap(group: Results) -> str:
    """Accuracy at the end of training, on training minus on validation sources, in points."""
    ends = [
        r.history.train_accuracy[-1] - r.history.validation_accuracy[-1]
        for r in group
        if r.history is not None
    ]
    return f"{100 * float(np.mean(ends)):+.0f}".replace("-", "\u2212") if ends else NONE


def _seconds(group: Results) -> float:
    return sum(float(r.manifest.get("cpu_seconds", 0)) for r in group) / len(group)


def radio_checks_table(results: Results) -> str:
    """List the differences of methods in points, and the verdict on each."""
    return markdown_table(
        [
            {
                "difference": check.what,
                "right class (points)": check.effect.interval.points(),
                "verdict": f"**{check.verdict}**",
            }
            for check in radio_checks(results)
        ]
    )


def of_radio_claim(results: Results) -> str:
    """The verdict on the networks against the forest."""
    said = [
        f"{c.what}: {c.effect.interval.points()} points, **{c.verdict}**"
        for c in radio_checks(results)
        if FOREST in c.what
    ]
    return f"{'; '.join(said)}."


def catalogue_rule(results: Results) -> float:
    """Fraction right of a rule that names the commonest class of a source's catalogue."""
    test = pooled(next(iter(groups(results).values())))
    counts = np.zeros((len(CATALOGUES), len(CLASSES)), dtype=int)
    np.add.at(counts, (test.catalogue, test.label), 1)
    return float(counts.max(axis=1).sum() / counts.sum())


def of_radio_size(results: Results) -> str:
    """Fraction right of each network with the fewest and with the most training sources."""
    sizes = sorted({r.n_train for r in results})
    said = []
    for label in (PLAIN, COPIES, AVERAGED):
        known = [
            of[label]
            for n in dict.fromkeys((sizes[0], sizes[-1]))
            if label in (of := groups(results, n))
        ]
        if ends := [f"{100 * score([r.test for r in g]).value:.1f}\u00a0%" for g in known]:
            said.append(f"{label} {' and '.join(ends)}")
    at = " and with ".join(f"{n:,}" for n in dict.fromkeys((sizes[0], sizes[-1])))
    return f"Right with {at} training sources: {', '.join(said)}."


def of_radio_precision(results: Results) -> str:
    """The class of highest and of lowest precision for the network averaged over rotations."""
    test = pooled(groups(results)[AVERAGED])
    found = {n: (test.label[test.predicted == c] == c) for c, n in enumerate(CLASSES)}
    known = {name: 100 * float(right.mean()) for name, right in found.items() if len(right)}
    low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    return (
        f"The {AVERAGED} is right in {known[high]:.0f}\u00a0% of the sources that it names {high}, "
        f"and in {known[low]:.0f}\u00a0% of those that it names {low}."
    )


def of_radio_across(results: Results) -> str:
    """Fraction right on each catalogue in the folds, and when it was never seen."""
    names = list(dict.fromkeys(c for r in results if (c := r.experiment.catalogue)))
    said = []
    for name in names:
        if AVERAGED in groups(results, catalogue=name):
            both = (of_catalogue(results, AVERAGED, name, unseen) for unseen in (False, True))
            said.append(
                "{} {} in the folds, {} never seen".format(name, *(i.percent() for i in both))
            )
    return f"{AVERAGED[:1].upper()}{AVERAGED[1:]}: {'; '.join(said)}." if said else ""


def of_radio_turned(results: Results) -> str:
    """How often each network changes its class when images are turned."""
    shown = dict.fromkeys((r.label, r.experiment.altered) for r in results if r.experiment.altered)
    said = [f"{label} {changed(results, label, kind).percent()} ({kind})" for label, kind in shown]
    return f"Sources that change class: {'; '.join(said)}." if said else ""

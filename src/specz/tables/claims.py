"""Tables of the claims."""

import csv
from collections.abc import Iterable, Sequence
from math import isfinite

from specz.common import paths
from specz.metrics.effects import METRICS, Effect
from specz.metrics.intervals import Interval
from specz.study.claims import Check, Claim, Verdict
from specz.tables.cells import NONE, trace
from specz.tables.markdown import markdown_table

OTHERS = METRICS[1:]
PREVIOUS = paths.RESULTS / "previous_protocol.csv"
"""Checks of the earlier protocol on its results, written by the code of commit 9bbc8e3."""


def verdicts_table(claims: Iterable[Claim], linked: bool = True) -> str:
    """List every claim with its verdict, and how many of its checks say what.

    The verdict links to the figure of the archived checks, if ``linked``.
    """
    rows = [
        {
            "": claim.number,
            "claim": claim.text,
            "verdict": f"[{found}](fig-claim-{claim.number})" if linked else found,
            "its checks": _summary(claim.checks),
        }
        for claim in claims
        for found in (f"**{claim.verdict}**",)
    ]
    return markdown_table(rows)


def _summary(checks: Sequence[Check]) -> str:
    """Number of checks with each verdict, and the range of their differences in points."""
    found = []
    for verdict in Verdict:
        alike = [check for check in checks if check.verdict == verdict]
        if not alike:
            continue
        text = f"{len(alike)} {'hold' if verdict is Verdict.HOLDS and len(alike) > 1 else verdict}"
        if verdict is not Verdict.NOT_TESTED:
            values = sorted(100 * check.exact.value for check in alike)
            ends = dict.fromkeys(f"{value:+z.1f}" for value in (values[0], values[-1]))
            text += f" ({' to '.join(ends)})".replace("-", "\u2212")
        found.append(text)
    return ", ".join(found) or NONE


def checks_table(claim: Claim) -> str:
    """List the tested checks of a claim with their effects in points, and the results behind them.

    A line below says how many are not tested.
    """
    rows = []
    for check in claim.checks:
        if not check.effects:
            continue
        needed = check.trainings_needed
        trainings = f"{check.exact.trainings} of {needed}" if needed else "none random"
        if check.untuned:
            trainings += f"; to be tuned: {', '.join(check.untuned)}"
        row: dict[str, object] = {
            "check": f"{check.contrast.what} ({check.contrast.where})",
            "verdict": f"**{check.verdict}**",
            "exact class (points)": f"{_two_lines(check.exact)}<br>p {check.p_value:.2g}",
            **{metric.name: NONE for metric in OTHERS},
            "trainings": trainings,
            "from": trace(check.used),
        }
        for metric in OTHERS:
            found = check.effects.get(metric.name)
            if found is not None and isfinite(found.value):  # votes have no order to keep by
                row[metric.name] = _two_lines(found)
        rows.append(row)
    left = len(claim.checks) - len(rows)
    table = markdown_table(rows, empty="Nothing could be tested yet.")
    return f"{table}\n\nChecks that are not tested yet: {left}." if rows and left else table


def _two_lines(effect: Effect) -> str:
    """An effect in points, above its interval: many columns stand side by side."""
    return effect.interval.points().replace("\u00a0(", "<br>(", 1)


def where_they_disagree(claims: Iterable[Claim]) -> str:
    """Say for which checks another metric says something else than the exact class."""
    found = [
        f"claim {claim.number}, {check.contrast.what} ({check.contrast.where}), {check.verdict}: "
        + ", ".join(f"{name} {verdict}" for name, verdict in check.disagreeing.items())
        for claim in claims
        for check in claim.checks
        if check.disagreeing
    ]
    if not found:
        return "No other metric decides otherwise in a check that is decided."
    return "\n".join(f"- {line}" for line in found)


def previous_table() -> str:
    """List the verdicts of the earlier protocol with their checks."""
    with PREVIOUS.open(encoding="utf-8", newline="") as file:
        checks = list(csv.DictReader(file))
    rows = []
    for check in checks:
        numbers = (float(check[name]) for name in ("difference", "low", "high"))
        rows.append(
            {
                "claim": check["claim"],
                "verdict then": check["verdict"],
                "check": check["check"],
                "difference (points)": Interval(*numbers).points(),
                "passed": check["passes"],
            }
        )
    return markdown_table(rows)

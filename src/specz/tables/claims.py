"""Tables of the claims."""

import csv
import html
from collections import Counter
from collections.abc import Iterable, Sequence
from math import isfinite

from specz.common import paths
from specz.metrics.effects import METRICS, Effect
from specz.metrics.intervals import Interval
from specz.study.claims import Check, Claim, Verdict
from specz.tables.cells import NONE, trace
from specz.tables.markdown import markdown_table

OTHERS = METRICS[1:]

SHORT = (
    "More data: higher accuracy, smaller gap",
    "Three layers beat one",
    "Noise raises the need for data",
    "The network beats other classifiers on clean spectra",
    "The network beats other classifiers on noisy spectra",
    "Deep learning is always the state of the art",
)
"""The claims in a few words, in the order of their numbers."""

COUNTED = {
    Verdict.HOLDS: ("holds", "hold"),
    Verdict.IN_PART: ("holds in part", "hold in part"),
    Verdict.REVERSED: ("is reversed", "are reversed"),
    Verdict.REVERSED_IN_PART: ("is reversed in part", "are reversed in part"),
    Verdict.NO_DIFFERENCE: ("shows no difference", "show no difference"),
    Verdict.UNDECIDED: ("is undecided", "are undecided"),
    Verdict.NOT_TESTED: ("is not tested", "are not tested"),
}
"""What one claim does, and what several do."""

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
            "its checks": summary(claim.checks),
        }
        for claim in claims
        for found in (f"**{claim.verdict}**",)
    ]
    return markdown_table(rows)


def verdict_badges(claims: Sequence[Claim]) -> str:
    """Say in a sentence, then in one badge for each claim, what the verdicts are: HTML.

    A badge links to the figure of its checks. It gives the number, the claim in few words, the
    verdict, the effect of the check with most weight (see :func:`_weightiest`), and how many
    checks say what.
    """
    badges = "".join(_badge(claim) for claim in claims)
    return f'<p class="answer">{_answer(claims)}</p>\n<ol class="verdicts">{badges}</ol>'


def _answer(claims: Sequence[Claim]) -> str:
    """Count the claims by verdict, in a sentence."""
    counts = Counter(claim.verdict for claim in claims)
    parts = [f"<strong>{n} {COUNTED[v][n > 1]}</strong>" for v in Verdict if (n := counts[v])]
    *first, last = parts
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"Of {len(claims)} claims, {listed}."


def _badge(claim: Claim) -> str:
    """One badge, as an item of a list."""
    parts = {"claim": SHORT[claim.number - 1], "effect": NONE}
    check = _weightiest(claim)
    if check is not None:
        value, interval = check.exact.interval.points().split("\u00a0", 1)
        parts["effect"] = f"{value} <small>points {interval}</small>"
        parts["what"] = html.escape(f"{check.contrast.what} ({check.contrast.where})")
    parts["checks"] = summary(claim.checks)
    kind = claim.verdict.replace(" ", "-")
    return (
        f'<li class="verdict-{kind}"><a href="claims.html#fig-claim-{claim.number}">'
        f'<span class="number">{claim.number}</span> <strong class="word">{claim.verdict}</strong> '
        + " ".join(f'<span class="{name}">{text}</span>' for name, text in parts.items())
        + "</a></li>"
    )


def _weightiest(claim: Claim) -> Check | None:
    """The check with most weight, that is the narrowest interval; None if none is tested.

    Checks that say what the claim says come first: with others a badge would contradict itself.
    """
    in_part = {Verdict.IN_PART: Verdict.HOLDS, Verdict.REVERSED_IN_PART: Verdict.REVERSED}
    wanted = in_part.get(claim.verdict, claim.verdict)
    tested = [check for check in claim.checks if check.effects]
    agreeing = [check for check in tested if check.verdict == wanted]
    return min(
        agreeing or tested, key=lambda check: check.exact.high - check.exact.low, default=None
    )


def summary(checks: Sequence[Check]) -> str:
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
    """Count the checks of each claim in which another metric says another thing."""
    found = Counter(
        (claim.number, check.verdict, name, verdict)
        for claim in claims
        for check in claim.checks
        for name, verdict in check.disagreeing.items()
    )
    if not found:
        return "No other metric decides otherwise in a check that is decided."
    lines: dict[str, list[str]] = {}
    for (number, exact, name, verdict), n in found.items():
        times = f" in {n} checks" if n > 1 else ""
        where = f"claim {number}, exact class *{exact}*"
        lines.setdefault(where, []).append(f"{name} *{verdict}*{times}")
    return "\n".join(f"- {where}: {', '.join(others)}" for where, others in lines.items())


def previous_table() -> str:
    """List the verdicts of the earlier protocol with their checks, or say where they are."""
    if not PREVIOUS.is_file():  # as with an installed wheel
        return f"*They stand in the archive of the study, in `{PREVIOUS.name}`, which is not here.*"
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

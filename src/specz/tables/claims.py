"""Tables of the claims."""

from collections.abc import Iterable

from specz.study.claims import Claim
from specz.tables.cells import NONE
from specz.tables.markdown import markdown_table


def checks_table(claims: Iterable[Claim]) -> str:
    """List every check of every claim with its number; say so if there is none."""
    rows = [
        {
            "claim": claim.number,
            "check": check.what,
            "difference (points)": check.number.points(),
            "passes": "yes" if check.passed else "no",
        }
        for claim in claims
        for check in claim.checks
    ]
    return markdown_table(rows, empty="Nothing could be tested yet.")


def verdicts_table(claims: Iterable[Claim]) -> str:
    """List every claim with its verdict and how many of its checks pass."""
    rows = []
    for claim in claims:
        passed = f"{sum(check.passed for check in claim.checks)} of {len(claim.checks)}"
        rows.append(
            {
                "": claim.number,
                "claim": claim.text,
                "at paper scale": f"**{claim.verdict}**",
                "checks passed": passed if claim.checks else NONE,
            }
        )
    return markdown_table(rows)


def both_verdicts_table(here: Iterable[Claim], archived: Iterable[Claim]) -> str:
    """List every claim with its verdict as computed here and as archived."""
    rows = [
        {
            "": mine.number,
            "claim": mine.text,
            "verdict, computed here": f"**{mine.verdict}**",
            "verdict, archived at paper scale": f"**{theirs.verdict}**",
        }
        for mine, theirs in zip(here, archived, strict=True)
    ]
    return markdown_table(rows)

"""Tables of the claims."""

from collections.abc import Iterable

from specz.study.claims import Claim
from specz.tables.markdown import markdown_table


def checks_table(claims: Iterable[Claim]) -> str:
    """List every check of every claim with its number, or say that there is none."""
    rows = [
        (claim.number, check.what, check.number.points(), "yes" if check.passed else "no")
        for claim in claims
        for check in claim.checks
    ]
    header = ("claim", "check", "difference (points)", "passes")
    return markdown_table(header, rows) if rows else "Nothing could be tested yet."


def verdicts_table(claims: Iterable[Claim]) -> str:
    """List every claim with its verdict and how many of its checks pass."""
    return markdown_table(
        ("", "claim", "at paper scale", "checks passed"),
        [
            (
                claim.number,
                claim.text,
                f"**{claim.verdict}**",
                f"{sum(c.passed for c in claim.checks)} of {len(claim.checks)}"
                if claim.checks
                else "–",
            )
            for claim in claims
        ],
    )

"""The checks of the claims."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from specz.figures.style import GREY, Style, gradient, points
from specz.study.claims import Claim


def plot_checks(claims: Sequence[Claim], ax: Axes) -> Axes:
    """Draw every check of every claim, one row per check, one colour per claim."""
    rows = [(claim, check) for claim in claims for check in claim.checks]
    shades = gradient(6, 0.8)
    for y, (claim, check) in enumerate(rows):
        shade = shades[claim.number - 1]
        style: Style = {"color": shade, "mfc": shade if check.passed else "white", "ms": 5}
        style["label"] = f"_claim {claim.number}"
        points(ax, [y], [check.number], across=True, factor=100, capsize=2, **style)
    ax.axvline(0, color=GREY, lw=0.8)
    names = [f"{claim.number}: {check.what}" for claim, check in rows]
    ax.set_yticks(range(len(rows)), labels=names, fontsize=8)
    ax.set(xlabel="difference in accuracy (points)", ylim=(len(rows) - 0.4, -0.6))
    return ax

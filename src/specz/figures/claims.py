"""The checks of the claims."""

from matplotlib.axes import Axes

from specz.figures.style import GREY, Size, Style, points, rows
from specz.study.claims import LITTLE, Claim, Verdict

VERDICTS: dict[Verdict, Style] = {
    Verdict.HOLDS: {"color": "#0072B2", "fmt": "o"},
    Verdict.REVERSED: {"color": "#D55E00", "fmt": "s"},
    Verdict.NO_DIFFERENCE: {"color": "#333333", "fmt": "D"},
    Verdict.UNDECIDED: {"color": "#777777", "fmt": "o", "mfc": "white"},
}
"""Colour and mark of each verdict."""

FINE = 5
"""Differences in points up to which the axis is linear; beyond it is logarithmic."""


def checks_size(claim: Claim) -> Size:
    """Size of the figure of a claim, with a row for each check that has results."""
    return 7.2, 0.42 * sum(bool(check.effects) for check in claim.checks) + 1.4


def plot_checks(claim: Claim, ax: Axes) -> Axes:
    """Draw every check of a claim that has results, one row each; the shade is ± one point."""
    tested = [check for check in claim.checks if check.effects]
    if not tested:
        ax.text(0.5, 0.5, "nothing archived yet", ha="center", transform=ax.transAxes)
        ax.set_axis_off()
        return ax
    names = [f"{check.contrast.what}\n{check.contrast.where}" for check in tested]
    heights = rows(ax, names, "difference in exact-class accuracy (points)")
    ax.tick_params(axis="y", labelsize=8)
    ax.axvspan(-100 * LITTLE, 100 * LITTLE, color="#e8e8e8", lw=0)
    ax.axvline(0, color=GREY, lw=0.8)
    for verdict, style in VERDICTS.items():
        alike = [(y, c) for y, c in zip(heights, tested, strict=True) if c.verdict == verdict]
        if alike:
            at = [y for y, _ in alike]
            intervals = [check.exact.interval for _, check in alike]
            points(ax, at, intervals, across=True, factor=100, label=str(verdict), **style)
    ax.set_xscale("symlog", linthresh=FINE)
    ticks = (-50, -20, -10, -5, -1, 0, 1, 5, 10, 20, 50)
    low, high = ax.get_xlim()
    shown = [tick for tick in ticks if low <= tick <= high]
    ax.set_xticks(shown, labels=[f"{tick:+d}".replace("-", "−") if tick else "0" for tick in shown])
    ax.minorticks_off()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, fontsize=9)
    return ax

"""How large the errors in redshift are."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import Label, methods
from specz.figures.style import OTHER, colour


def plot_error_distribution(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw the fraction of spectra whose redshift error exceeds a value."""
    if len({result.snr for result in results}) > 1:
        results = methods(results)  # one method at several noise levels
    shades = mpl.colormaps["viridis"](np.linspace(0, 0.85, len(results)))
    same_method = len({result.label for result in results}) == 1
    for result, shade in zip(results, shades, strict=True):
        error = np.sort(np.abs(metrics.relative_error(result.test)))
        beyond = 1 - np.arange(len(error)) / len(error)
        line = shade if same_method else colour(result.label)
        ax.step(error.clip(1e-6), beyond, where="post", color=line, label=label(result))
    for limit in metrics.OUTLIER_THRESHOLDS:
        ax.axvline(limit, color=OTHER, ls=":", lw=1)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="|Δz| / (1 + z)",
        ylabel="fraction of spectra beyond",
        xlim=(1e-5, 0.5),
        ylim=(0.5 / len(results[0].test), 1.2),
    )
    ax.legend(fontsize=9)
    return ax

"""How large the errors in redshift are."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import Label, methods
from specz.figures.style import OTHER, colour, gradient


def plot_error_distribution(results: Sequence[Result], ax: Axes, label: Label) -> Axes:
    """Draw the fraction of spectra whose redshift error exceeds a value."""
    if len({r.snr for r in results}) > 1:
        results = methods(results)  # one method at several noise levels
    same_method = len({r.label for r in results}) == 1
    for result, shade in zip(results, gradient(len(results)), strict=True):
        error = np.sort(np.abs(metrics.relative_error(result.test)))
        beyond = 1 - np.arange(len(error)) / len(error)
        line = shade if same_method else colour(result.label)
        ax.step(error.clip(1e-6), beyond, where="post", color=line, label=label(result))
    for threshold in metrics.OUTLIER_THRESHOLDS:
        ax.axvline(threshold, color=OTHER, ls=":", lw=1)
    ax.set(xscale="log", xlabel="|Δz| / (1 + z)", xlim=(1e-5, 0.5))
    ax.set(yscale="log", ylabel="fraction of spectra beyond")
    ax.set(ylim=(0.5 / len(results[0].test), 1.2))
    ax.legend(fontsize=9)
    return ax

"""Figures of one observed spectrum: its data with the best model, and its p(z)."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from specz.common.arrays import FloatArray
from specz.figures.style import COLOURS, GREY, SHADES
from specz.spectra.grid import CLASSES
from specz.spectra.lines import WAVE_REST

MARKED = {"[O II]": "[O II]", "Hβ": "Hb", "[O III]": "OIII5008", "Hα": "Ha", "[S II]": "[S II]"}
"""Lines that are marked, and where: their names in :data:`specz.spectra.lines.WAVE_REST`."""

BEFORE = ("Hβ", "Hα")
"""Marked lines whose name stands before them, as the next line is near."""

BINS = 300
"""Bins in which a longer spectrum is averaged, weighted, so that it can be seen."""


def plot_spectrum(
    wave: FloatArray,
    flux: FloatArray,
    ivar: FloatArray,
    model: FloatArray,
    ax: Axes,
    z: float = np.nan,
) -> Axes:
    """Draw a spectrum, shape (n_pixels,) each, with its best model, and mark the lines at ``z``.

    Masked pixels are left out. A long spectrum is drawn pale, and dark in weighted means.
    """
    good = ivar > 0
    shown = np.where(good, flux, np.nan)
    many = len(wave) > 2 * BINS
    ax.plot(wave, shown, color="#aaaaaa" if many else GREY, lw=0.5, drawstyle="steps-mid")
    if many:
        part = np.array_split(np.arange(len(wave)), BINS)
        kept = [i[good[i]] for i in part if good[i].any()]
        middle = [np.average(wave[i], weights=ivar[i]) for i in kept]
        mean = [np.average(flux[i], weights=ivar[i]) for i in kept]
        ax.plot(middle, mean, color=GREY, lw=0.9, drawstyle="steps-mid", label="spectrum, binned")
    ax.plot(wave, model, color=SHADES[1], lw=1.2, label="best model")
    seen = flux[good]
    if seen.size:
        low, high = np.percentile(seen, [0.5, 99.5])
        best = np.nanmax(model) if np.isfinite(model).any() else high
        high = max(high, best)
        ax.set_ylim(low - 0.1 * (high - low), high + 0.2 * (high - low))
    for name, line in MARKED.items():
        at = WAVE_REST[line] * (1 + z)
        if wave[0] < at < wave[-1]:
            ax.axvline(at, color=SHADES[0], lw=0.7, ls=":")
            ax.annotate(
                name,
                (at, 0.98),
                xycoords=("data", "axes fraction"),
                fontsize=8,
                ha="right" if name in BEFORE else "left",
                va="top",
            )
    ax.set(xlabel="observed wavelength in vacuum (Å)", ylabel="flux per Å", xlim=wave[[0, -1]])
    ax.legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 0.99), ncols=2, borderaxespad=0.2)
    return ax


def plot_posterior(classes: npt.NDArray[np.floating], ax: Axes) -> Axes:
    """Draw the probability of each redshift class, shape (n_classes,), on a logarithmic axis."""
    ax.stairs(classes, CLASSES.edges, baseline=None, color=COLOURS["evidence"], lw=1)
    ax.set(
        xlabel="redshift",
        ylabel="p of each class",
        yscale="log",
        ylim=(1e-6, 2),
        xlim=(CLASSES.z_min, CLASSES.z_max),
    )
    return ax

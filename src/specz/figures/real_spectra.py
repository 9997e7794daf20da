"""Figures of real galaxies: their spectra with the best model, and errors of their redshifts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from specz.common.arrays import BoolArray, FloatArray
from specz.figures.spectrum import plot_spectrum
from specz.figures.style import COLOURS, GREY, rows, spread
from specz.metrics.predictions import WRONG


def plot_galaxies(
    names: Sequence[str],
    redshifts: Sequence[float],
    spectra: Sequence[tuple[FloatArray, FloatArray, FloatArray, FloatArray]],
    axes: Sequence[Axes],
) -> None:
    """Draw each galaxy's wavelengths, flux, inverse variance and best model, as its ``axes``.

    Lines are marked at ``redshifts``; NaN where none was found.
    """
    for name, z, data, ax in zip(names, redshifts, spectra, axes, strict=True):
        plot_spectrum(*data, ax, z=z)
        ax.set_title(name, loc="left", fontsize=9, color=GREY)
        seen = data[0][np.isfinite(data[3])]  # what the model covers
        ax.set(xlabel="", ylabel="flux per Å", xlim=(seen.min(), seen.max()))
        if (legend := ax.get_legend()) and ax is not axes[0]:
            legend.remove()
    axes[-1].set_xlabel("observed wavelength in vacuum (Å)")


def plot_redshift_errors(
    names: Sequence[str], error: FloatArray, doubted: BoolArray, inside: BoolArray, ax: Axes
) -> Axes:
    """Draw the size of each error, one row for each galaxy.

    Parameters
    ----------
    names : sequence of str
        Of the galaxy, for each trial.
    error : ndarray, shape (n_trials,)
        Δz/(1+z).
    doubted, inside : ndarray, shape (n_trials,)
        Whether a flag doubts the redshift, and whether it lies in the window of the library.
    """
    galaxies = list(dict.fromkeys(names))
    places = rows(ax, galaxies, r"$|\Delta z|/(1+z)$")
    at = np.zeros(len(names))
    for galaxy, place in zip(galaxies, places, strict=True):
        own = np.array([name == galaxy for name in names])
        at[own] = place + spread(0.0, own.sum()) * 0.6
    colour = COLOURS["evidence"]
    kinds: dict[str, tuple[BoolArray, dict[str, Any]]] = {
        "in the window": (inside & ~doubted, {"marker": "o", "color": colour}),
        "in the window, flagged": (
            inside & doubted,
            {"marker": "o", "markerfacecolor": "none", "color": colour},
        ),
        "beyond it": (~inside & ~doubted, {"marker": "x", "color": GREY}),
        "beyond it, flagged": (
            ~inside & doubted,
            {"marker": "s", "markerfacecolor": "none", "color": GREY},
        ),
    }
    for name, (shown, style) in kinds.items():
        ax.plot(np.maximum(np.abs(error[shown]), 1e-5), at[shown], ls="", label=name, **style)
    ax.axvline(WRONG, color=GREY, lw=0.8, ls="--")
    ax.set(xscale="log", xlim=(8e-6, 1))
    ax.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return ax

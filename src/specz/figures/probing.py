"""Figures of what a network looks at, and of single spectra on which it fails."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from specz import metrics
from specz.experiments.result import Result
from specz.figures.labels import by_perturbation
from specz.figures.style import COLOURS, OTHER, Style, colour, points
from specz.metrics.predictions import Predictions
from specz.spectra.lines import LINES
from specz.spectra.noise import White
from specz.spectra.sample import Sample

REST = (3900.0, 9500.0)
"""Rest-frame wavelengths that are drawn, Å."""


def plot_perturbations(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on test spectra as they are and altered, one colour for each method."""
    names = list(dict.fromkeys(by_perturbation(result) for result in results))
    labels = list(dict.fromkeys(result.label for result in results))
    for i, label in enumerate(labels):
        chosen = [r for r in results if r.label == label]
        values = [metrics.accuracy(r.test) for r in chosen]
        at = [len(names) - 1 - names.index(by_perturbation(r)) for r in chosen]
        heights = np.array(at) + 0.18 * (len(labels) / 2 - 0.5 - i)
        style: Style = {"ms": 5, "color": colour(label), "label": label}
        points(ax, heights, values, across=True, fmt="os^Dv"[i % 5], capsize=2, **style)
    ax.set(xlabel="exact-class accuracy on test spectra", xlim=(-0.02, 1.02))
    ax.set_yticks(range(len(names)), names[::-1])
    # Without lines little is left, so the second row from above is empty to the right.
    ax.legend(fontsize=9, loc="center", bbox_to_anchor=(0.42, 0.72))
    return ax


def plot_learned_filters(
    filters: npt.NDArray[np.floating],
    kernel: npt.NDArray[np.floating],
    wave_rest: npt.NDArray[np.float64],
    ax: Axes,
    n: int = 4,
) -> Axes:
    """Draw the strongest mixtures of rest-frame filters that a first dense layer has learned.

    Parameters
    ----------
    filters : ndarray, shape (n_filters, length)
    kernel : ndarray, shape (n_filters, width)
        Weights of the layer.
    wave_rest : ndarray, shape (length,), Å
        Middle of each bin of the filters.
    ax : Axes
    n : int
        How many mixtures.
    """
    seen = (wave_rest > REST[0]) & (wave_rest < REST[1])
    mixtures = (kernel.T @ filters)[:, seen]
    strongest = np.argsort(-np.abs(mixtures).max(axis=1))[:n]
    for row, which in enumerate(strongest):
        mixture = mixtures[which] / np.abs(mixtures[which]).max()
        ax.plot(
            wave_rest[seen],
            mixture - 2.2 * row,
            color=COLOURS["equivariant network"],
            lw=0.9,
            label=f"_unit {which + 1}",
        )
    for label in dict.fromkeys(line.label for line in LINES):
        waves = [line.wave_rest for line in LINES if line.label == label]
        if waves[0] < REST[0]:
            continue
        for wave in waves:
            ax.axvline(wave, color=OTHER, ls=":", lw=0.7, label=f"_{label}")
        if label != "[N II]":  # which stands on either side of Hα
            height = 1.25 + 0.45 * (label in ("[S II]", "[O III]"))
            ax.text(sum(waves) / len(waves), height, label, ha="center")
    ax.set(xlabel="rest-frame wavelength (Å)", ylabel="filter (each scaled to 1)", xlim=REST)
    ax.set_yticks([])
    ax.margins(y=0.08)
    return ax


def plot_failures(
    sample: Sample,
    predictions: Predictions,
    examples: Sequence[int],
    names: Sequence[str],
    axes: Sequence[Axes],
) -> None:
    """Draw spectra with their lines where they are, and where the method took them to be.

    Parameters
    ----------
    sample : Sample
    predictions : Predictions
        On ``sample``.
    examples : sequence of int
        Indices of the spectra, one for each axes.
    names : sequence of str
        The confusion behind each prediction on the sample, for the titles.
    axes : sequence of Axes
    """
    clean = replace(sample, noise=White(np.inf))
    for i, ax in zip(examples, axes, strict=False):
        wave, one = sample.grid.wave_obs, np.array([i])
        ax.plot(wave, sample.flux(one)[0], color="#999999", lw=0.5, label="_with noise")
        ax.plot(wave, clean.flux(one)[0], color=COLOURS["CNN"], lw=1, label="without noise")
        z, taken = float(sample.z[i]), float(predictions.z_predicted[i])
        for line in LINES:
            there, named = line.wave_rest * (1 + z), line.wave_rest * (1 + taken)
            ax.axvline(there, ymax=0.9, color=OTHER, ls=":", lw=0.8)
            shade = COLOURS["equivariant network"]
            ax.axvline(named, ymax=0.9, color=shade, ls="--", lw=0.8)
        ax.set_title(
            f"z = {z:.4f} taken for {taken:.4f} with p = {predictions.p_max[i]:.2f}; {names[i]}",
            fontsize=9,
            loc="left",
        )
        ax.set(xlim=(sample.grid.wave_min, sample.grid.wave_max), ylabel="flux / mean")
        ax.set_xlabel("observed wavelength (Å)")
        ax.label_outer()

"""Figures of what a network responds to, and of single spectra on which it fails."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from specz import metrics
from specz.common.arrays import FloatArray
from specz.experiments.result import Result
from specz.figures.labels import by_perturbation, grouped, method_name
from specz.figures.style import COLOURS, OTHER, Style, colour, points
from specz.metrics.predictions import Predictions
from specz.spectra.lines import LINES
from specz.spectra.noise import White
from specz.spectra.sample import Sample

REST = (3900.0, 9500.0)
"""Rest-frame wavelengths that are drawn, Å."""


def plot_perturbations(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on unchanged and perturbed test spectra, one colour per method.

    Open marks are the Bayes limit's on perturbed spectra, where it is none.
    """
    names = list(grouped(results, by_perturbation))
    labels = list(grouped(results, lambda r: r.label))
    for name, chosen in grouped(results, method_name).items():
        label = chosen[0].label
        i, shade = labels.index(label), colour(label)
        values = [metrics.accuracy(r.test) for r in chosen]
        at = [len(names) - 1 - names.index(by_perturbation(r)) for r in chosen]
        heights = np.array(at) + 0.18 * (len(labels) / 2 - 0.5 - i)
        style: Style = {"ms": 5, "color": shade, "label": name}
        style["mfc"] = shade if name == label else "white"
        points(ax, heights, values, across=True, fmt="os^Dv"[i % 5], capsize=2, **style)
    ax.set(xlabel="exact-class accuracy on test spectra", xlim=(-0.02, 1.02))
    ax.set_yticks(range(len(names)), names[::-1])
    # Without lines little is left, so the second row from above is empty to the right.
    ax.legend(fontsize=9, loc="center", bbox_to_anchor=(0.42, 0.72))
    return ax


def plot_learned_filters(
    filters: npt.NDArray[np.floating],
    kernel: npt.NDArray[np.floating],
    wave_rest: FloatArray,
    ax: Axes,
    n: int = 4,
) -> Axes:
    """Draw the ``n`` strongest mixtures of rest-frame filters that a first dense layer learned.

    ``filters`` has shape (n_filters, length), ``kernel``, the weights of the layer, shape
    (n_filters, width). ``wave_rest``, shape (length,), Å, is the middle of each filter bin.
    """
    drawn = (wave_rest > REST[0]) & (wave_rest < REST[1])
    mixtures = (kernel.T @ filters)[:, drawn]
    strongest = np.argsort(-np.abs(mixtures).max(axis=1))[:n]
    shade = COLOURS["equivariant network"]
    for row, unit in enumerate(strongest):
        mixture = mixtures[unit] / np.abs(mixtures[unit]).max() - 2.2 * row
        ax.plot(wave_rest[drawn], mixture, color=shade, lw=0.9, label=f"_unit {unit + 1}")
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
    """Draw spectra with their lines at the true and at the predicted redshift.

    ``examples`` are the indices of the spectra, one per axes; ``names`` the confusion behind each
    prediction on the sample, for the titles.
    """
    clean = replace(sample, noise=White(np.inf))
    for i, ax in zip(examples, axes, strict=False):
        wave, one = sample.grid.wave_obs, np.array([i])
        ax.plot(wave, sample.flux(one)[0], color="#999999", lw=0.5, label="_with noise")
        ax.plot(wave, clean.flux(one)[0], color=COLOURS["CNN"], lw=1, label="without noise")
        z, predicted = float(sample.z[i]), float(predictions.z_predicted[i])
        shade = COLOURS["equivariant network"]
        for line in LINES:
            true, wrong = line.wave_rest * (1 + z), line.wave_rest * (1 + predicted)
            ax.axvline(true, ymax=0.9, color=OTHER, ls=":", lw=0.8)
            ax.axvline(wrong, ymax=0.9, color=shade, ls="--", lw=0.8)
        p = predictions.p_max[i]
        title = f"z = {z:.4f} taken for {predicted:.4f} with p = {p:.2f}; {names[i]}"
        ax.set_title(title, fontsize=9, loc="left")
        ax.set(xlim=(sample.grid.wave_min, sample.grid.wave_max), ylabel="flux / mean")
        ax.set_xlabel("observed wavelength (Å)")
        ax.label_outer()

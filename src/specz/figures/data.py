"""Figures of the data: templates, SEDs, redshift, noise, classes, splits."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz.experiments.experiment import noise_label
from specz.figures.style import COLOURS, OTHER, TEXT_BOX, Style, gradient
from specz.spectra.grid import CLASSES, Grid
from specz.spectra.library import SPLITS, Library
from specz.spectra.lines import LINES, WAVE_REST
from specz.spectra.observe import integrate, observe
from specz.spectra.sample import Sample
from specz.spectra.templates import Templates

REST_GRID = Grid("rest frame", 3500.0, 1.0, 6900)
"""Fine grid on which SEDs are drawn at redshift 0."""

LINE_NAMES = (
    ("[O II]", "[O II]", "center"),
    ("Hβ", "Hβ ", "right"),
    ("[O III]", " [O III]", "left"),
    ("Hα", "Hα + [N II] ", "right"),
    ("[S II]", " [S II]", "left"),
)
"""A line, its name above the SEDs, and the side of the name that stands at the line."""


def plot_templates(templates: Templates, ax: Axes) -> Axes:
    """Draw the 31 continua, coloured by their place in the sequence."""
    sequence = gradient(len(templates.names), 0.95)
    at = np.searchsorted(templates.wave_rest, 6500)
    for flux, shade in zip(templates.flux, sequence, strict=True):
        ax.plot(templates.wave_rest, flux / flux[at], color=shade, lw=0.9)
    for i, kind in ((0, "elliptical"), (-1, "starburst")):
        ax.plot([], [], color=sequence[i], label=f"{templates.names[i].split('_')[0]} ({kind})")
    ax.set(xlabel="rest-frame wavelength (Å)", ylabel="$f_λ$ / $f_λ$(6500 Å)", xlim=(3460, 10450))
    ax.legend()
    return ax


def plot_seds(library: Library, seds: Sequence[int], axes: Sequence[Axes]) -> None:
    """Draw SEDs in the rest frame, one axes each, with their lines marked."""
    flux = integrate(library, seds, np.zeros(len(seds)), REST_GRID)
    flux /= np.median(flux, axis=1, keepdims=True)
    for row, sed, ax in zip(flux, seds, axes, strict=True):
        position, ebv, ew = library.position[sed], library.ebv[sed], library.ew_halpha[sed]
        recipe = f"position {position:.1f}, E(B−V) {ebv:.2f}, EW(Hα) {ew:.0f} Å"
        ax.plot(REST_GRID.wave_obs, row, color=COLOURS["CNN"], lw=1)
        for line in LINES:
            ax.axvline(line.wave_rest, color=OTHER, ls=":", lw=0.6)
        ax.text(5700, 0.9 * row.max(), recipe, ha="center", va="top", fontsize=9)
        ax.set(xlim=(3500, 7200), ylim=(0, 1.08 * row.max()), ylabel="$f_λ$ / median")
        ax.label_outer()
    above = axes[0].get_xaxis_transform()
    for label, name, side in LINE_NAMES:
        wave = WAVE_REST[label]
        axes[0].text(wave, 1.02, name, transform=above, ha=side, fontsize=9, color=OTHER)
    axes[-1].set_xlabel("rest-frame wavelength (Å)")


def plot_redshifting(
    library: Library, sed: int, redshifts: Sequence[float], grid: Grid, ax: Axes
) -> Axes:
    """Draw one SED at several redshifts, in the pixels of ``grid``."""
    shades = gradient(len(redshifts), 0.8)
    flux = observe(library, np.full(len(redshifts), sed), redshifts, grid)
    step = 0.75 * float(flux.max())
    offset = step * np.arange(len(redshifts))
    for row, z, shade, base in zip(flux, redshifts, shades, offset, strict=True):
        ax.plot(grid.wave_obs, row + base, color=shade, lw=0.9)
        height = row[-1] + base + 0.12 * step
        ax.text(grid.wave_max, height, f"$z$ = {z:g}", ha="right", color=shade)
    for line, name in (("Ha", "Hα"), ("OIII5008", "[O III]")):
        wave = WAVE_REST[line] * (1 + np.array(redshifts))
        seen = wave > grid.wave_min
        ax.plot(wave[seen], offset[seen] + 0.5, ":", color=OTHER, lw=1)
        ax.text(wave[-1], offset[-1] + 1.25 * step, name, ha="center", color=OTHER)
    ax.set(xlabel="observed wavelength (Å)", xlim=(grid.wave_min, grid.wave_max))
    ax.set(ylabel="flux / mean flux, offset", ylim=(-0.2 * step, offset[-1] + 1.6 * step))
    ax.set_yticks([])
    return ax


def plot_noise_levels(samples: Sequence[Sample], example: int, axes: Sequence[Axes]) -> None:
    """Draw the same spectrum at several noise levels, one axes each."""
    for sample, ax in zip(samples, axes, strict=True):
        flux = sample.flux(np.array([example]))[0]
        ax.plot(sample.grid.wave_obs, flux, color=COLOURS["CNN"], lw=0.6)
        ax.axvline(WAVE_REST["Ha"] * (1 + sample.z[example]), color=OTHER, ls=":", lw=1)
        name = noise_label(sample.snr)
        ax.text(0.01, 0.97, name, transform=ax.transAxes, va="top", bbox=TEXT_BOX)
        ax.set(xlim=(sample.grid.wave_min, sample.grid.wave_max), ylabel="flux / mean")
        ax.label_outer()
    axes[-1].set_xlabel("observed wavelength (Å)")


def plot_class_counts(sample: Sample, ax: Axes) -> Axes:
    """Draw how many training spectra each redshift class holds."""
    counts = np.bincount(sample.labels, minlength=CLASSES.n)
    ax.stairs(counts, CLASSES.edges, color=COLOURS["CNN"], lw=0.7)
    ax.axhline(len(sample) / CLASSES.n, color=OTHER, ls="--", lw=1, label="mean")
    ax.set(xlabel="redshift $z$", ylabel=f"spectra per class of {CLASSES.width:g}", ylim=(0, None))
    ax.legend()
    return ax


def plot_splits(library: Library, axes: Sequence[Axes]) -> None:
    """Draw the properties of the SEDs of each split: the three must look alike."""
    shades = dict(zip(SPLITS, ("#0072B2", "#E69F00", "#009E73"), strict=True))
    columns = (
        (library.position, "place in the template sequence"),
        (library.ebv, "E(B−V) (mag)"),
        (np.log10(library.ew_halpha), "log₁₀ EW(Hα) / Å"),
    )
    for ax, (values, name) in zip(axes, columns, strict=True):
        bins = np.linspace(values.min(), values.max(), 21)
        for split in SPLITS:
            seds = library.config.split(split)
            style: Style = {"color": shades[split], "label": f"{split} ({len(seds):,})"}
            ax.hist(values[seds], list(bins), density=True, histtype="step", lw=1.5, **style)
        ax.set(xlabel=name)
    axes[0].set_ylabel("density of SEDs")
    axes[-1].legend(fontsize=8)

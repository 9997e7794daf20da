"""Test spectra that are not what an estimator was trained for.

What does an estimator look at? Take a part of the spectrum away and ask again. How does it fare
where its assumptions fail? Break one at a time. Each perturbation takes a sample and returns one
with the same redshifts and the same noise pattern; all but one with the same galaxies.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from specz.common import checks
from specz.spectra.atlas import load_atlas
from specz.spectra.lines import LINES
from specz.spectra.sample import Sample

OFFSET = 5.0
"""Error of the wavelength scale, Å: a pixel of the grid of the study."""

SCATTER_DEX = 0.6
"""Additional scatter of the line ratios, three times that of the library."""


def without_lines(sample: Sample) -> Sample:
    """Continua alone."""
    library = replace(sample.library, line_flux=np.zeros_like(sample.library.line_flux))
    return replace(sample, library=library)


def without_continuum(sample: Sample) -> Sample:
    """Lines on a continuum that is the same at every rest-frame wavelength."""
    flat = np.broadcast_to(
        sample.library.continuum.mean(axis=1, keepdims=True), sample.library.continuum.shape
    )
    return replace(sample, library=replace(sample.library, continuum=np.ascontiguousarray(flat)))


def without(label: str) -> Callable[[Sample], Sample]:
    """Leave out the lines of one label."""
    others = np.array([line.label != label for line in LINES])

    def perturb(sample: Sample) -> Sample:
        library = replace(sample.library, line_flux=sample.library.line_flux * others)
        return replace(sample, library=library)

    return perturb


def other_ratios(sample: Sample) -> Sample:
    """Line ratios far outside those of the library, Hα as it is."""
    groups = list(dict.fromkeys(line.group for line in LINES))
    rng = np.random.default_rng(sample.library.config.seed)
    dex = SCATTER_DEX * rng.standard_normal((len(sample.library.line_flux), len(groups)))
    dex[:, groups.index("Ha")] = 0
    factor = 10 ** dex[:, [groups.index(line.group) for line in LINES]]
    library = replace(sample.library, line_flux=sample.library.line_flux * factor)
    return replace(sample, library=library)


def offset(sample: Sample) -> Sample:
    """Pixels that lie redder than they are said to."""
    return replace(sample, grid=replace(sample.grid, wave_min=sample.grid.wave_min + OFFSET))


def noisier(factor: float) -> Callable[[Sample], Sample]:
    """Multiply σ, of which an estimator is not told."""

    def perturb(sample: Sample) -> Sample:
        return replace(sample, noise=sample.noise.scaled(factor))

    return perturb


def real_galaxies(sample: Sample) -> Sample:
    """Observed galaxies in place of the library's, at the same redshifts."""
    galaxies = load_atlas()
    sed = np.asarray(sample.sed % len(galaxies.continuum), dtype=np.int32)
    return replace(sample, library=galaxies, sed=sed)


PERTURBATIONS: dict[str, Callable[[Sample], Sample]] = {
    "no lines": without_lines,
    "no continuum": without_continuum,
    **{f"no {label}": without(label) for label in dict.fromkeys(line.label for line in LINES)},
    "other line ratios": other_ratios,
    "5 Å offset": offset,
    "σ twice as large": noisier(2.0),
    "σ half as large": noisier(0.5),
    "Brown atlas": real_galaxies,
}
"""What can be done to the test spectra, by name."""


def perturb(sample: Sample, name: str) -> Sample:
    """Return ``sample`` perturbed; as it is if the name is empty.

    Raises
    ------
    ValueError
        If there is no such perturbation; the message names the nearest one.
    """
    if not name:
        return sample
    checks.choice("altered", name, PERTURBATIONS)
    return PERTURBATIONS[name](sample)

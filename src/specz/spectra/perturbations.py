"""Perturbed test spectra, for which an estimator was not trained.

Removing parts of a spectrum shows which parts an estimator uses; breaking one assumption at a time
shows how it copes. A perturbation takes a sample and returns one with the same redshifts and the
same noise pattern; all but one keep the galaxies.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import FloatArray
from specz.spectra.atlas import load_atlas
from specz.spectra.lines import LINES
from specz.spectra.sample import Sample

OFFSET = 5.0
"""Error of the wavelength scale, Å: one pixel of the study's grid."""

SCATTER_DEX = 0.6
"""Additional scatter of the line ratios, three times the library's."""


def without_lines(sample: Sample) -> Sample:
    """Continua alone."""
    return _with_library(sample, line_flux=np.zeros_like(sample.library.line_flux))


def without_continuum(sample: Sample) -> Sample:
    """Lines on a continuum that is the same at every rest-frame wavelength."""
    continuum = sample.library.continuum
    flat = np.broadcast_to(continuum.mean(axis=1, keepdims=True), continuum.shape)
    return _with_library(sample, continuum=np.ascontiguousarray(flat))


def without(label: str) -> Callable[[Sample], Sample]:
    """Leave out the lines of one label."""
    others = np.array([line.label != label for line in LINES])
    return lambda sample: _with_library(sample, line_flux=sample.library.line_flux * others)


def other_ratios(sample: Sample) -> Sample:
    """Line ratios far outside the library's; Hα is unchanged."""
    groups = list(dict.fromkeys(line.group for line in LINES))
    rng = np.random.default_rng(sample.library.config.seed)
    dex = SCATTER_DEX * rng.standard_normal((len(sample.library.line_flux), len(groups)))
    dex[:, groups.index("Ha")] = 0
    factor = 10 ** dex[:, [groups.index(line.group) for line in LINES]]
    return _with_library(sample, line_flux=sample.library.line_flux * factor)


def _with_library(sample: Sample, **changes: FloatArray | npt.NDArray[np.float32]) -> Sample:
    return replace(sample, library=replace(sample.library, **changes))  # type: ignore[arg-type]


def offset(sample: Sample) -> Sample:
    """Shift the pixels to the red of their stated wavelengths."""
    return replace(sample, grid=replace(sample.grid, wave_min=sample.grid.wave_min + OFFSET))


def noisier(factor: float) -> Callable[[Sample], Sample]:
    """Multiply σ; estimators still assume the original σ."""
    return lambda sample: replace(sample, noise=sample.noise.scaled(factor))


def real_galaxies(sample: Sample) -> Sample:
    """Observed galaxies instead of the library's, at the same redshifts."""
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
"""Perturbations of the test spectra by name; the names are in the keys of archived results."""


def perturb(sample: Sample, name: str) -> Sample:
    """Return ``sample`` perturbed, or unchanged if the name is empty.

    Raises
    ------
    ValueError
        If there is no such perturbation; the message names the nearest one.
    """
    if not name:
        return sample
    checks.choice("altered", name, PERTURBATIONS)
    return PERTURBATIONS[name](sample)

"""Samples without their noise, and denoised ones, which classifiers take as any other."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from specz.common.arrays import Flux
from specz.estimators.base import Fitted
from specz.spectra.noise import White
from specz.spectra.sample import Sample


def noiseless(sample: Sample) -> Flux:
    """The spectra of a sample without their noise, shape (n_spectra, n_pixels)."""
    return replace(sample, noise=White(math.inf)).flux()


@dataclass(frozen=True, eq=False)
class Denoised(Sample):
    """A sample whose spectra, ``values`` of shape (n_spectra, n_pixels), are given."""

    values: Flux

    def flux(self, index: Any = slice(None), epoch: int = 0) -> Flux:
        """Denoised spectra of the examples ``index``; those of every epoch are the same."""
        found: Flux = self.values[index]
        return found

    def head(self, n: int) -> "Denoised":
        """The first ``n`` spectra."""
        return replace(self, sed=self.sed[:n], z=self.z[:n], values=self.values[:n])


def denoised(sample: Sample, values: Flux) -> Denoised:
    """The sample with the spectra ``values``."""
    return Denoised(**vars(sample), values=values)


def denoise(fitted: Fitted, flux: Flux) -> Flux:
    """Spectra without noise, by a method whose scores are the pixels of denoised spectra.

    Raises
    ------
    ValueError
        If the answer has another shape.
    """
    starts = range(0, len(flux), fitted.batch)
    parts = [fitted.scores(flux[i : i + fitted.batch]).values for i in starts]
    found = np.concatenate(parts) if parts else flux
    if found.shape != flux.shape:
        raise ValueError(f"denoised spectra must have shape {flux.shape}; got {found.shape}")
    return found.astype(np.float32)

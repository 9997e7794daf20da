"""Data sets as recipes: (SED, z, seed) per spectrum, made into pixels on demand.

A recipe takes 12 bytes, 5 MB for 400,000 spectra; the pixels of one spectrum would take 7.2 kB.
They are computed anew each time.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import BoolArray, FloatArray, Flux, IntArray, Labels
from specz.spectra.grid import CLASSES, Grid
from specz.spectra.library import SPLITS, Library, LibraryConfig, build_library
from specz.spectra.noise import Noise
from specz.spectra.observe import observe, redshift_range

CHUNK = 64
"""Spectra per step, so that their arrays stay in cache (256 is half as fast)."""


class Spectra(Protocol):
    """Labelled examples that a network can be trained on, with any shape of each.

    Spectra of :class:`Sample` are one kind, stamps of :class:`specz.images.stamps.Stamps` another.
    """

    @property
    def labels(self) -> Labels:
        """Redshift class of each spectrum."""

    def __len__(self) -> int: ...

    def flux(self, index: Any = ..., epoch: int = 0) -> Flux:
        """Spectra of the examples ``index``, by default of all."""

    def head(self, n: int) -> Self:
        """The first ``n`` spectra."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Spectra that are generated on demand, from an SED index and a redshift each.

    ``sed`` and ``z`` have shape (n_spectra,); ``seed`` is that of the noise.
    """

    library: Library
    grid: Grid
    sed: npt.NDArray[np.int32]
    z: FloatArray
    noise: Noise
    seed: int

    def __len__(self) -> int:
        return len(self.sed)

    @property
    def snr(self) -> float:
        """Continuum S/N per pixel, on the mean flux; infinite for clean spectra."""
        return self.noise.snr

    @property
    def labels(self) -> Labels:
        """Redshift class of each spectrum, shape (n_spectra,)."""
        return CLASSES.label(self.z)

    def flux(
        self, index: IntArray | BoolArray | slice = slice(None), epoch: int = 0
    ) -> npt.NDArray[np.float32]:
        """Spectra of the examples ``index``, shape (n_selected, n_pixels), by default of all.

        They are in units of their noiseless mean flux. ``index`` may be a mask, true for the wanted
        spectra; ``epoch`` numbers the draw of the noise.

        Raises
        ------
        IndexError
            If there is no such example, or a mask has another length.
        """
        if isinstance(index, slice):
            example = np.arange(*index.indices(len(self)))
        else:
            example = np.asarray(index)
            if example.dtype == bool:
                if example.shape != (len(self),):
                    raise IndexError(
                        f"a mask must have {len(self)} values, one per spectrum; "
                        f"got shape {example.shape}"
                    )
                example = np.flatnonzero(example)
            if example.size and not 0 <= example.min() <= example.max() < len(self):
                raise IndexError(
                    f"index must lie in [0, {len(self) - 1}]; "
                    f"got {example.min()} to {example.max()}"
                )
        out = np.empty((len(example), self.grid.n_pixels), dtype=np.float32)
        for start in range(0, len(example), CHUNK):
            part = example[start : start + CHUNK]
            rows = out[start : start + CHUNK]  # a view: the noise is added in place
            rows[:] = observe(self.library, self.sed[part], self.z[part], self.grid)
            self.noise.add(rows, self.seed, part, epoch)
        return out

    def head(self, n: int) -> "Sample":
        """The first ``n`` spectra; smaller samples are nested in larger ones."""
        return replace(self, sed=self.sed[:n], z=self.z[:n])

    def copied(self, n: int) -> "Sample":
        """Each spectrum ``n`` times, every time with other noise; the first are these."""
        return replace(self, sed=np.tile(self.sed, n), z=np.tile(self.z, n))


def draw_sample(
    library: Library, split: str, n: int, noise: Noise, grid: Grid, seed: int
) -> Sample:
    """Draw ``n`` spectra of one split: every SED equally often, z uniform over the classes.

    A larger sample starts with the spectra of a smaller one. Two samples that differ only in
    ``noise`` hold the same galaxies with the same noise pattern, rescaled.

    Raises
    ------
    ValueError, TypeError
        If ``split`` is unknown, ``n`` is no positive integer, ``noise`` is no noise model or
        ``seed`` is no number that is not negative.
    """
    checks.integer("n", n, 1)
    checks.integer("seed", seed, 0)
    if not callable(getattr(noise, "add", None)):
        raise TypeError(f"noise must be a noise model like White(1.0); got {noise!r}")
    seds = library.config.split(split)
    stream = SPLITS.index(split)
    z = np.random.default_rng([seed, stream]).uniform(CLASSES.z_min, CLASSES.z_max, n)
    # No two splits share a seed of the noise, whatever the seed of the data.
    noise_seed = seed * len(SPLITS) + stream
    return Sample(library, grid, np.resize(seds, n), z, noise, noise_seed)


def draw_samples(
    config: LibraryConfig, sizes: tuple[int, int, int], noise: Noise, grid: Grid, seed: int
) -> tuple[Sample, Sample, Sample]:
    """Draw training, validation and test spectra of a library; ``sizes`` are in that order.

    Raises
    ------
    ValueError
        If the library does not cover the grid at every redshift of the classes.
    """
    library = build_library(config)
    low, high = redshift_range(library, grid)
    if not (low <= CLASSES.z_min and CLASSES.z_max <= high):
        raise ValueError(f"grid {grid.name!r} is covered for z in [{low:.3f}, {high:.3f}] only")
    train, validation, test = (
        draw_sample(library, split, n, noise, grid, seed)
        for split, n in zip(SPLITS, sizes, strict=True)
    )
    return train, validation, test

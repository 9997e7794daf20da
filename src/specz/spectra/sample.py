"""Data sets as recipes: (SED, z, seed) per spectrum, made into pixels when asked for.

A spectrum of a sample is 12 bytes, 5 MB for 400,000 of them, where its pixels would be 7.2 kB; the
pixels of the part in use are made anew each time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from specz.spectra.grid import CLASSES, Grid
from specz.spectra.library import SPLITS, Library, LibraryConfig, build_library
from specz.spectra.noise import Noise
from specz.spectra.observe import observe, redshift_range

CHUNK = 64
"""Spectra made at a time, so that their arrays stay in cache (256: half the speed)."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A set of spectra that are generated on demand.

    Attributes
    ----------
    library : Library
    grid : Grid
    sed : ndarray of int, shape (n_spectra,)
    z : ndarray, shape (n_spectra,)
    noise : Noise
    seed : int
        Seed of the noise.
    """

    library: Library
    grid: Grid
    sed: npt.NDArray[np.int32]
    z: npt.NDArray[np.float64]
    noise: Noise
    seed: int

    def __len__(self) -> int:
        return len(self.sed)

    @property
    def snr(self) -> float:
        """Continuum S/N per pixel, on the mean flux; infinity: clean."""
        return self.noise.snr

    @property
    def labels(self) -> npt.NDArray[np.int16]:
        """Redshift class of each spectrum, shape (n_spectra,)."""
        return CLASSES.label(self.z)

    def flux(
        self, index: npt.NDArray[np.integer] | slice = slice(None), epoch: int = 0
    ) -> npt.NDArray[np.float32]:
        """Spectra of the given examples, in units of their noiseless mean flux.

        Parameters
        ----------
        index : ndarray of int or slice
            Which examples, counted from the first; all of them by default.
        epoch : int
            Which draw of the noise.

        Returns
        -------
        ndarray, shape (n_selected, n_pixels), float32

        Raises
        ------
        IndexError
            If there is no such example.
        """
        if isinstance(index, slice):
            example = np.arange(*index.indices(len(self)))
        else:
            example = np.asarray(index)
            if example.size and not 0 <= example.min() <= example.max() < len(self):
                raise IndexError(
                    f"index must lie in [0, {len(self) - 1}]; "
                    f"got {example.min()} to {example.max()}"
                )
        out = np.empty((len(example), self.grid.n_pixels), dtype=np.float32)
        for start in range(0, len(example), CHUNK):
            part = example[start : start + CHUNK]
            rows = out[start : start + CHUNK]
            rows[:] = observe(self.library, self.sed[part], self.z[part], self.grid)
            self.noise.add(rows, self.seed, part, epoch)
        return out

    def head(self, n: int) -> "Sample":
        """The first ``n`` spectra; smaller samples are nested in larger ones."""
        return Sample(self.library, self.grid, self.sed[:n], self.z[:n], self.noise, self.seed)


def draw_sample(
    library: Library, split: str, n: int, noise: Noise, grid: Grid, seed: int
) -> Sample:
    """Draw ``n`` spectra of one split: every SED equally often, z uniform over the classes.

    The first spectra of a larger sample are those of a smaller one, and two samples that
    differ in ``noise`` only hold the same galaxies with the same noise pattern, rescaled.

    Parameters
    ----------
    library : Library
    split : {'train', 'validation', 'test'}
    n : int
    noise : Noise
    grid : Grid
    seed : int

    Raises
    ------
    ValueError
        If ``split`` is unknown.
    """
    seds = library.config.split(split)
    stream = SPLITS.index(split)
    z = np.random.default_rng([seed, stream]).uniform(CLASSES.z_min, CLASSES.z_max, n)
    return Sample(library, grid, np.resize(seds, n), z, noise, seed * len(SPLITS) + stream)


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

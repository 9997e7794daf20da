"""Stamps of stars and galaxies in five bands, as recipes that are rendered on demand.

What is assumed: half of the objects are stars; the PSF is a round Moffat profile whose seeing is
not told, the same in all bands; a galaxy is one elliptical Sérsic profile; noise is white, of
standard deviation one. Every object has the same colours, so colours tell nothing and the sum of
the bands, each weighted by its S/N, holds all that the five have to say. Lengths are in pixels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import BoolArray, FloatArray, Flux, IntArray, Labels
from specz.images.optics import N_RANGE, Image, images, transform

SIZE = 44
"""Side of a stamp in pixels, as in the network of Kim & Brunner."""

BANDS = {"u": 0.3, "g": 0.8, "r": 1.0, "i": 1.0, "z": 0.7}
"""Relative S/N of an object in each band, the same for all objects: assumed."""

WEIGHTS = np.array(list(BANDS.values())) / np.linalg.norm(list(BANDS.values()))
"""S/N in each band over that of all together."""

STAR = 0
"""Class of a star."""

GALAXY = 1
"""Class of a galaxy."""

CLASSES = ("star", "galaxy")

SPLITS = ("train", "validation", "test")
CHUNK = 64
"""Stamps per step of rendering."""

PARAMETERS = 8
"""Numbers that make a profile and its S/N, see :meth:`Population.profiles`."""

SHIFTS: Mapping[str, Mapping[str, Any]] = {
    "worse seeing": {"fwhm": (4.8, 6.4)},
    "wider PSF wings": {"beta": 2.0},
}
"""Test stamps of another kind than the training stamps: what is different in their population."""

Range = tuple[float, float]


@dataclass(frozen=True)
class Profiles:
    """Parameters of objects, of shape (n,), ``centre`` (n, 2); see :mod:`specz.images.optics`.

    ``snr`` is that of a fit with the true profile to all bands.
    """

    fwhm: FloatArray
    centre: FloatArray
    radius: FloatArray
    index: FloatArray
    axis_ratio: FloatArray
    angle: FloatArray
    snr: FloatArray

    def __getitem__(self, index: Any) -> "Profiles":
        """The objects ``index``."""
        return Profiles(**{name: values[index] for name, values in vars(self).items()})

    def transform(self, beta: float) -> FloatArray:
        """Their Fourier transforms behind a PSF, see :func:`specz.images.optics.transform`."""
        shape = (self.radius, self.index, self.axis_ratio, self.angle)
        return transform(self.fwhm, beta, *shape)


def unit_images(seen: FloatArray, centre: FloatArray) -> Image:
    """Images of transformed objects, shape (n, SIZE, SIZE), of unit norm."""
    found = images(seen, centre, SIZE)
    return np.asarray(found / np.sqrt((found**2).sum(axis=(1, 2), keepdims=True)))


@dataclass(frozen=True)
class Population:
    """Ranges that objects are drawn from: the prior. All that follow are assumed.

    Attributes
    ----------
    fwhm : (float, float), pixels
        Seeing, uniform; 0.6 to 0.9 arcsec at 0.187 arcsec per pixel, those of CFHT's MegaCam.
    beta : float
        Exponent of the Moffat PSF.
    radius : (float, float), pixels
        Half-light radius of galaxies before the PSF, uniform in its logarithm.
    index : (float, float)
        Sérsic index, uniform in its logarithm.
    axis_ratio : (float, float)
        b/a, uniform.
    snr : (float, float)
        Total S/N, uniform in its logarithm, of stars as of galaxies.
    offset : float, pixels
        Largest distance of the centre from the middle of the stamp, along each axis.
    """

    fwhm: Range = (3.2, 4.8)
    beta: float = 3.0
    radius: Range = (0.7, 4.0)
    index: Range = N_RANGE
    axis_ratio: Range = (0.3, 1.0)
    snr: Range = (5.0, 50.0)
    offset: float = 0.5

    def __post_init__(self) -> None:
        checks.number("beta", self.beta, 1.1, 100)
        checks.number("offset", self.offset, 0, SIZE / 4)
        # Below two pixels a PSF is not sampled; above, galaxies are as large as the stamp.
        for name, low, high in (
            ("fwhm", 2.0, SIZE / 4),
            ("radius", 0.01, SIZE / 4),
            ("index", *N_RANGE),
            ("axis_ratio", 0.1, 1.0),
            ("snr", 0.1, 1e4),
        ):
            ends = checks.listed(name, getattr(self, name), checks.number, low, high, repeats=True)
            if len(ends) != 2 or ends[0] > ends[1]:
                raise ValueError(f"{name} must be a lower and an upper end; got {ends!r}")

    def profiles(self, u: FloatArray, galaxy: BoolArray) -> Profiles:
        """Turn uniform numbers, shape (n, PARAMETERS), into objects, stars where not ``galaxy``."""

        def flat(ends: Range, column: int) -> FloatArray:
            return np.asarray(ends[0] + (ends[1] - ends[0]) * u[:, column])

        def in_log(ends: Range, column: int) -> FloatArray:
            return np.asarray(ends[0] * (ends[1] / ends[0]) ** u[:, column])

        return Profiles(
            fwhm=flat(self.fwhm, 0),
            radius=np.where(galaxy, in_log(self.radius, 1), 0.0),
            index=in_log(self.index, 2),
            axis_ratio=flat(self.axis_ratio, 3),
            angle=np.pi * u[:, 4],
            snr=in_log(self.snr, 5),
            centre=self.offset * (2 * u[:, 6:8] - 1),
        )


@dataclass(frozen=True, eq=False)
class Stamps:
    """Labelled stamps; ``profiles`` and ``galaxy`` have a value for each, ``seed`` is the noise's.

    Attributes
    ----------
    galaxy : ndarray of bool, shape (n_stamps,)
    """

    population: Population
    profiles: Profiles
    galaxy: BoolArray
    seed: int
    example: IntArray = field(repr=False)

    def __len__(self) -> int:
        return len(self.galaxy)

    @property
    def labels(self) -> Labels:
        """Class of each stamp, :data:`STAR` or :data:`GALAXY`."""
        return self.galaxy.astype(np.int16)

    @property
    def snr(self) -> npt.NDArray[np.float32]:
        """Total S/N of each stamp."""
        return self.profiles.snr.astype(np.float32)

    @cached_property
    def _noiseless(self) -> Image:
        """Images of unit norm: 8 kB a stamp, a fifth of the five bands."""
        out = np.empty((len(self), SIZE, SIZE), dtype=np.float32)
        for start in range(0, len(self), CHUNK):
            part = self.profiles[start : start + CHUNK]
            seen = part.transform(self.population.beta)
            out[start : start + CHUNK] = unit_images(seen, part.centre)
        return out

    def flux(self, index: Any = slice(None), epoch: int = 0) -> Flux:
        """Stamps of the examples ``index``, shape (n, n_bands, SIZE, SIZE), by default of all.

        They are in units of the noise; ``epoch`` numbers its draw.
        """
        from specz.spectra.normals import add_normal  # compiled: it takes half a second to load

        shape = self._noiseless[index]
        signal = self.profiles.snr[index][:, None] * WEIGHTS
        out = signal.astype(np.float32)[:, :, None, None] * shape[:, None]
        flat = out.reshape(len(out), -1)
        sigma = np.ones(flat.shape[1], dtype=np.float32)
        example = self.example[index].astype(np.uint64)
        add_normal(flat, sigma, np.uint64(self.seed), example, np.uint64(epoch))
        return np.asarray(out)

    def head(self, n: int) -> "Stamps":
        """The first ``n`` stamps; smaller samples are nested in larger ones."""
        part = slice(n)
        profiles, galaxy = self.profiles[part], self.galaxy[part]
        return replace(self, profiles=profiles, galaxy=galaxy, example=self.example[part])


def stacked(flux: Flux) -> npt.NDArray[np.float32]:
    """Sum of the bands weighted by S/N, shape (n, SIZE, SIZE), with noise of unit variance."""
    return np.asarray(np.einsum("b,nbyx->nyx", WEIGHTS.astype(np.float32), flux))


@lru_cache(maxsize=4)  # methods in turn are shown the same stamps: they are rendered once
def draw_stamps(population: Population, split: str, n: int, seed: int) -> Stamps:
    """Draw ``n`` stamps of one split; a larger sample starts with those of a smaller one."""
    checks.choice("split", split, SPLITS)
    stream = SPLITS.index(split)
    u = np.random.default_rng([seed, stream]).random((n, PARAMETERS + 1))
    galaxy = u[:, 0] < 0.5
    profiles = population.profiles(u[:, 1:], galaxy)
    return Stamps(population, profiles, galaxy, seed * len(SPLITS) + stream, np.arange(n))

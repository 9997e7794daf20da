"""Observed wavelength grids, and the redshift classes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import BoolArray, FloatArray, Labels


@dataclass(frozen=True)
class Grid:
    """A uniform grid of pixels in observed wavelength.

    Attributes
    ----------
    wave_min : float, Å
        Lower edge of the first pixel.
    step : float, Å
        Pixel width.
    resolving_power : float or None
        λ/FWHM of the instrument, which widens the lines; None leaves only the pixels.
    """

    name: str
    wave_min: float
    step: float
    n_pixels: int
    resolving_power: float | None = None

    @property
    def wave_max(self) -> float:
        """Upper edge of the last pixel, Å."""
        return self.wave_min + self.step * self.n_pixels

    @property
    def width(self) -> float:
        """Width of each pixel, Å."""
        return self.step

    @property
    def edges(self) -> FloatArray:
        """Pixel edges, shape (n_pixels + 1,), Å."""
        return self.wave_min + self.step * np.arange(self.n_pixels + 1, dtype=np.float64)

    @property
    def wave_obs(self) -> FloatArray:
        """Pixel centres, shape (n_pixels,), Å."""
        return self.edges[:-1] + self.step / 2


@dataclass(frozen=True, eq=False)
class Pixels:
    """Pixels of any widths: the grid of a spectrum that was not made here.

    Attributes
    ----------
    edges : ndarray, shape (n_pixels + 1,), Å
        Increasing.
    resolving_power : float or None
        As of :class:`Grid`.
    """

    edges: FloatArray
    resolving_power: float | None = None
    name: str = "own"

    @property
    def n_pixels(self) -> int:
        """Number of pixels."""
        return len(self.edges) - 1

    @property
    def wave_min(self) -> float:
        """Lower edge of the first pixel, Å."""
        return float(self.edges[0])

    @property
    def wave_max(self) -> float:
        """Upper edge of the last pixel, Å."""
        return float(self.edges[-1])

    @property
    def width(self) -> FloatArray:
        """Width of each pixel, Å."""
        return np.diff(self.edges)


PixelGrid = Grid | Pixels

GAP = 1.5
"""Where the distance of two pixels is so many times that of their neighbours, pixels are missing
between them, and they are not so much wider."""


def pixels_around(
    wave: FloatArray, resolving_power: float | None = None
) -> tuple[Pixels, BoolArray]:
    """Pixels around the centres ``wave``, Å, increasing, at least two.

    Returns the pixels and a mask that is true for those around a centre; the others fill gaps.

    >>> pixels, real = pixels_around(np.array([1.0, 2.0, 3.0, 9.0, 10.0]))
    >>> pixels.edges
    array([ 0.5,  1.5,  2.5,  3.5,  8.5,  9.5, 10.5])
    >>> real
    array([ True,  True,  True, False,  True,  True])
    """
    apart = np.diff(wave)
    beside = np.pad(apart, 1, constant_values=np.inf)
    gap = apart > GAP * np.minimum(beside[:-2], beside[2:])
    reach = np.where(gap, np.inf, apart / 2)
    below, above = np.append(np.inf, reach), np.append(reach, np.inf)
    alone = np.isinf(below) & np.isinf(above)  # a pixel between two gaps
    half = np.where(alone, np.minimum(beside[:-1], beside[1:]) / 2, np.minimum(below, above))
    first = wave - np.where(np.isinf(below), half, below)
    last = wave + np.where(np.isinf(above), half, above)
    real = np.insert(np.ones(len(wave), dtype=bool), np.flatnonzero(gap) + 1, False)
    inner = np.insert(first[1:], np.flatnonzero(gap), last[:-1][gap])
    return Pixels(np.concatenate([first[:1], inner, last[-1:]]), resolving_power), real


GRIDS = {
    # 11000-20000 Å at 5 Å, as described by a co-author of the study (ADA-X datathon).
    "paper": Grid("paper", 11000.0, 5.0, 1800),
    # The arrays of the datathon: linspace(11000, 20000, 1780), pixel centres.
    "datathon": Grid("datathon", 11000.0 - 4500 / 1779, 9000 / 1779, 1780),
    # The red grism of Euclid's NISP: 12060-18920 Å, 13.4 Å per pixel, R = 450.
    "nisp": Grid("nisp", 12060.0, 13.4, 512, resolving_power=450.0),
}
"""Grids by name; the names are in the keys of archived results."""


def get_grid(name: str) -> Grid:
    """Return the grid called ``name``.

    Raises
    ------
    ValueError
        If there is no such grid; the message names the nearest one.
    """
    checks.choice("grid", name, GRIDS)
    return GRIDS[name]


@dataclass(frozen=True)
class Classes:
    """Redshift classes of equal width: z_min + k·width <= z < z_min + (k + 1)·width."""

    z_min: float = 1.0
    z_max: float = 1.8
    width: float = 0.001

    @property
    def n(self) -> int:
        """Number of classes."""
        return round((self.z_max - self.z_min) / self.width)

    @property
    def edges(self) -> FloatArray:
        """Class edges, shape (n + 1,)."""
        return np.linspace(self.z_min, self.z_max, self.n + 1)

    @property
    def centres(self) -> FloatArray:
        """Class centres, shape (n,)."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    def label(self, z: npt.ArrayLike) -> Labels:
        """Class index of each redshift.

        >>> CLASSES.label([1.0, 1.0005, 1.7999])
        array([  0,   0, 799], dtype=int16)

        Raises
        ------
        ValueError
            If a redshift lies outside [z_min, z_max).
        """
        z = np.asarray(z, dtype=float)
        outside = ~((z >= self.z_min) & (z < self.z_max))
        if outside.any():
            raise ValueError(
                f"z must lie in [{self.z_min:g}, {self.z_max:g}); got {z[outside].flat[0]:g}"
            )
        return (np.searchsorted(self.edges, z, side="right") - 1).astype(np.int16)


CLASSES = Classes()
"""The 800 classes of the study: z in [1, 1.8) at Δz = 0.001."""

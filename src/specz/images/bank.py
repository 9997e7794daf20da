"""The Bayes rule by a bank of templates: the best that can be done with these stamps.

The evidence of a class is the mean likelihood over profiles drawn from the prior. Seeing, size,
index, shape and angle are quasi-random points; the centre is integrated on a grid, interpolated
from a coarser one; the S/N is integrated exactly, from a table. With unit noise and a template t of
unit norm, the likelihood of S/N s depends on a stamp d through x = d·t only:
exp(s x - s²/2).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logsumexp

from specz.common import checks
from specz.common.arrays import FloatArray, Flux
from specz.estimators.base import ClassScores, Fitted
from specz.images.stamps import PARAMETERS, SIZE, Population, Stamps, stacked, unit_images

NODES = 3
"""Chebyshev nodes of the centre along each axis: x is a smooth function of it."""

BATCH = 16
"""Stamps per step: their products with all templates stay small."""

SNR_NODES = 2000
"""Points of the integral over S/N."""

FARTHEST = 15
"""Products lie within so many standard deviations of the S/N of some stamp, or of zero."""

Templates = npt.NDArray[np.float32]


class Bank(NamedTuple):
    """Templates of unit norm of stars and of galaxies, shape (n, NODES², SIZE²)."""

    star: Templates
    galaxy: Templates


def _nodes(offset: float) -> FloatArray:
    return np.asarray(offset * np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES))


@lru_cache(maxsize=2)
def build_bank(population: Population, stars: int, galaxies: int) -> Bank:
    """Render the templates: points of Sobol's sequence in the prior, at each node of the centre."""
    nodes = _nodes(population.offset)
    places = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2)
    parts = []
    for n, is_galaxy in ((stars, False), (galaxies, True)):
        if is_galaxy:
            from scipy.stats import qmc  # it takes most of a second to load

            u = qmc.Sobol(5, seed=1).random_base2(int(np.ceil(np.log2(n))))[:n]
        else:  # only the seeing varies
            u = np.repeat((np.arange(n) + 0.5)[:, None] / n, 5, axis=1)
        u = np.hstack([u, np.full((n, PARAMETERS - 5), 0.5)])
        profiles = population.profiles(u, np.full(n, is_galaxy))
        seen = profiles.transform(population.beta)
        images = [unit_images(seen, place) for place in places]
        parts.append(np.stack(images, axis=1).reshape(n, len(places), SIZE**2))
    return Bank(*parts)


def log_snr_evidence(x: FloatArray, snr: tuple[float, float]) -> FloatArray:
    """Logarithm of the mean of exp(s x - s²/2) over S/N s, uniform in ln s."""
    return np.interp(x, *_snr_table(snr))


@lru_cache(maxsize=4)
def _snr_table(snr: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    s = snr[0] * (snr[1] / snr[0]) ** ((np.arange(SNR_NODES) + 0.5) / SNR_NODES)
    x = np.arange(-FARTHEST, snr[1] + FARTHEST, 0.05)
    return x, np.asarray(logsumexp(x[:, None] * s - s**2 / 2, axis=1) - np.log(SNR_NODES))


@lru_cache(maxsize=4)
def _to_grid(centres: int) -> FloatArray:
    """Matrix from values at the nodes of the centre to those on a grid, (NODES², centres²)."""
    from scipy.interpolate import BarycentricInterpolator  # it loads half of SciPy

    grid = (2 * np.arange(centres) + 1) / centres - 1
    one = BarycentricInterpolator(_nodes(1.0), np.eye(NODES))(grid).T
    return np.kron(one, one).astype(np.float32)


def log_evidence(
    image: npt.NDArray[np.float32], templates: Templates, snr: tuple[float, float], centres: int
) -> FloatArray:
    """Log evidence of the templates' class for stamps of stacked bands, (n, SIZE, SIZE)."""
    flat = templates.reshape(-1, SIZE**2)
    found = []
    for start in range(0, len(image), BATCH):
        part = image[start : start + BATCH].reshape(-1, SIZE**2)
        at_nodes = (part @ flat.T).reshape(len(part), len(templates), -1)
        x = (at_nodes @ _to_grid(centres)).reshape(len(part), -1)
        log_p = log_snr_evidence(x, snr)
        top = log_p.max(axis=1, keepdims=True)
        found.append(top[:, 0] + np.log(np.exp(log_p - top).mean(axis=1)))
    return np.concatenate([np.empty(0), *found])


@dataclass(frozen=True)
class BankLimit:
    """Posterior of the class from the evidence of stars and of galaxies; it knows the population.

    Attributes
    ----------
    stars, galaxies : int
        Templates of each class.
    centres : int
        Points of the centre's grid along each axis.
    """

    label: ClassVar[str] = "Bayes rule by template bank"
    uses_seed: ClassVar[bool] = False

    stars: int = 32
    galaxies: int = 512
    centres: int = 7

    def __post_init__(self) -> None:
        for name in ("stars", "galaxies", "centres"):
            checks.integer(name, getattr(self, name), 1, 1_000_000)

    def fit(
        self, train: Stamps, validation: Stamps, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Render the templates of the population that ``train`` is drawn from."""
        snr = train.population.snr
        bank = build_bank(train.population, self.stars, self.galaxies)

        def scores(flux: Flux) -> ClassScores:
            image = stacked(flux)
            star, galaxy = (log_evidence(image, each, snr, self.centres) for each in bank)
            p = expit(galaxy - star)
            return ClassScores(np.stack([1 - p, p], axis=1), is_probability=True)

        return Fitted(scores)

"""The library of rest-frame SEDs: templates mixed, reddened, and given emission lines.

13,000 SEDs replace the 13K clean profiles of the study. Each is a recipe of a few numbers
(position in the template sequence, dust, line strengths), expanded here into a continuum on a
coarse rest-frame grid and one flux per line, the input of :mod:`specz.spectra.observe`. Every
assumption is a field of :class:`LibraryConfig`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import FloatArray
from specz.spectra.dust import attenuation
from specz.spectra.lines import HALPHA, LINE_RATIO, LINE_WAVE_REST, LINES
from specz.spectra.templates import load_templates

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class LibraryConfig:
    """Assumptions of the library. None of these numbers is from the paper.

    Attributes
    ----------
    n_train, n_validation, n_test : int
        SEDs per split; an SED belongs to one split only.
    ebv_max : float, mag
        Stellar E(B-V) is uniform between 0 and this; curve of Calzetti et al. (2000).
    ew_halpha : float, Å
        Median rest-frame equivalent width of Hα, log-normal.
    ew_halpha_scatter : float
        Standard deviation of its natural logarithm.
    ew_halpha_min, ew_halpha_max : float, Å
        Limits of the distribution, in place of a selection on Hα flux.
    line_scatter_dex : float
        Log-normal scatter of every line ratio to Hα.
    stellar_to_nebular : float
        E(B-V) of the stars over that of the gas (Calzetti et al. 2000).
    velocity_dispersion : float, km/s
        Standard deviation of the Gaussian lines.
    """

    n_train: int = 10_000
    n_validation: int = 1_000
    n_test: int = 2_000
    ebv_max: float = 0.5
    ew_halpha: float = 60.0
    ew_halpha_scatter: float = 0.6
    ew_halpha_min: float = 20.0
    ew_halpha_max: float = 600.0
    line_scatter_dex: float = 0.2
    stellar_to_nebular: float = 0.44
    velocity_dispersion: float = 150.0
    seed: int = 2020

    def __post_init__(self) -> None:
        for name in ("n_train", "n_validation", "n_test"):
            checks.integer(name, getattr(self, name), 1, 1_000_000)
        checks.integer("seed", self.seed, 0, 2**32 - 1)
        checks.number("ebv_max", self.ebv_max, 0, 5)
        checks.number("ew_halpha_min", self.ew_halpha_min, 0, 5000)
        checks.number("ew_halpha_max", self.ew_halpha_max, self.ew_halpha_min, 5000)
        checks.number("ew_halpha", self.ew_halpha, self.ew_halpha_min, self.ew_halpha_max)
        checks.number("ew_halpha_scatter", self.ew_halpha_scatter, 0, 2)
        checks.number("line_scatter_dex", self.line_scatter_dex, 0, 2)
        checks.number("stellar_to_nebular", self.stellar_to_nebular, 0.1, 1)
        checks.number("velocity_dispersion", self.velocity_dispersion, 50, 1000)

    @property
    def n_seds(self) -> int:
        """Number of SEDs over all splits."""
        return self.n_train + self.n_validation + self.n_test

    def split(self, name: str) -> npt.NDArray[np.int32]:
        """Indices of the SEDs of one split."""
        checks.choice("split", name, SPLITS)
        # The SEDs are drawn independently, so consecutive indices are a random split.
        sizes = [self.n_train, self.n_validation, self.n_test]
        k = SPLITS.index(name)
        return np.arange(sum(sizes[:k]), sum(sizes[: k + 1]), dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Library:
    """Rest-frame SEDs.

    Attributes
    ----------
    wave_rest : ndarray, shape (n_nodes,), Å
        Uniform nodes of the continuum, piecewise linear between them.
    continuum : ndarray, shape (n_seds, n_nodes), float32, arbitrary units per Å
    line_flux : ndarray, shape (n_seds, n_lines), the continuum's units times Å
        Integrated flux of each line of :data:`specz.spectra.lines.LINES`.
    position : ndarray, shape (n_seds,)
        Place in the template sequence; the fraction mixes two neighbours.
    ebv : ndarray, shape (n_seds,), mag
    ew_halpha : ndarray, shape (n_seds,), Å
        Rest-frame equivalent width of Hα after dust.
    """

    config: LibraryConfig
    wave_rest: FloatArray
    continuum: npt.NDArray[np.float32]
    line_flux: FloatArray
    position: FloatArray
    ebv: FloatArray
    ew_halpha: FloatArray


@lru_cache(maxsize=2)
def build_library(config: LibraryConfig) -> Library:
    """Draw and expand the SEDs of ``config``; the same config gives the same library."""
    templates = load_templates()
    n = config.n_seds

    # One stream per property, so that a change of one assumption leaves the other draws alone.
    def stream(k: int) -> np.random.Generator:
        return np.random.default_rng([config.seed, k])

    position = stream(0).uniform(0, len(templates.names) - 1, n)
    ebv = stream(1).uniform(0, config.ebv_max, n)
    ew = _cut_lognormal(stream(2), config, n)
    groups = list(dict.fromkeys(line.group for line in LINES))
    dex = config.line_scatter_dex * stream(3).standard_normal((n, len(groups)))
    dex[:, groups.index("Ha")] = 0.0  # the scatter of Hα is that of its equivalent width
    scatter = 10 ** dex[:, [groups.index(line.group) for line in LINES]]

    first = np.minimum(position.astype(int), len(templates.names) - 2)
    weight = (position - first)[:, None]
    continuum = (1 - weight) * templates.flux[first] + weight * templates.flux[first + 1]
    continuum *= attenuation(templates.wave_rest, ebv)

    # The gas is reddened more than the stars, which changes the line ratios. The flux of Hα itself
    # follows from its equivalent width and the reddened continuum.
    dust = attenuation(LINE_WAVE_REST, ebv / config.stellar_to_nebular)
    relative = LINE_RATIO * scatter * dust / dust[:, [HALPHA]]
    at_halpha = _interpolate(templates.wave_rest, continuum, LINE_WAVE_REST[HALPHA])
    line_flux = (ew * at_halpha)[:, None] * relative
    return Library(
        config, templates.wave_rest, continuum.astype(np.float32), line_flux, position, ebv, ew
    )


def _cut_lognormal(rng: np.random.Generator, config: LibraryConfig, n: int) -> FloatArray:
    """Draw equivalent widths; those outside the limits are drawn again."""
    if config.ew_halpha_scatter == 0:
        return np.full(n, config.ew_halpha)
    ew = np.full(n, np.nan)
    todo = np.arange(n)
    while todo.size:
        scatter = np.exp(config.ew_halpha_scatter * rng.standard_normal(todo.size))
        ew[todo] = config.ew_halpha * scatter
        todo = todo[(ew[todo] < config.ew_halpha_min) | (ew[todo] > config.ew_halpha_max)]
    return ew


def _interpolate(wave: FloatArray, flux: FloatArray, at: float) -> FloatArray:
    """Linear interpolation of each row of ``flux`` at one wavelength."""
    step = wave[1] - wave[0]
    k = int((at - wave[0]) // step)
    t = (at - wave[k]) / step
    return np.asarray((1 - t) * flux[:, k] + t * flux[:, k + 1])

"""The library as sums of few components: m = Σ_r c_r b_r(λ), for every SED and redshift.

Continua are compressed to their principal components; each emission line is a component of its own,
so lines are exact. The components at one redshift are computed once for all SEDs, which makes sums
over the whole library affordable.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from specz.common.arrays import FloatArray, IntArray
from specz.spectra.grid import Grid, PixelGrid
from specz.spectra.library import Library
from specz.spectra.lines import LINE_WAVE_REST
from specz.spectra.observe import integrate, integrate_lines, line_sigma


@dataclass(frozen=True, eq=False)
class Components:
    """Rest-frame components, and the SEDs as their sums.

    Attributes
    ----------
    library : Library
        The components instead of SEDs: continua without lines, then lines without continuum.
    coefficients : ndarray, shape (n_seds, n_components)
        Each SED in units of its mean continuum over the rest-frame nodes.
    """

    library: Library
    coefficients: FloatArray

    def __post_init__(self) -> None:
        if self.n <= len(LINE_WAVE_REST):
            raise ValueError(
                f"library must hold continua, then one component for each of the "
                f"{len(LINE_WAVE_REST)} lines; got {self.n} components"
            )

    @property
    def n(self) -> int:
        """Number of components."""
        return len(self.library.continuum)

    def observed(self, z: npt.ArrayLike, grid: PixelGrid) -> FloatArray:
        """Components on the pixels of ``grid``, shape (n_redshifts, n_components, n_pixels)."""
        z = np.atleast_1d(np.asarray(z, dtype=float))
        n_continua = self.n - len(LINE_WAVE_REST)
        out = np.empty((len(z), self.n, grid.n_pixels))
        # The continuum of a line component is zero, so only its line is integrated.
        for which, make in (
            (np.arange(n_continua), integrate),
            (np.arange(n_continua, self.n), integrate_lines),
        ):
            flux = make(self.library, np.tile(which, len(z)), np.repeat(z, len(which)), grid)
            out[:, which] = flux.reshape(len(z), len(which), grid.n_pixels)
        return out

    def rest_frame(self, edges: FloatArray, sigma: float) -> FloatArray:
        """Mean flux density of each component in rest-frame bins, shape (n_components, n_bins).

        ``edges``, shape (n_bins + 1,), are in Å; ``sigma`` is the standard deviation of the lines
        in ln λ. The flux density is zero beyond the library's wavelengths.
        """
        library, n_lines = self.library, len(LINE_WAVE_REST)
        middle = 0.5 * (edges[1:] + edges[:-1])
        continua = [
            np.interp(middle, library.wave_rest, row, left=0, right=0)
            for row in library.continuum[:-n_lines]
        ]
        at = np.log(edges[:, None] / LINE_WAVE_REST) / (math.sqrt(2) * sigma)  # (edge, line)
        lines = 0.5 * np.diff(erf(at), axis=0) / np.diff(edges)[:, None]
        return np.concatenate([continua, lines.T])


def decompose(library: Library, sed: IntArray, n_continuum: int) -> Components:
    """Decompose the SEDs ``sed`` into ``n_continuum`` principal continua and the lines."""
    continuum = library.continuum[sed].astype(float)
    scale = continuum.mean(axis=1, keepdims=True)
    continuum /= scale
    # Right singular vectors from the small Gram matrix over nodes; the mean is not removed.
    _, vectors = np.linalg.eigh(continuum.T @ continuum)
    principal = vectors[:, ::-1][:, :n_continuum].T  # (component, node)
    coefficients = [continuum @ principal.T, library.line_flux[sed] / scale]
    return from_continua(library, principal, np.concatenate(coefficients, axis=1))


def from_continua(library: Library, continua: FloatArray, coefficients: FloatArray) -> Components:
    """Components with rest-frame ``continua``, shape (n_continua, n_nodes), then the lines.

    ``library`` gives the wavelengths and the settings.
    """
    n_continua, n_lines = len(continua), len(LINE_WAVE_REST)
    unknown = np.full(n_continua + n_lines, np.nan)
    continuum = np.concatenate([continua, np.zeros((n_lines, continua.shape[1]))])
    line_flux = np.concatenate([np.zeros((n_continua, n_lines)), np.eye(n_lines)])
    wave, config = library.wave_rest, library.config
    parts = Library(config, wave, continuum, line_flux, unknown, unknown, unknown)
    return Components(parts, coefficients)


def principal_mixtures(components: Components, n: int) -> FloatArray:
    """Mix the components into the ``n`` principal components of whole SEDs, lines included.

    The mixtures, shape (n, n_components), are orthogonal in rest-frame flux density. The first has
    the largest share of the light.
    """
    library = components.library
    step = float(library.wave_rest[1] - library.wave_rest[0])
    sigma = line_sigma(LINE_WAVE_REST, library.config.velocity_dispersion, _REST)
    n_lines = len(LINE_WAVE_REST)
    overlap = np.zeros((components.n, components.n))  # ∫ b_r b_s dλ
    continuum = library.continuum[:-n_lines].astype(float)
    overlap[:-n_lines, :-n_lines] = step * continuum @ continuum.T
    at_line = np.array([np.interp(LINE_WAVE_REST, library.wave_rest, row) for row in continuum])
    overlap[:-n_lines, -n_lines:] = at_line
    overlap[-n_lines:, :-n_lines] = at_line.T
    variance = sigma[:, None] ** 2 + sigma**2
    apart = LINE_WAVE_REST[:, None] - LINE_WAVE_REST
    norm = np.sqrt(2 * np.pi * variance)
    overlap[-n_lines:, -n_lines:] = np.exp(-0.5 * apart**2 / variance) / norm
    root = np.linalg.cholesky(overlap)
    _, _, directions = np.linalg.svd(components.coefficients @ root, full_matrices=False)
    return np.asarray(np.linalg.solve(root.T, directions[:n].T).T)


_REST = Grid("rest", 0.0, 1.0, 1)
"""A grid without an instrument, for the intrinsic width of a line."""

"""The library as sums of few components: m = Σ_r c_r b_r(λ), for every SED and redshift.

Continua are compressed to their principal components; each emission line is a component of
its own, so that lines are exact. What a redshift does to the components is computed once for
all SEDs, which makes sums over the whole library affordable.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from specz.spectra.grid import Grid
from specz.spectra.library import Library
from specz.spectra.lines import LINE_WAVE_REST
from specz.spectra.observe import integrate, integrate_lines, line_sigma

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Components:
    """Rest-frame components, and the SEDs as their sums.

    Attributes
    ----------
    library : Library
        The components in place of SEDs: continua without lines, then lines without continuum.
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

    def observed(self, z: npt.ArrayLike, grid: Grid) -> FloatArray:
        """Components on the pixels of ``grid``, shape (n_redshifts, n_components, n_pixels)."""
        z = np.atleast_1d(np.asarray(z, dtype=float))
        n_continua = self.n - len(LINE_WAVE_REST)
        out = np.empty((len(z), self.n, grid.n_pixels))
        for part, make in (
            (slice(n_continua), integrate),
            (slice(n_continua, self.n), integrate_lines),  # their continuum is zero
        ):
            which = np.arange(self.n)[part]
            flux = make(self.library, np.tile(which, len(z)), np.repeat(z, len(which)), grid)
            out[:, part] = flux.reshape(len(z), len(which), grid.n_pixels)
        return out

    def rest_frame(self, edges: FloatArray, sigma: float) -> FloatArray:
        """Mean flux density of each component between rest-frame wavelengths.

        Parameters
        ----------
        edges : ndarray, shape (n + 1,), Å
        sigma : float
            Standard deviation of the lines in ln λ.

        Returns
        -------
        ndarray, shape (n_components, n)
            Zero beyond the library's wavelengths.
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


def decompose(library: Library, sed: npt.NDArray[np.integer], n_continuum: int) -> Components:
    """Decompose the SEDs ``sed`` into ``n_continuum`` principal continua and the lines."""
    continuum = library.continuum[sed].astype(float)
    scale = continuum.mean(axis=1, keepdims=True)
    continuum /= scale
    # Right singular vectors from the small Gram matrix over nodes; the mean is not removed.
    _, vectors = np.linalg.eigh(continuum.T @ continuum)
    principal = vectors[:, ::-1][:, :n_continuum].T  # (component, node)
    lines = library.line_flux[sed] / scale
    return from_continua(
        library, principal, np.concatenate([continuum @ principal.T, lines], axis=1)
    )


def from_continua(library: Library, continua: FloatArray, coefficients: FloatArray) -> Components:
    """Components from rest-frame continua, shape (n_continua, n_nodes); the lines follow them.

    ``library`` gives the wavelengths and the settings.
    """
    n_continua, n_lines = len(continua), len(LINE_WAVE_REST)
    unknown = np.full(n_continua + n_lines, np.nan)
    return Components(
        replace(
            library,
            continuum=np.concatenate([continua, np.zeros((n_lines, continua.shape[1]))]),
            line_flux=np.concatenate([np.zeros((n_continua, n_lines)), np.eye(n_lines)]),
            position=unknown,
            ebv=unknown,
            ew_halpha=unknown,
        ),
        coefficients,
    )


def principal_mixtures(components: Components, n: int) -> FloatArray:
    """Mix the components into the ``n`` principal components of whole SEDs, lines included.

    Returns
    -------
    ndarray, shape (n, n_components)
        Orthogonal in rest-frame flux density, the first with the largest share of the light.
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
    overlap[-n_lines:, -n_lines:] = np.exp(-0.5 * apart**2 / variance) / np.sqrt(
        2 * np.pi * variance
    )
    root = np.linalg.cholesky(overlap)
    _, _, directions = np.linalg.svd(components.coefficients @ root, full_matrices=False)
    return np.asarray(np.linalg.solve(root.T, directions[:n].T).T)


_REST = Grid("rest", 0.0, 1.0, 1)
"""A grid without an instrument, for the intrinsic width of a line."""

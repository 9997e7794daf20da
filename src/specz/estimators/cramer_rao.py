"""The redshift error from one emission line, compared with its analytic bound.

For a Gaussian line of flux F and width σ_λ at λ₀(1 + z), in white noise σ per pixel of width Δ, the
bound of Cramér and Rao is σ_z ≥ σ (4√π σ_λ³ Δ)^½ / (F λ₀). It follows from the Fisher information
Σ (∂m/∂z)² / σ² of a line that the pixels resolve. It counts errors near the true redshift only.
Where the noise makes peaks as high as the line, the range of the search sets the scatter.
"""

import math
from dataclasses import replace

import numpy as np

from specz.common.arrays import FloatArray
from specz.estimators.bayes import BayesLimit, Evidence
from specz.spectra.components import Components, from_continua
from specz.spectra.grid import CLASSES, Grid
from specz.spectra.library import Library
from specz.spectra.lines import HALPHA, LINE_WAVE_REST
from specz.spectra.noise import White
from specz.spectra.observe import line_sigma
from specz.spectra.sample import Sample

STEP = 0.25
"""Step of the search in redshift, in standard deviations of the line: the likelihood is smooth on
the scale of one, at any noise."""

RANDOM_SCATTER = (CLASSES.z_max - CLASSES.z_min) / math.sqrt(12)
"""Standard deviation of redshifts drawn at random from the range of the search."""


def one_line(library: Library, equivalent_width: float, velocity_dispersion: float) -> Components:
    """A flat continuum with Hα alone, at the wavelengths of ``library``.

    Parameters
    ----------
    library : Library
    equivalent_width : float, Å
        Rest frame.
    velocity_dispersion : float, km/s
        Large enough for the pixels to resolve the line.
    """
    config = replace(library.config, velocity_dispersion=velocity_dispersion)
    coefficients = np.zeros((1, 1 + len(LINE_WAVE_REST)))
    coefficients[0, [0, 1 + HALPHA]] = 1.0, equivalent_width
    flat = np.ones((1, library.continuum.shape[1]))
    return from_continua(replace(library, config=config), flat, coefficients)


def bound(line: Components, z: float, snr: float, grid: Grid) -> float:
    """σ_z by the equation above, for a line of :func:`one_line` at redshift ``z``."""
    mean = float((line.coefficients @ line.observed(z, grid)[0]).mean())
    flux = line.coefficients[0, 1 + HALPHA] / mean  # of the line, in units of the mean flux density
    sigma_v = line.library.config.velocity_dispersion
    sigma = float(line_sigma(LINE_WAVE_REST[HALPHA] * (1 + z), sigma_v, grid))
    information = (snr * flux * LINE_WAVE_REST[HALPHA]) ** 2
    return math.sqrt(4 * math.sqrt(math.pi) * sigma**3 * grid.step / information)


def errors(line: Components, z: float, snr: float, grid: Grid, n: int, seed: int) -> FloatArray:
    """Errors in z of the maximum of the likelihood, for ``n`` draws of the noise, shape (n,).

    The search covers the redshifts of the classes, whatever the noise.
    """
    spectrum = (line.coefficients @ line.observed(z, grid)[0])[0]
    noise = np.random.default_rng(seed).standard_normal((n, grid.n_pixels)) / snr
    flux = (spectrum / spectrum.mean() + noise).astype(np.float32)
    width = float(line_sigma(1 + z, line.library.config.velocity_dispersion, grid))  # in z
    n_steps = math.ceil((CLASSES.z_max - CLASSES.z_min) / (STEP * width))
    searched, step = np.linspace(CLASSES.z_min, CLASSES.z_max, n_steps + 1, retstep=True)
    sample = Sample(line.library, grid, np.zeros(1, dtype=np.int32), np.array([z]), White(snr), 0)
    evidence = Evidence(BayesLimit(), line, sample, np.array([0]))
    value = evidence.log_likelihood(flux, searched).astype(float)
    top = value.argmax(axis=1)
    inner = top.clip(1, n_steps - 1)
    below, at, above = (value[np.arange(n), inner + k] for k in (-1, 0, 1))
    vertex = 0.5 * (above - below) / (2 * at - above - below)  # of the parabola through three
    vertex[top != inner] = 0  # at an end of the search there is no peak, and the parabola is none
    return np.asarray(searched[top] + step * vertex - z)

"""Evidence of a redshift for a spectrum with its own variance and mask, in closed form.

A spectrum is x = Σ_r c_r b_r(z) + noise, with b_r the principal continua and the lines of the
library and coefficients c ~ N(μ, Σ) from the training SEDs. For noise of inverse variance w in each
pixel, d_r = Σ w x b_r and G_rs = Σ w b_r b_s. With Σ = LLᵀ and KKᵀ = 1 + LᵀGL, the integral is::

    ln p(x | z) = d·μ - ½ μᵀGμ + ½ |K⁻¹Lᵀ(d - Gμ)|² - ln|K| + const

(Bishop 2006, equation 2.115, by Woodbury's identity). Where the amplitude is unknown, Σ + μμᵀ takes
the place of Σ. A pixel with w = 0 is masked.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from specz.common.arrays import FloatArray

Floating = npt.NDArray[np.floating]

JITTER = 1e-12
"""Of the prior variance, added to its diagonal: components that no SED varies in are singular."""

NEGLIGIBLE = 1e-3
"""Directions of the prior whose variance, in units of that of the noise, is less are left out."""


def prior(
    coefficients: FloatArray, basis: FloatArray, known_amplitude: bool
) -> tuple[FloatArray, FloatArray]:
    """Mean of the coefficients at one redshift and a root L of their covariance, Σ = LLᵀ.

    Parameters
    ----------
    coefficients : ndarray, shape (n_seds, n_components)
    basis : ndarray, shape (n_components, n_pixels)
        Components at the redshift.
    known_amplitude : bool
        Whether the mean flux is known; otherwise the prior is as wide in amplitude as it is large.
    """
    c = coefficients / (coefficients @ basis.mean(axis=1))[:, None]  # units of the mean flux
    mean = c.mean(axis=0)
    covariance = np.cov(c.T, bias=True)
    if not known_amplitude:
        covariance += np.outer(mean, mean)
    covariance += JITTER * np.trace(covariance) * np.eye(len(mean))
    return mean, np.linalg.cholesky(covariance)


def log_evidence(
    d: FloatArray, gram: FloatArray, mean: FloatArray, spread: FloatArray
) -> npt.NDArray[np.float64]:
    """Ln of the evidence but for a constant that all redshifts share, shape (n_spectra,).

    All spectra have one noise; :func:`log_evidences` is for a noise of each.

    Parameters
    ----------
    d : ndarray, shape (n_spectra, n_components)
        Weighted products of spectra and components.
    gram : ndarray, shape (n_components, n_components)
        Weighted products of the components.
    mean, spread : ndarray, shape (n_components,) and (n_components, n_components)
        Mean μ of the coefficients, and L of their covariance LLᵀ.
    """
    k = np.linalg.cholesky(np.eye(len(mean)) + spread.T @ gram @ spread)
    pull = solve_triangular(k, spread.T @ (d - gram @ mean).T, lower=True)  # (component, spectrum)
    fixed = -0.5 * mean @ gram @ mean - np.log(np.diagonal(k)).sum()
    return np.asarray(d @ mean + fixed + 0.5 * np.square(pull).sum(axis=0))


def whitened(
    basis: FloatArray, mean: FloatArray, spread: FloatArray, ivar_max: float
) -> FloatArray:
    """Mean spectrum, then directions with coefficients ~ N(0, 1), shape (n_rows, n_pixels).

    The directions are orthogonal in flux. Those that no noise of an inverse variance up to
    ``ivar_max`` can tell from nothing are left out.
    """
    rows = spread.T @ basis
    power, turn = np.linalg.eigh(rows @ rows.T)
    kept = turn[:, power * ivar_max > NEGLIGIBLE]
    return np.concatenate([(mean @ basis)[None], kept.T @ rows])


def log_evidences(rows: Floating, weighted: Floating, ivar: Floating) -> FloatArray:
    """Ln of the evidence as in :func:`log_evidence`, with a noise of each spectrum's own.

    Parameters
    ----------
    rows : ndarray, shape (n_rows, n_pixels)
        Of :func:`whitened`, at one redshift.
    weighted, ivar : ndarray, shape (n_spectra, n_pixels)
        Flux times inverse variance, and inverse variance.
    """
    from specz.estimators import cholesky  # Numba takes half a second to load

    i, j = np.tril_indices(len(rows))
    gram = ivar @ (rows[i] * rows[j]).T  # packed
    return cholesky.log_evidences((weighted @ rows.T).astype(float), gram.astype(float))


class BestModel(NamedTuple):
    """Most probable coefficients of one spectrum.

    Attributes
    ----------
    coefficients : ndarray, shape (n_components,)
    chi2 : float
    dof : float
        Pixels less the coefficients that the data determine, and not the prior.
    """

    coefficients: FloatArray
    chi2: float
    dof: float


def best_model(
    basis: FloatArray, mean: FloatArray, spread: FloatArray, flux: FloatArray, ivar: FloatArray
) -> BestModel:
    """Fit one spectrum at one redshift under the prior of :func:`prior`.

    ``basis`` has shape (n_components, n_pixels), ``flux`` and ``ivar`` (n_pixels,).
    """
    rows = spread.T @ basis
    gram = (rows * ivar) @ rows.T
    precision = gram + np.eye(len(gram))
    pull = rows @ (ivar * (flux - mean @ basis))
    coefficients = mean + spread @ np.linalg.solve(precision, pull)
    chi2 = float((ivar * (flux - coefficients @ basis) ** 2).sum())
    fitted = float(np.trace(np.linalg.solve(precision, gram)))
    return BestModel(coefficients, chi2, np.count_nonzero(ivar) - fitted)

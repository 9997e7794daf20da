"""Dust attenuation of starlight: the curve of Calzetti et al. (2000).

Reference: Calzetti et al. 2000, ApJ 533, 682, equation 4.
"""

import numpy as np
import numpy.typing as npt

from specz.common.arrays import FloatArray

R_V = 4.05
"""Ratio of total to selective attenuation A_V / E(B-V), Calzetti et al. (2000)."""


def calzetti_k(wave_rest: npt.ArrayLike) -> FloatArray:
    """Attenuation curve k(λ) = A(λ) / E(B-V) at rest-frame wavelengths, 1200 to 22000 Å.

    Raises
    ------
    ValueError
        If a wavelength lies outside the measured range of the curve.
    """
    wave = np.asarray(wave_rest, dtype=float)
    if not ((wave >= 1200) & (wave <= 22000)).all():
        raise ValueError(
            f"wave_rest must lie in 1200-22000 Å; got {np.nanmin(wave):g} to {np.nanmax(wave):g}"
        )
    inverse = 1e4 / wave  # 1/µm, the unit of Calzetti's coefficients
    blue = -2.156 + inverse * (1.509 + inverse * (-0.198 + inverse * 0.011))
    red = -1.857 + 1.040 * inverse
    return np.asarray(2.659 * np.where(wave < 6300, blue, red) + R_V)


def attenuation(wave_rest: npt.ArrayLike, ebv: npt.ArrayLike) -> FloatArray:
    """Fraction of the light that is transmitted, 10^(-0.4 k(λ) E(B-V)), shape (n_seds, n_wave).

    >>> attenuation([4862.68, 6564.61], [0.3]).round(3)  # Hβ is dimmed more than Hα
    array([[0.281, 0.399]])

    ``wave_rest``, shape (n_wave,), is in Å and ``ebv``, shape (n_seds,), in magnitudes.
    """
    k = calzetti_k(wave_rest)
    return np.asarray(10 ** (-0.4 * np.multiply.outer(np.asarray(ebv, dtype=float), k)))

"""Evidence from packed products of the components, compiled by Numba at the first call.

A matrix for each spectrum and redshift is too small for LAPACK's calls: this is one loop over all.
"""

import math

import numpy as np
from numba import njit

from specz.common.arrays import FloatArray


@njit(nogil=True, cache=True)
def log_evidences(d: FloatArray, gram: FloatArray) -> FloatArray:
    """Ln of the evidence, d₀ - ½ G₀₀ + ½ |K⁻¹(d - G₀)|² - ln|K| with KKᵀ = 1 + G.

    Parameters
    ----------
    d : ndarray, shape (n_spectra, n_rows)
        Products of each spectrum with the mean spectrum, row 0, and with the directions.
    gram : ndarray, shape (n_spectra, n_rows (n_rows + 1) / 2)
        Products of the rows among themselves, the lower triangle row by row. It is overwritten.
    """
    n, size = d.shape
    out = np.empty(n)
    pull = np.empty(size)
    for spectrum in range(n):
        g = gram[spectrum]
        total = d[spectrum, 0] - 0.5 * g[0]
        for i in range(1, size):
            row = i * (i + 1) // 2
            for j in range(1, i):
                other = j * (j + 1) // 2
                left = g[row + j]
                for k in range(1, j):
                    left -= g[row + k] * g[other + k]
                g[row + j] = left / g[other + j]
            left, rest = 1 + g[row + i], d[spectrum, i] - g[row]
            for k in range(1, i):
                left -= g[row + k] ** 2
                rest -= g[row + k] * pull[k]
            g[row + i] = math.sqrt(left)
            pull[i] = rest / g[row + i]
            total += 0.5 * pull[i] ** 2 - math.log(g[row + i])
        out[spectrum] = total
    return out

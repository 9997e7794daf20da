"""Votes of a support vector machine, one class against one, compiled by Numba at the first call.

LIBSVM evaluates the kernel a spectrum and a support vector at a time, and that takes most of a
prediction. Here the kernel comes as one matrix, and the votes are taken by blocks of classes.
"""

import numpy as np
from numba import njit
from sklearn.svm import SVC

from specz.common.arrays import FloatArray, IntArray

BLOCK = 16
"""Classes whose kernel values stay in the cache while all others are held against them."""


def winners(model: SVC, kernel: FloatArray) -> IntArray:
    """Class with the most votes of a fitted machine, (n_spectra,), as ``model.predict`` names it.

    The first of those with equal votes.

    Parameters
    ----------
    model : SVC
        Fitted machine.
    kernel : ndarray, shape (n_vectors, n_spectra)
        Kernel of its support vectors with the spectra.
    """
    ends = np.concatenate([[0], np.cumsum(model.n_support_)])
    dual, intercept = model.dual_coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn turns the signs of a single pair
        dual, intercept = -dual, -intercept
    votes = _votes(kernel, ends, np.ascontiguousarray(dual), intercept)
    return np.asarray(model.classes_[votes.argmax(axis=0)])


@njit(nogil=True, cache=True)
def _votes(kernel: FloatArray, ends: IntArray, dual: FloatArray, intercept: FloatArray) -> IntArray:
    """Votes for each class, shape (n_classes, n_spectra).

    Parameters
    ----------
    kernel : ndarray, shape (n_vectors, n_spectra)
        Kernel of the support vectors, in order of their classes, with the spectra.
    ends : ndarray, shape (n_classes + 1,)
        Where the support vectors of each class begin, and the last end.
    dual : ndarray, shape (n_classes - 1, n_vectors)
        Coefficients of each support vector against each class but its own.
    intercept : ndarray, shape (n_classes (n_classes - 1) / 2,)
        Of each pair, in order.
    """
    n, spectra = len(ends) - 1, kernel.shape[1]
    votes = np.zeros((n, spectra), np.int64)
    decision = np.empty(spectra)
    for block in range(0, n, BLOCK):
        for second in range(block + 1, n):
            for first in range(block, min(block + BLOCK, second)):
                pair = first * (2 * n - first - 1) // 2 + second - first - 1
                for spectrum in range(spectra):
                    decision[spectrum] = intercept[pair]
                for vector in range(ends[first], ends[first + 1]):
                    weight = dual[second - 1, vector]
                    for spectrum in range(spectra):
                        decision[spectrum] += weight * kernel[vector, spectrum]
                for vector in range(ends[second], ends[second + 1]):
                    weight = dual[first, vector]
                    for spectrum in range(spectra):
                        decision[spectrum] += weight * kernel[vector, spectrum]
                for spectrum in range(spectra):
                    votes[first, spectrum] += decision[spectrum] > 0
                    votes[second, spectrum] += decision[spectrum] <= 0
    return votes

"""Votes of a support vector machine, one class against one, compiled by Numba at the first call.

LIBSVM evaluates the kernel a spectrum and a support vector at a time, and that takes most of a
prediction. Here the kernel is one matrix product.
"""

import numpy as np
from numba import njit
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.svm import SVC

from specz.common.arrays import FloatArray, Flux, IntArray


def winners(model: SVC, flux: Flux) -> IntArray:
    """Class with the most votes of a fitted machine, (n_spectra,), as ``model.predict`` names it.

    The first of those with equal votes.
    """
    if len(model.classes_) == 2:  # scikit-learn turns the signs of a single pair
        return np.asarray(model.predict(flux))
    kernel = pairwise_kernels(
        model.support_vectors_, flux, metric=model.kernel, filter_params=True, gamma=model.gamma
    )
    ends = np.concatenate([[0], np.cumsum(model.n_support_)])
    votes = _votes(kernel, ends, np.ascontiguousarray(model.dual_coef_), model.intercept_)
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
    pair = 0
    for first in range(n):
        for second in range(first + 1, n):
            decision[:] = intercept[pair]
            for vector in range(ends[first], ends[first + 1]):
                decision += dual[second - 1, vector] * kernel[vector]
            for vector in range(ends[second], ends[second + 1]):
                decision += dual[first, vector] * kernel[vector]
            for spectrum in range(spectra):
                votes[first if decision[spectrum] > 0 else second, spectrum] += 1
            pair += 1
    return votes

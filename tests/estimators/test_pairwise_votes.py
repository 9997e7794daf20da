"""The compiled votes name the classes that LIBSVM names."""

from functools import partial

import numpy as np
import pytest
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.svm import SVC

from specz.estimators import svm
from specz.estimators.pairwise_votes import winners
from specz.estimators.svm import KernelSVM, LinearSVM
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import White
from specz.spectra.sample import draw_samples


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
@pytest.mark.parametrize("classes", [2, 3, 25])
def test_the_votes_are_those_of_libsvm(kernel, classes):
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(classes, 4))
    labels = rng.permutation(np.repeat(np.arange(classes), 8)) * 3  # not every class is there
    spectra = (centres[labels // 3] + rng.normal(size=(len(labels), 4))).astype(np.float32)
    model = SVC(kernel=kernel, C=10.0, gamma=0.3).fit(spectra, labels)
    others = rng.normal(scale=1.5, size=(3000, 4)).astype(np.float32)
    kernel_of = partial(pairwise_kernels, metric=kernel, filter_params=True, gamma=0.3)
    of_support = kernel_of(model.support_vectors_, others)
    np.testing.assert_array_equal(winners(model, of_support), model.predict(others))


@pytest.mark.parametrize(
    "method", [LinearSVM(), KernelSVM(c=10.0)], ids=lambda method: method.label
)
def test_kernel_values_that_are_kept_change_no_answer(method, monkeypatch):
    library = LibraryConfig(n_train=300, n_validation=20, n_test=80)
    train, validation, test = draw_samples(library, (300, 20, 80), White(2.0), get_grid("paper"), 1)
    kept = method.fit(train, validation, seed=1).scores(test.flux()).values
    monkeypatch.setattr(svm, "GRAM_SHARE", 0)
    anew = method.fit(train, validation, seed=1).scores(test.flux()).values
    np.testing.assert_array_equal(kept, anew)

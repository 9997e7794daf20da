"""The compiled votes name the classes that LIBSVM names."""

import numpy as np
import pytest
from sklearn.svm import SVC

from specz.estimators.pairwise_votes import winners


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
@pytest.mark.parametrize("classes", [2, 3, 25])
def test_the_votes_are_those_of_libsvm(kernel, classes):
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(classes, 4))
    labels = rng.permutation(np.repeat(np.arange(classes), 8)) * 3  # not every class is there
    spectra = (centres[labels // 3] + rng.normal(size=(len(labels), 4))).astype(np.float32)
    model = SVC(kernel=kernel, C=10.0, gamma=0.3).fit(spectra, labels)
    others = rng.normal(scale=1.5, size=(3000, 4)).astype(np.float32)
    np.testing.assert_array_equal(winners(model, others), model.predict(others))

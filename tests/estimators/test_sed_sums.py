import numpy as np
import pytest
from scipy.special import logsumexp

from specz.estimators.sed_sums import BLOCK, STEP, log_sums


@pytest.mark.parametrize("scale", [0.3, 3.0, 300.0])  # all SEDs matter, some, one
@pytest.mark.parametrize("n_seds", [1, BLOCK, 5 * BLOCK + 7])
def test_sums_over_blocks_are_those_over_all_seds(scale, n_seds):
    rng = np.random.default_rng(3)
    n_components, size = 11, 2 * STEP
    kept = rng.permutation(n_components)[:size]
    mix = np.triu(rng.normal(size=(size, size)) * scale * 0.5 ** np.arange(size)[:, None])
    mean = rng.uniform(0.5, 1, n_components)
    c = rng.uniform(0.5, 1.5, (n_seds, n_components))
    models = c[:, kept] @ mix.T / (c @ mean)[:, None]
    y = models[rng.integers(n_seds, size=9)] + rng.normal(size=(9, size))
    y[0] += 1000  # far from all
    expected = logsumexp(-0.5 * ((y[:, None] - models) ** 2).sum(axis=2), axis=1)

    filled = np.resize(c, (-(-n_seds // BLOCK), BLOCK, n_components)).swapaxes(1, 2)
    single = [np.ascontiguousarray(a, dtype=np.float32) for a in (y, mix, mean, filled)]
    found = log_sums(single[0], single[1], kept, single[2], single[3], n_seds)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-4 + 1e-5 * scale)

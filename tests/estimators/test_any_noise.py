import numpy as np
import pytest

from specz.estimators import cholesky
from specz.estimators.any_noise import best_model, log_evidence, log_evidences, whitened

RNG = np.random.default_rng(1)
BASIS, MEAN = RNG.standard_normal((4, 30)), RNG.standard_normal(4)
SPREAD = np.tril(RNG.standard_normal((4, 4)))
FLUX, IVAR = RNG.standard_normal((6, 30)), RNG.uniform(0.5, 4, (6, 30))
IVAR[:, ::7] = 0


def test_a_noise_of_each_spectrum_gives_what_one_noise_gives():
    rows = whitened(BASIS, MEAN, SPREAD, IVAR.max())
    found = log_evidences(rows, IVAR * FLUX, IVAR)
    expected = [
        log_evidence(((w * x) @ BASIS.T)[None], (BASIS * w) @ BASIS.T, MEAN, SPREAD)[0]
        for x, w in zip(FLUX, IVAR, strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_directions_without_an_effect_are_left_out():
    spread = SPREAD.copy()
    spread[:, 2] *= 1e-6
    rows = whitened(BASIS, MEAN, spread, IVAR.max())
    assert len(rows) == 1 + 3
    overlap = rows[1:] @ rows[1:].T
    np.testing.assert_allclose(overlap, np.diag(np.diag(overlap)), atol=1e-9)


def test_the_compiled_sum_is_that_of_the_formula():
    d, gram = RNG.standard_normal((5, 4)), []
    expected = []
    for row in d:
        full = RNG.standard_normal((4, 9))
        full = full @ full.T
        gram.append(full[np.tril_indices(4)])
        k, pull = np.eye(3) + full[1:, 1:], row[1:] - full[1:, 0]
        gain = pull @ np.linalg.solve(k, pull) - np.linalg.slogdet(k)[1]
        expected.append(row[0] - 0.5 * full[0, 0] + 0.5 * gain)
    np.testing.assert_allclose(cholesky.log_evidences(d, np.array(gram)), expected, rtol=1e-12)


def test_the_best_model_is_the_maximum_of_the_posterior():
    fit = best_model(BASIS, MEAN, SPREAD, FLUX[0], IVAR[0])

    def minus_log(c):
        white = np.linalg.solve(SPREAD, c - MEAN)
        return (IVAR[0] * (FLUX[0] - c @ BASIS) ** 2).sum() + white @ white

    least = minus_log(fit.coefficients)
    for step in 1e-3 * np.eye(4):
        assert minus_log(fit.coefficients + step) > least
        assert minus_log(fit.coefficients - step) > least
    assert fit.chi2 == pytest.approx(
        (IVAR[0] * (FLUX[0] - fit.coefficients @ BASIS) ** 2).sum(), rel=1e-12
    )
    assert 25 - 4 < fit.dof < 25  # five pixels of 30 are masked

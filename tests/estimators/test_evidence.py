import numpy as np
import pytest
from scipy.stats import multivariate_normal

from specz import metrics
from specz.estimators.any_noise import log_evidence
from specz.estimators.bayes import BayesLimit
from specz.estimators.evidence import GaussianEvidence
from specz.metrics.predictions import predict
from specz.spectra.noise import PerPixel, White
from specz.spectra.sample import draw_sample


def test_the_closed_form_is_the_density_of_the_spectrum():
    """x ~ N(Bᵀμ, BᵀΣB + diag(1/w)): the integral over the coefficients, done the long way."""
    rng = np.random.default_rng(1)
    basis, mean = rng.standard_normal((3, 12)), rng.standard_normal(3)
    spread = np.tril(rng.standard_normal((3, 3)))
    ivar = rng.uniform(0.5, 4, 12)
    x = rng.standard_normal((5, 12))
    covariance = basis.T @ spread @ spread.T @ basis + np.diag(1 / ivar)
    expected = multivariate_normal(mean @ basis, covariance).logpdf(x)
    found = log_evidence((x * ivar) @ basis.T, (basis * ivar) @ basis.T, mean, spread)
    constant = -0.5 * (ivar * x**2).sum(axis=1) + 0.5 * np.log(ivar).sum() - 6 * np.log(2 * np.pi)
    np.testing.assert_allclose(found + constant, expected, rtol=1e-10)


def samples(library, grid, noise, n=150):
    return [
        draw_sample(library, split, size, noise, grid, 1)
        for split, size in (("train", 300), ("validation", 10), ("test", n))
    ]


def coloured(n_pixels):
    """σ rises by two over the grid, and every twentieth pixel is masked."""
    ivar = np.linspace(1.5, 0.4, n_pixels) ** 2
    ivar[::20] = 0
    return PerPixel(tuple(ivar))


@pytest.mark.parametrize("kind", ["white", "coloured"])
def test_it_comes_close_to_the_limit_and_states_how_often_it_is_right(library, grid, kind):
    noise = White(1.0) if kind == "white" else coloured(grid.n_pixels)
    train, validation, test = samples(library, grid, noise)
    evidence, limit = (
        predict(estimator.fit(train, validation, 1), test)
        for estimator in (GaussianEvidence(), BayesLimit())
    )
    accuracy = metrics.accuracy(evidence)
    assert accuracy.value >= metrics.accuracy(limit).value - 0.04
    assert accuracy.low < evidence.p_max.mean() < accuracy.high


def test_a_masked_pixel_says_nothing(library, grid):
    noise = coloured(grid.n_pixels)
    train, validation, test = samples(library, grid, noise, n=20)
    fitted = GaussianEvidence().fit(train, validation, 1)
    flux = test.flux()
    before = fitted.scores(flux).values
    flux[:, ::20] = 1e3
    np.testing.assert_allclose(fitted.scores(flux).values, before, atol=1e-4)


def test_the_amplitude_may_be_unknown_to_it(library, grid):
    train, validation, test = samples(library, grid, White(2.0), n=60)
    free = GaussianEvidence(known_amplitude=False).fit(train, validation, 1)
    flux = test.flux()
    once, twice = (free.scores(flux * factor).values.argmax(axis=1) for factor in (1.0, 1.3))
    assert np.mean(np.abs(once - test.labels) <= 1) > 0.9
    assert np.mean(np.abs(twice - test.labels) <= 1) > 0.85


def test_clean_spectra_are_answered(library, grid):
    train, validation, test = samples(library, grid, White(np.inf), n=30)
    said = predict(GaussianEvidence().fit(train, validation, 1), test)
    assert metrics.within_one(said).value == 1


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"continua": 0}, ValueError),
        ({"known_amplitude": 1}, TypeError),
        ({"resolution": 0.1}, ValueError),
    ],
)
def test_bad_settings_are_named(settings, error):
    with pytest.raises(error, match=next(iter(settings))):
        GaussianEvidence(**settings)

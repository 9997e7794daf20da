from dataclasses import replace

import numpy as np
import pytest

from specz.estimators.bayes import BayesLimit
from specz.estimators.redshift_scan import redshifts, scan
from specz.spectra.components import decompose
from specz.spectra.grid import CLASSES, get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.noise import White
from specz.spectra.observe import integrate
from specz.spectra.sample import draw_sample

LIBRARY = build_library(LibraryConfig(n_train=60, n_validation=20, n_test=40))
GRID = get_grid("paper")
LIMIT = BayesLimit(continua=8)


def sample(snr, n=300, split="train", seed=5):
    return draw_sample(LIBRARY, split, n, White(snr), GRID, seed)


def posterior(limit, snr, flux):
    return limit.fit(sample(snr), sample(snr), 1).scores(flux).values


def test_hit_rate_and_mean_maximum_agree():
    # The spectra show the very SEDs of the prior, so the posterior must be calibrated.
    asked = sample(1.0, n=400, seed=6)
    p = posterior(LIMIT, 1.0, asked.flux())
    hit = p.argmax(axis=1) == asked.labels
    error = np.sqrt((p.max(axis=1) * (1 - p.max(axis=1))).sum()) / len(hit)
    assert abs(hit.mean() - p.max(axis=1).mean()) < 3 * error
    assert 0.7 < hit.mean() < 0.95


def test_the_scan_is_the_sum_written_out():
    n_seds, n_steps = 5, 8
    asked = sample(0.7, n=3, seed=7)
    flux, z = asked.flux(), redshifts(n_steps)
    log_p = np.empty((3, len(z), n_seds))
    for k in range(n_seds):
        for part in np.array_split(np.arange(len(z)), 16):
            models = integrate(LIBRARY, np.full(len(part), k), z[part], GRID)
            models /= models.mean(axis=1, keepdims=True)
            square = (models**2).sum(axis=1)
            log_p[:, part, k] = (flux @ models.T - 0.5 * square) * 0.7**2
    p = np.exp(log_p - log_p.max(axis=(1, 2), keepdims=True)).sum(axis=2)
    p = p.reshape(3, CLASSES.n, n_steps).sum(axis=2)
    prior = sample(0.7, n=n_seds)
    limit = replace(LIMIT, continua=n_seds)
    scanned = limit.fit(prior, prior, 1).scores(flux).values
    np.testing.assert_allclose(scanned, p / p.sum(axis=1, keepdims=True), atol=5e-3)


@pytest.mark.slow
def test_knowing_less_is_not_better_and_needs_no_scale():
    asked = sample(0.7, n=80, seed=8)
    flux = asked.flux()
    rates = {}
    for amplitude in (True, False):
        for noise in (True, False):
            limit = replace(LIMIT, known_amplitude=amplitude, known_noise=noise)
            p = posterior(limit, 0.7, flux)
            rates[amplitude, noise] = np.mean(p.argmax(axis=1) == asked.labels)
            if not amplitude and not noise:
                few = slice(0, 20)
                np.testing.assert_allclose(posterior(limit, 0.7, 7 * flux[few]), p[few], atol=2e-3)
    assert min(rates.values()) > 0.5
    assert max(rates.values()) <= rates[True, True] + 0.03
    # 1,800 pixels tell the noise level: not knowing it beforehand costs next to nothing.
    assert rates[True, False] == pytest.approx(rates[True, True], abs=0.02)


def test_clean_spectra_have_no_limit_but_the_classes():
    with pytest.raises(ValueError, match="needs noise"):
        LIMIT.fit(sample(np.inf), sample(np.inf), 1)


def test_few_seds_find_where_all_must_be_asked():
    """Refining everything changes nothing: what the coarse scan leaves out does not matter."""
    import specz.estimators.redshift_scan

    asked = sample(2.0, n=20, seed=9)
    flux = asked.flux()
    p = posterior(LIMIT, 2.0, flux)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(specz.estimators.redshift_scan, "DROP", 1e6)
        everything = posterior(LIMIT, 2.0, flux)
    np.testing.assert_allclose(p, everything, atol=1e-3)


def test_the_prior_is_of_the_training_seds_only():
    train = sample(1.0, n=30)
    evidence = decompose(LIBRARY, np.unique(train.sed), 8)
    assert len(evidence.coefficients) == 30


def test_a_flat_likelihood_gives_a_flat_posterior():
    def nothing(flux, z):
        return np.zeros((len(flux), len(z)), dtype=np.float32)

    flux = np.ones((2, GRID.n_pixels), dtype=np.float32)
    White(1.0).add(flux, 1, np.arange(2))
    np.testing.assert_allclose(scan(flux, nothing, nothing, 4).values, 1 / CLASSES.n)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"continua": 0}, "continua must lie in"), ({"resolution": 0.5}, "resolution must lie in")],
)
def test_bad_settings_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        replace(LIMIT, **change)

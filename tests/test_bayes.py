from dataclasses import replace

import numpy as np
import pytest

from specz.bayes import BayesLimit, Evidence
from specz.components import Components, decompose
from specz.grid import CLASSES, get_grid
from specz.library import LibraryConfig, build_library
from specz.lines import HALPHA, LINE_WAVE_REST, LINES
from specz.noise import add_noise
from specz.observe import integrate, line_sigma
from specz.sample import draw_sample
from specz.scan import redshifts, scan

LIBRARY = build_library(LibraryConfig(n_train=60, n_validation=20, n_test=40))
GRID = get_grid("paper")
LIMIT = BayesLimit(continua=8)


def sample(snr, n=300, split="train", seed=5):
    return draw_sample(LIBRARY, split, n, snr, GRID, seed)


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


def test_a_single_line_has_the_width_of_cramer_and_rao():
    # A flat continuum with one line: σ_z = σ (4√π σ_λ³ Δ)^½ / (F λ₀), by hand.
    config = replace(LIBRARY.config, velocity_dispersion=1000.0)
    n_nodes, n_lines = LIBRARY.continuum.shape[1], len(LINES)
    flat = replace(
        LIBRARY,
        config=config,
        continuum=np.concatenate([np.ones((1, n_nodes)), np.zeros((1, n_nodes))]),
        line_flux=np.stack([np.zeros(n_lines), np.eye(n_lines)[HALPHA]]),
    )
    ew_rest, snr, z = 40.0, 3.0, 1.4
    one = Components(flat, np.array([[1.0, ew_rest]]))
    asked = replace(sample(snr, n=1), library=flat)
    evidence = Evidence(LIMIT, one, asked, np.array([0]))
    spectrum = one.coefficients @ one.observed(z, GRID)[0]
    mean = spectrum.mean()
    step = 1.5e-3  # σ_z is about twice this, the line five times as wide
    around = z + step * np.array([-1, 0, 1])
    value = evidence.log_likelihood((spectrum / mean).astype(np.float32), around)[0].astype(float)
    sigma_z = step / np.sqrt(2 * value[1] - value[0] - value[2])
    sigma_line = float(line_sigma(LINE_WAVE_REST[HALPHA] * (1 + z), 1000.0, GRID))
    flux = ew_rest / (mean)
    by_hand = (1 / snr) * np.sqrt(4 * np.sqrt(np.pi) * sigma_line**3 * GRID.step)
    by_hand /= flux * LINE_WAVE_REST[HALPHA]
    # 2 %: the pixel widens the line a little, and the line widens with z.
    assert sigma_z == pytest.approx(by_hand, rel=0.02)


def test_knowing_less_is_not_better_and_needs_no_scale():
    asked = sample(0.7, n=150, seed=8)
    flux = asked.flux()
    rates = {}
    for amplitude in (True, False):
        for noise in (True, False):
            limit = replace(LIMIT, known_amplitude=amplitude, known_noise=noise)
            p = posterior(limit, 0.7, flux)
            rates[amplitude, noise] = np.mean(p.argmax(axis=1) == asked.labels)
            if not amplitude and not noise:
                np.testing.assert_allclose(posterior(limit, 0.7, 7 * flux), p, atol=2e-3)
    assert min(rates.values()) > 0.5
    assert max(rates.values()) <= rates[True, True] + 0.03
    # 1,800 pixels tell the noise level: not knowing it beforehand costs next to nothing.
    assert rates[True, False] == pytest.approx(rates[True, True], abs=0.02)


def test_clean_spectra_have_no_limit_but_the_classes():
    with pytest.raises(ValueError, match="needs noise"):
        LIMIT.fit(sample(np.inf), sample(np.inf), 1)


def test_few_seds_find_where_all_must_be_asked():
    """Refining everything changes nothing: what the coarse scan leaves out does not matter."""
    import specz.scan

    asked = sample(2.0, n=20, seed=9)
    flux = asked.flux()
    p = posterior(LIMIT, 2.0, flux)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(specz.scan, "DROP", 1e6)
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
    add_noise(flux, 1.0, 1, np.arange(2))
    np.testing.assert_allclose(scan(flux, nothing, nothing, 4).values, 1 / CLASSES.n)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"continua": 0}, "continua must lie in"), ({"resolution": 0.5}, "resolution must lie in")],
)
def test_bad_settings_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        replace(LIMIT, **change)

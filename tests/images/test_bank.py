import numpy as np
import pytest
from scipy.integrate import quad

from specz.images import bank
from specz.images.bank import BankLimit, build_bank
from specz.images.stamps import PARAMETERS, Population, draw_stamps, unit_images

POPULATION = Population()


@pytest.fixture(scope="module")
def sample():
    return draw_stamps(POPULATION, "test", 1200, 3)


def posterior(sample, **settings):
    return BankLimit(**settings).fit(sample, sample, 1).scores(sample.flux()).values[:, 1]


def test_the_posterior_is_true_and_converged(sample):
    """The mean of the larger probability is the fraction right; half the templates do as well."""
    p = posterior(sample, galaxies=128)
    right = (p > 0.5) == sample.galaxy
    stated = np.maximum(p, 1 - p)
    assert abs(stated.mean() - right.mean()) < 3 * np.sqrt(np.mean(stated * (1 - stated)) / len(p))
    assert 0.75 < right.mean() < 0.9
    few = posterior(sample.head(300), galaxies=64)
    assert np.abs(few - p[:300]).mean() < 0.02


def test_the_evidence_over_snr_is_the_integral():
    low, high = 5.0, 50.0
    for x in (-3.0, 4.0, 20.0, 60.0):
        top = np.clip(x, low, high)
        peak = top * x - top**2 / 2
        found, _ = quad(
            lambda s, x=x, peak=peak: np.exp(s * x - s**2 / 2 - peak) / s, low, high, limit=200
        )
        expected = np.log(found / np.log(high / low)) + peak
        assert bank.log_snr_evidence(np.array([x]), (low, high))[0] == pytest.approx(
            expected, abs=0.02
        )


def test_products_are_interpolated_to_any_centre():
    """Against templates that are rendered there; S/N times the error stays small."""
    centres, snr = 7, 50
    (star, _), u = build_bank(POPULATION, 1, 1), np.full((1, PARAMETERS), 0.5)
    seen = POPULATION.profiles(u, np.array([False])).transform(POPULATION.beta)
    grid = POPULATION.offset * ((2 * np.arange(centres) + 1) / centres - 1)
    there = np.concatenate([unit_images(seen, np.array([a, b])) for a in grid for b in grid])
    stamp = unit_images(seen, np.array([0.2, -0.3]))
    direct = (there * stamp).sum(axis=(1, 2))
    at_nodes = star.reshape(-1, stamp.size) @ stamp.ravel()
    assert np.abs(at_nodes @ bank._to_grid(centres) - direct).max() * snr < 0.05


def test_a_bright_extended_galaxy_and_a_bright_star_are_certain(sample):
    p = posterior(sample, galaxies=64)
    bright = sample.snr > 30
    assert p[bright & (sample.profiles.radius > 2)].min() > 0.99
    assert p[bright & ~sample.galaxy].mean() < 0.2

"""Denoisers against closed forms, the posterior against its own law, and the networks."""

from dataclasses import replace

import numpy as np
import pytest

from specz.denoising.linear import Dictionary, Raw, Wiener, wiener
from specz.denoising.networks import ConditionalGAN, UNet
from specz.denoising.posterior_mean import PosteriorMean, PosteriorSample
from specz.denoising.samples import Denoised, denoise, denoised, noiseless
from specz.estimators.base import ClassScores, Fitted
from specz.estimators.bayes import BayesLimit
from specz.estimators.training import TrainingConfig
from specz.spectra.grid import GRIDS
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import White
from specz.spectra.sample import draw_samples

COARSE = BayesLimit(resolution=2)
MEAN = PosteriorMean(COARSE)
SHORT = TrainingConfig(2, 0, batch=32, fresh_noise=True, keep_best=False)
NETWORK = UNet((4, 8), replace(SHORT, epochs=4))


@pytest.fixture(scope="module")
def samples():
    config = LibraryConfig(n_train=60, n_validation=20, n_test=60)
    return draw_samples(config, (60, 20, 60), White(1.0), GRIDS["nisp"], 1)


def squared_error(values, sample):
    """Of each spectrum, in units of σ²."""
    return np.square(values - noiseless(sample)).mean(axis=1) * sample.snr**2


@pytest.fixture(scope="module")
def known(samples):
    """Spectra of galaxies of the prior, with other noise than in training."""
    return replace(samples[0].copied(4), seed=99)


@pytest.fixture(scope="module")
def of_posterior(samples, known):
    train, validation, _ = samples
    methods = MEAN, PosteriorSample(COARSE)
    return [denoise(each.fit(train, validation, 1), known.flux()) for each in methods]


def test_a_posterior_sample_has_twice_the_error_of_the_mean_on_galaxies_of_the_prior(
    of_posterior, known
):
    mean, sample = (squared_error(values, known) for values in of_posterior)
    excess = sample - 2 * mean
    assert abs(excess.mean()) < 3 * excess.std() / np.sqrt(len(excess) / 4)  # 4 copies of each
    assert sample.mean() > 1.5 * mean.mean()


@pytest.mark.parametrize(
    "method", [Raw(), Wiener(), Dictionary(atoms=16)], ids=lambda method: method.label
)
def test_no_method_has_a_lower_error_than_the_posterior_mean(method, of_posterior, samples, known):
    train, validation, _ = samples
    values = denoise(method.fit(train, validation, 1), known.flux())
    assert squared_error(values, known).mean() > squared_error(of_posterior[0], known).mean()


def test_no_network_has_a_lower_error_either(unet, gan, of_posterior, known):
    for fitted in (unet, gan):
        values = denoise(fitted, known.flux())
        assert squared_error(values, known).mean() > squared_error(of_posterior[0], known).mean()


def test_the_filter_of_a_made_covariance_is_that_of_the_closed_form():
    """Two pixels, S/N from the eigenvalues: 3 of the sum, 1 of the difference."""
    rng = np.random.default_rng(1)
    clean = rng.standard_normal((4000, 2)) * np.sqrt([3, 1]) @ np.array([[1, 1], [1, -1]]) / 2**0.5
    mean, shrink = wiener(clean + 5, variance=1.0)
    np.testing.assert_allclose(mean, 5, atol=0.1)
    kept = {3: 3 / 4, 1: 1 / 2}  # λ/(λ + σ²)
    expected = (kept[3] * np.ones((2, 2)) + kept[1] * np.array([[1, -1], [-1, 1]])) / 2
    np.testing.assert_allclose(shrink, expected, atol=0.03)
    noisy = clean + rng.standard_normal(clean.shape)
    left = np.square((noisy - clean.mean(axis=0)) @ shrink + clean.mean(axis=0) - clean).mean()
    assert left == pytest.approx((kept[3] + kept[1]) / 2, rel=0.05)  # σ² mean of λ/(λ + σ²)


def test_a_larger_prior_is_another_draw_of_the_population(samples):
    train, validation, test = samples
    values = denoise(replace(MEAN, seds=300).fit(train, validation, 1), test.flux())
    few = denoise(MEAN.fit(train, validation, 1), test.flux())
    assert squared_error(values, test).mean() < squared_error(few, test).mean()


def test_a_network_learns_repeats_under_a_seed_and_reloads(unet, samples, tmp_path):
    train, validation, test = samples
    values = denoise(unet, test.flux())
    assert unet.history.validation_loss[-1] < unet.history.validation_loss[0]
    np.testing.assert_array_equal(denoise(NETWORK.fit(train, validation, 1), test.flux()), values)
    unet.save(tmp_path)
    np.testing.assert_array_equal(denoise(NETWORK.load(tmp_path), test.flux()), values)


@pytest.fixture(scope="module")
def unet(samples):
    return NETWORK.fit(*samples[:2], 1)


@pytest.fixture(scope="module")
def gan(samples):
    return ConditionalGAN((4,), SHORT).fit(*samples[:2], 1)


def test_a_gan_gives_the_same_spectra_after_it_is_read_from_disk(gan, samples, tmp_path):
    gan.save(tmp_path)
    flux = samples[2].flux()
    again = denoise(ConditionalGAN().load(tmp_path), flux)
    np.testing.assert_array_equal(again, denoise(gan, flux))


def test_the_discriminator_changes_what_the_generator_learns(gan, samples):
    strong = ConditionalGAN((4,), SHORT, adversarial=10.0).fit(*samples[:2], 1)
    flux = samples[2].flux()
    assert not np.allclose(denoise(gan, flux), denoise(strong, flux), atol=1e-4)


@pytest.mark.parametrize("name", GRIDS)
def test_a_network_takes_the_pixels_of_every_grid(name):
    n = GRIDS[name].n_pixels
    for kind, inputs in ((UNet, 1), (ConditionalGAN, 2)):
        model = kind((2, 3, 4)).build(n)
        assert model.input.shape[1:] == (n, inputs)
        assert model.output.shape[1:] == (n,)


def test_a_denoised_sample_is_taken_as_any_other(samples):
    values = noiseless(samples[2])
    sample = denoised(samples[2], values)
    assert isinstance(sample.head(3), Denoised)
    np.testing.assert_array_equal(sample.head(3).flux(epoch=2), values[:3])
    np.testing.assert_array_equal(sample.labels, samples[2].labels)


def test_an_answer_of_another_shape_is_refused(samples):
    wrong = Fitted(lambda flux: ClassScores(flux[:, 1:], is_probability=False))
    with pytest.raises(ValueError, match=r"must have shape \(60, 512\); got \(60, 511\)"):
        denoise(wrong, samples[2].flux())


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        (UNet, {"filters": (0,)}, "filters"),
        (ConditionalGAN, {"adversarial": -1.0}, "adversarial must lie"),
        (ConditionalGAN, {"alone": 2.0}, "alone must lie"),
        (Dictionary, {"used": (300,)}, "used"),
        (PosteriorMean, {"seds": -1}, "seds must lie"),
    ],
)
def test_a_wrong_setting_is_named(kind, settings, said):
    with pytest.raises(ValueError, match=said):
        kind(**settings)

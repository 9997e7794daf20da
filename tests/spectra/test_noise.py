from dataclasses import replace

import numpy as np
import pytest

from specz.estimators.bayes import BayesLimit
from specz.estimators.template_fit import TemplateFit
from specz.spectra.grid import CLASSES
from specz.spectra.noise import PerPixel, White
from specz.spectra.sample import draw_sample

N_SEDS = 40
LIMIT = BayesLimit(continua=8)
UNKNOWING = replace(LIMIT, known_amplitude=False, known_noise=False)


def draw(library, grid, noise, n, seed=1, split="train"):
    return draw_sample(library, split, n, noise, grid, seed)


def ivar(grid, snr, masked=()):
    """Inverse variances of white noise, but for the masked pixels."""
    value = np.full(grid.n_pixels, float(snr) ** 2)
    value[list(masked)] = 0
    return tuple(value)


def uneven(grid):
    """Inverse variances from 0.01 to 4, every seventh pixel masked."""
    value = np.geomspace(0.01, 4, grid.n_pixels)
    value[::7] = 0
    return tuple(value)


def half(grid):
    """Every second pixel."""
    return range(0, grid.n_pixels, 2)


def added(noise, shape, epoch=0, seed=1):
    flux = np.zeros(shape, dtype=np.float32)
    noise.add(flux, seed, np.arange(len(flux)), epoch)
    return flux


def test_white_noise_weighs_all_pixels_alike_and_infinity_adds_nothing():
    np.testing.assert_array_equal(White(0.5).weight(7), np.ones(7))
    np.testing.assert_array_equal(White(np.inf).weight(7), np.ones(7))
    np.testing.assert_array_equal(added(White(np.inf), (3, 7)), 0)
    noise = added(White(0.5), (400, 50))
    assert abs(noise.mean()) < 4 * 2 / np.sqrt(noise.size)
    assert noise.std() == pytest.approx(2, rel=4 / np.sqrt(2 * noise.size))


@pytest.mark.parametrize("noise", [White(0.5), PerPixel((0.25, 0.0, 4.0))])
def test_scaled_noise_keeps_its_pattern(noise):
    more = noise.scaled(3.0)
    np.testing.assert_allclose(added(more, (20, 3)), 3 * added(noise, (20, 3)), rtol=1e-5)
    assert more.snr == pytest.approx(noise.snr / 3)
    np.testing.assert_allclose(more.weight(3), noise.weight(3))


def test_weight_and_snr_give_back_the_inverse_variance(grid):
    noise = PerPixel(uneven(grid))
    weight = noise.weight(grid.n_pixels)
    assert weight.mean() == pytest.approx(1)
    np.testing.assert_allclose(weight * noise.snr**2, uneven(grid))


def test_each_pixel_has_noise_of_its_own_variance_and_masked_ones_are_zero():
    n, value = 4000, np.array([0.01, 0.0, 1.0, 4.0, 0.0, 100.0] * 5)
    flux = np.full((n, len(value)), 7.0, dtype=np.float32)
    PerPixel(tuple(value)).add(flux, 1, np.arange(n))
    seen = value > 0
    np.testing.assert_array_equal(flux[:, ~seen], 0)
    pull = (flux[:, seen] - 7.0).astype(float) * np.sqrt(value[seen])
    assert np.abs(pull.mean(axis=0)).max() < 4 / np.sqrt(n)
    assert np.abs(pull.std(axis=0) - 1).max() < 4 / np.sqrt(2 * n)
    correlation = np.corrcoef(pull.T) - np.eye(seen.sum())
    assert np.abs(correlation).max() < 5 / np.sqrt(n)


def test_pulls_of_a_sample_are_standard_normal(library, grid):
    noise = PerPixel(uneven(grid))
    noisy = draw(library, grid, noise, 200).flux()
    clean = draw(library, grid, White(np.inf), 200).flux()
    pull = ((noisy - clean) * np.sqrt(uneven(grid)))[:, np.array(uneven(grid)) > 0].astype(float)
    assert abs(pull.mean()) < 4 / np.sqrt(pull.size)
    assert abs(pull.std() - 1) < 4 / np.sqrt(2 * pull.size)
    np.testing.assert_array_equal(noisy[:, ::7], 0)


def test_the_numbers_are_the_same_whichever_batch_asks(library, grid):
    sample = draw(library, grid, PerPixel(uneven(grid)), 150)
    everything = sample.flux()
    chosen = np.array([149, 3, 64, 65, 3])
    np.testing.assert_array_equal(sample.flux(chosen), everything[chosen])
    np.testing.assert_array_equal(sample.flux(slice(60, 71)), everything[60:71])
    np.testing.assert_array_equal(sample.head(20).flux(), everything[:20])
    assert not np.array_equal(sample.flux(epoch=1), everything)


def test_constant_variance_is_white_noise(library, grid):
    white = draw(library, grid, White(2.0), 20)
    constant = draw(library, grid, PerPixel(ivar(grid, 2.0)), 20)
    assert constant.snr == pytest.approx(white.snr)
    np.testing.assert_allclose(constant.flux(), white.flux(), atol=1e-5)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((1.0, -2.0, 3.0), "-2.0 at pixel 1"),
        ((1.0, 2.0, np.inf), "inf at pixel 2"),
        ((np.nan, 2.0, -1.0), "nan at pixel 0"),
        ((0.0, 0.0, 0.0), "zero everywhere"),
        ((), "zero everywhere"),
    ],
)
def test_a_bad_inverse_variance_is_named_with_its_pixel(value, message):
    expected = f"ivar must be finite, not negative and somewhere positive; {message}"
    with pytest.raises(ValueError, match=expected):
        PerPixel(value)


def test_there_must_be_one_inverse_variance_for_each_pixel(library, grid):
    sample = draw(library, grid, PerPixel((1.0, 2.0)), 3)
    with pytest.raises(ValueError, match="ivar must have 1800 values, one a pixel; got 2"):
        sample.flux()


def scores(estimator, library, grid, noise, flux):
    """What an estimator that was fitted at this noise says of spectra."""
    train = draw(library, grid, noise, N_SEDS)
    return estimator.fit(train, train.head(1), seed=1).scores(flux).values


ESTIMATORS = pytest.mark.parametrize(
    "estimator",
    [LIMIT, UNKNOWING, TemplateFit((8,))],
    ids=["Bayes limit", "unknown scales", "template fit"],
)


@ESTIMATORS
def test_estimators_take_constant_variance_for_white_noise(library, grid, estimator):
    flux = draw(library, grid, White(2.0), 8, seed=2).flux()
    white, constant = (
        scores(estimator, library, grid, noise, flux)
        for noise in (White(2.0), PerPixel(ivar(grid, 2.0)))
    )
    np.testing.assert_allclose(constant, white, atol=1e-3)


@ESTIMATORS
def test_what_stands_in_masked_pixels_says_nothing(library, grid, estimator):
    noise = PerPixel(ivar(grid, 2.0, half(grid)))
    flux = draw(library, grid, noise, 8, seed=2).flux()
    other = flux.copy()
    other[:, half(grid)] = np.random.default_rng(1).uniform(-100, 100, (8, grid.n_pixels // 2))
    both = scores(estimator, library, grid, noise, np.concatenate([flux, other]))
    # The same but for the order in which products are summed.
    np.testing.assert_allclose(both[8:], both[:8], atol=1e-4)
    assert both.max(axis=1).min() > 2 / CLASSES.n  # they say something


def test_with_half_the_pixels_the_limit_is_lower_and_its_probabilities_are_still_true(
    library, grid
):
    rates = {}
    for masked in ((), half(grid)):
        noise = PerPixel(ivar(grid, 1.0, masked))
        asked = draw(library, grid, noise, 200, seed=2)
        asked = replace(asked, sed=asked.sed % N_SEDS)  # the very SEDs of the prior
        p = scores(LIMIT, library, grid, noise, asked.flux())
        top, hit = p.max(axis=1), p.argmax(axis=1) == asked.labels
        error = np.sqrt((top * (1 - top)).sum()) / len(hit)
        assert abs(hit.mean() - top.mean()) < 3 * error
        rates[len(masked)] = hit.mean()
    assert 0.3 < rates[grid.n_pixels // 2] < rates[0] - 0.08


def by_numpy(shape, seed, example, epoch):
    """The same numbers from NumPy's own generator, set to the spectrum's counter."""
    philox = np.random.Philox(key=seed)
    state = philox.state
    state["state"]["counter"][3] = epoch
    generator = np.random.Generator(philox)
    draws = np.empty(shape, dtype=np.float32)
    for row, index in zip(draws, example, strict=True):
        state["state"]["counter"][2] = index
        philox.state = state
        generator.standard_normal(out=row, dtype=np.float32)
    return draws


@pytest.mark.parametrize("seed", [0, 1, 3, 2**32 - 1, 3 * (2**32 - 1) + 2])
@pytest.mark.parametrize("epoch", [0, 1, 9999])
def test_noise_is_bit_for_bit_that_of_numpy(seed, epoch):
    example = np.concatenate([np.arange(400), [2**31 - 1, 10**8]])
    for snr in (1.0, 0.7, 30.0):
        before = np.random.default_rng(seed).random((len(example), 1801), dtype=np.float32)
        after = before.copy()
        White(snr).add(after, seed, example, epoch)
        draws = by_numpy(before.shape, seed, example, epoch)
        draws *= np.float32(1 / snr)
        np.testing.assert_array_equal(after.view(np.uint32), (before + draws).view(np.uint32))


@pytest.mark.parametrize("snr", [0.0, -1.0, float("nan")])
def test_a_signal_to_noise_ratio_that_is_none_is_named(snr):
    with pytest.raises(ValueError, match="snr must be a positive number"):
        White(snr)

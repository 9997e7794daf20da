from dataclasses import replace

import numpy as np
import pytest

from specz.images.stamps import (
    BANDS,
    SHIFTS,
    SIZE,
    WEIGHTS,
    Population,
    draw_stamps,
    stacked,
)

POPULATION = Population()


@pytest.fixture(scope="module")
def sample():
    return draw_stamps(POPULATION, "test", 300, 1)


def test_a_smaller_sample_is_the_start_of_a_larger_one(sample):
    few = draw_stamps(POPULATION, "test", 20, 1)
    assert np.array_equal(few.flux(), sample.flux(slice(20)))
    assert np.array_equal(sample.head(20).flux(), few.flux())


def test_a_stamp_does_not_depend_on_which_others_are_asked_for(sample):
    index = np.array([7, 200, 31])
    assert np.array_equal(sample.flux(index), sample.flux()[index])


def test_an_epoch_draws_other_noise_on_the_same_object(sample):
    first, other = sample.flux(slice(100)), sample.flux(slice(100), epoch=1)
    assert (first - other).std() == pytest.approx(np.sqrt(2), rel=0.01)
    assert abs((first - other).mean()) < 0.01


def test_splits_and_seeds_share_no_object_and_no_noise():
    samples = [draw_stamps(POPULATION, s, 5, i) for s in ("train", "test") for i in (1, 2)]
    assert len({sample.profiles.fwhm[0] for sample in samples}) == 4
    assert len({sample.seed for sample in samples}) == 4


def test_noise_has_unit_variance_and_the_signal_the_stated_snr(sample):
    """A fit with the true profile to the weighted sum of the bands has that S/N, and scatter 1."""
    fits = (stacked(sample.flux()) * sample._noiseless).sum(axis=(1, 2))
    pulls = fits - sample.profiles.snr
    assert pulls.mean() == pytest.approx(0, abs=4 / np.sqrt(300))
    assert pulls.std() == pytest.approx(1, rel=0.15)
    assert np.linalg.norm(WEIGHTS) == pytest.approx(1)
    assert sample.flux(slice(1)).shape == (1, len(BANDS), SIZE, SIZE)


def test_half_are_stars_and_only_galaxies_are_extended(sample):
    assert 0.4 < sample.galaxy.mean() < 0.6
    assert np.array_equal(sample.profiles.radius > 0, sample.galaxy)
    assert np.array_equal(sample.labels, sample.galaxy)


@pytest.mark.parametrize("name", SHIFTS)
def test_a_shift_changes_the_image_and_not_the_object(name, sample):
    shifted = draw_stamps(replace(POPULATION, **SHIFTS[name]), "test", 20, 1)
    assert np.array_equal(shifted.galaxy, sample.galaxy[:20])
    assert np.array_equal(shifted.snr, sample.snr[:20])
    difference = shifted._noiseless - sample._noiseless[:20]
    assert np.sqrt((difference**2).sum(axis=(1, 2))).min() > 0.03  # of one: images have unit norm


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"fwhm": (1.0, 4.0)}, "fwhm must lie in .*got 1.0"),
        ({"fwhm": (4.0, 3.0)}, "fwhm must be a lower and an upper end"),
        ({"radius": (0.7,)}, "radius must be a lower and an upper end"),
        ({"index": (0.5, 6.0)}, "index must lie in .*nearest valid value is 4"),
        ({"beta": 1.0}, "beta must lie in"),
    ],
)
def test_a_wrong_range_is_named(changed, said):
    with pytest.raises(ValueError, match=said):
        Population(**changed)

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from scipy.stats import kstest

from specz.spectra.noise import White
from specz.spectra.sample import draw_sample


def test_same_seed_same_spectra_another_seed_others(library, grid):
    def draw(seed):
        return draw_sample(library, "test", 40, White(1.0), grid, seed).flux()

    np.testing.assert_array_equal(draw(1), draw(1))
    assert not np.array_equal(draw(1), draw(2))


def test_a_spectrum_does_not_depend_on_who_else_is_asked_for(library, grid):
    sample = draw_sample(library, "train", 300, White(1.0), grid, 1)
    everything = sample.flux()
    chosen = np.array([299, 3, 64, 65, 3])
    np.testing.assert_array_equal(sample.flux(chosen), everything[chosen])
    np.testing.assert_array_equal(sample.flux(slice(100, 171)), everything[100:171])


def test_an_example_that_is_not_there_is_named(library, grid):
    sample = draw_sample(library, "train", 30, White(1.0), grid, 1)
    with pytest.raises(IndexError, match=r"index must lie in \[0, 29\]; got -1 to 30"):
        sample.flux(np.array([-1, 30]))
    assert sample.flux(np.array([], dtype=int)).shape == (0, grid.n_pixels)


def test_four_million_spectra_take_the_memory_of_their_recipes(library, grid):
    draw_sample(library, "train", 200, White(1.0), grid, 1).flux()  # what is made once
    tracemalloc.start()
    sample = draw_sample(library, "train", 4_000_000, White(1.0), grid, 1)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    order = np.array([3_999_999, 17, 2_000_000] * 100)
    for start in range(0, len(order), 100):
        sample.flux(order[start : start + 100])
        sample.flux(slice(3_999_900, None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held == pytest.approx(4_000_000 * 12, rel=0.01)
    assert peak - held < 10e6


def test_smaller_samples_are_the_first_part_of_larger_ones(library, grid):
    small = draw_sample(library, "train", 50, White(1.0), grid, 1)
    large = draw_sample(library, "train", 500, White(1.0), grid, 1)
    np.testing.assert_array_equal(small.flux(), large.flux(slice(50)))
    np.testing.assert_array_equal(large.head(50).flux(), small.flux())


def test_splits_share_no_sed_and_no_noise(library, grid):
    train, test = (
        draw_sample(library, split, 400, White(1.0), grid, 1) for split in ("train", "test")
    )
    assert not set(train.sed) & set(test.sed)
    clean = [draw_sample(library, s, 400, White(np.inf), grid, 1) for s in ("train", "test")]
    noise = [(a.flux() - b.flux())[0] for a, b in zip((train, test), clean, strict=True)]
    assert abs(np.corrcoef(noise)[0, 1]) < 0.1


def test_every_sed_is_used_equally_often(library, grid):
    sample = draw_sample(library, "train", 900, White(1.0), grid, 1)
    assert set(np.bincount(sample.sed)) == {3}


def test_redshifts_are_uniform(library, grid):
    z = draw_sample(library, "train", 20_000, White(1.0), grid, 1).z
    assert kstest((z - 1.0) / 0.8, "uniform").pvalue > 0.01


@pytest.mark.parametrize("snr", [5.0, 1.0, 0.25])
def test_noise_pulls_are_standard_normal(library, grid, snr):
    noisy = draw_sample(library, "test", 200, White(snr), grid, 1)
    clean = draw_sample(library, "test", 200, White(np.inf), grid, 1)
    pull = ((noisy.flux() - clean.flux()) * snr).ravel().astype(float)
    n = pull.size
    assert abs(pull.mean()) < 4 / np.sqrt(n)
    assert abs(pull.std() - 1) < 4 / np.sqrt(2 * n)
    assert kstest(pull[::37], "norm").pvalue > 0.001


def test_noise_is_white(library, grid):
    noisy = draw_sample(library, "test", 100, White(1.0), grid, 1)
    clean = draw_sample(library, "test", 100, White(np.inf), grid, 1)
    noise = noisy.flux() - clean.flux()
    for lag in (1, 2, 64):
        assert abs((noise[:, lag:] * noise[:, :-lag]).mean()) < 4 / np.sqrt(noise.size)
    assert abs(np.mean(noise[1:] * noise[:-1])) < 4 / np.sqrt(noise.size)


def test_another_epoch_is_other_noise_on_the_same_spectrum(library, grid):
    sample = draw_sample(library, "train", 30, White(1.0), grid, 1)
    first, second = sample.flux(epoch=0), sample.flux(epoch=1)
    assert abs(np.corrcoef(first[0], second[0])[0, 1]) < 0.4
    clean = draw_sample(library, "train", 30, White(np.inf), grid, 1)
    np.testing.assert_array_equal(clean.flux(epoch=0), clean.flux(epoch=5))


def test_two_noise_levels_share_their_pattern(library, grid):
    clean, half, one = (
        draw_sample(library, "test", 5, White(snr), grid, 1).flux() for snr in (np.inf, 0.5, 1.0)
    )
    np.testing.assert_allclose(half - clean, 2 * (one - clean), atol=1e-5)


def test_400_000_spectra_weigh_five_megabytes(library, grid):
    sample = draw_sample(library, "train", 400_000, White(1.0), grid, 1)
    assert sample.sed.nbytes + sample.z.nbytes < 5e6


def test_spectra_do_not_involve_the_deep_learning_backend():
    code = "import specz.spectra.sample, sys; print(bool({'keras', 'tensorflow'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_noise_is_the_same_whatever_the_layout_of_the_spectra():
    by_row = np.ones((3, 5), dtype=np.float32)
    by_column = np.ones((3, 5), dtype=np.float32, order="F")
    for flux in (by_row, by_column):
        White(1.0).add(flux, 1, np.arange(3))
    np.testing.assert_array_equal(by_row, by_column)


def test_a_mask_selects_the_spectra_where_it_is_true(library, grid):
    sample = draw_sample(library, "train", 5, White(1.0), grid, 1)
    mask = np.array([False, True, False, False, True])
    np.testing.assert_array_equal(sample.flux(mask), sample.flux(np.array([1, 4])))
    assert sample.flux(np.zeros(5, dtype=bool)).shape == (0, grid.n_pixels)
    with pytest.raises(IndexError, match="a mask must have 5 values, one per spectrum; got shape"):
        sample.flux(mask[:4])


def test_copies_are_the_same_galaxies_with_other_noise(library, grid):
    sample = draw_sample(library, "train", 5, White(1.0), grid, 1)
    copies = sample.copied(3)
    flux, clean = copies.flux(), draw_sample(library, "train", 5, White(np.inf), grid, 1).flux()
    np.testing.assert_array_equal(flux[:5], sample.flux())
    np.testing.assert_array_equal(copies.labels, np.tile(sample.labels, 3))
    noise = (flux - np.tile(clean, (3, 1))).reshape(3, -1)
    assert np.abs(np.corrcoef(noise)[np.triu_indices(3, 1)]).max() < 0.05
    assert noise.std() == pytest.approx(1, abs=0.02)

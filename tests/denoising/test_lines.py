"""Lines on made spectra: invented, kept, moved, and noise alone."""

import numpy as np
import pytest
from scipy.stats import norm

from specz.denoising.lines import halpha_kept, invented_at, significance
from specz.spectra.grid import GRIDS
from specz.spectra.lines import HALPHA, LINE_WAVE_REST

GRID, SNR, Z = GRIDS["paper"], 2.0, 1.4


def spectrum(*lines):
    """A sloping continuum with Gaussian lines of (pixel, S/N in a matched filter)."""
    x = np.arange(GRID.n_pixels)
    flux = 1 + 1e-4 * x
    for at, snr in lines:
        shape = np.exp(-0.5 * ((x - at) / 1.58) ** 2)
        flux += shape * snr / SNR / np.sqrt(np.square(shape).sum())
    return flux[None].astype(np.float32)


HALPHA_AT = int((LINE_WAVE_REST[HALPHA] * (1 + Z) - GRID.wave_min) / GRID.step)


@pytest.mark.parametrize("snr", [3.5, 12.0])
def test_a_line_has_its_signal_to_noise_and_a_continuum_none(snr):
    """Its continuum is unknown, so the filter's mean is taken off and a part of the S/N with it."""
    seen = significance(spectrum((500, snr)), GRID, SNR)[0]
    shape = np.exp(-0.5 * (np.arange(-8, 9) / 1.58) ** 2)
    part = np.sqrt(1 - shape.sum() ** 2 / (len(shape) * np.square(shape).sum()))
    assert seen[500] == pytest.approx(part * snr, rel=0.02)
    assert abs(seen[700:]).max() < 0.05


def test_noise_has_unit_variance():
    noise = 1 + np.random.default_rng(1).standard_normal((50, GRID.n_pixels)) / SNR
    assert significance(noise.astype(np.float32), GRID, SNR).std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("made", "true", "invented"),
    [
        ([(500, 6.0)], [], [500]),
        ([(500, 2.0)], [], []),
        ([(500, 6.0)], [(500, 6.0)], []),
        ([(502, 6.0)], [(500, 6.0)], []),
        ([(515, 6.0)], [(500, 6.0)], [515]),
        ([(500, 12.0)], [(500, 6.0)], [500]),
        ([], [(500, 6.0)], []),
        ([(300, 6.0), (900, 6.0)], [(900, 6.0)], [300]),
    ],
)
def test_invented_lines_are_those_that_the_galaxy_has_not(made, true, invented):
    found = invented_at(spectrum(*made), spectrum(*true), GRID, SNR)[0]
    assert np.flatnonzero(found).tolist() == invented


def test_peaks_of_noise_count_as_invented_as_often_as_the_gaussian_tail_says():
    """At most as often as pixels are above three σ, and at least in a part of these."""
    flat, rng = np.ones((200, GRID.n_pixels), dtype=np.float32), np.random.default_rng(2)
    noisy = flat + rng.standard_normal(flat.shape).astype(np.float32) / SNR
    found = invented_at(noisy, flat, GRID, SNR).sum(axis=1).mean()
    most = GRID.n_pixels * norm.sf(3)
    assert most / 4 < found < most


def test_halpha_is_kept_where_it_is():
    z = np.array([Z])
    assert halpha_kept(spectrum((HALPHA_AT, 8.0)), z, GRID, SNR).all()
    assert not halpha_kept(spectrum((HALPHA_AT, 1.0)), z, GRID, SNR).any()
    assert not halpha_kept(spectrum((HALPHA_AT + 40, 8.0)), z, GRID, SNR).any()

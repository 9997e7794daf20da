import numpy as np
import pytest

from specz.estimators import cramer_rao
from specz.estimators.bayes import BayesLimit, Evidence
from specz.spectra.grid import CLASSES, get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.noise import White
from specz.spectra.sample import Sample

LIBRARY = build_library(LibraryConfig(n_train=2, n_validation=1, n_test=1))
GRID = get_grid("paper")
LINE = cramer_rao.one_line(LIBRARY, 40.0, 1000.0)


def test_the_likelihood_is_as_narrow_as_the_bound():
    snr, z = 3.0, 1.4
    asked = Sample(LINE.library, GRID, np.zeros(1, dtype=np.int32), np.array([z]), White(snr), 0)
    evidence = Evidence(BayesLimit(), LINE, asked, np.array([0]))
    spectrum = (LINE.coefficients @ LINE.observed(z, GRID)[0])[0]
    flux = (spectrum / spectrum.mean()).astype(np.float32)[None]
    step = 1.5e-3  # σ_z is about twice this, the line five times as wide
    below, at, above = evidence.log_likelihood(flux, z + step * np.array([-1, 0, 1]))[0].astype(
        float
    )
    sigma_z = step / np.sqrt(2 * at - below - above)
    # 2 %: the pixel widens the line a little, and the line widens with z.
    assert sigma_z == pytest.approx(cramer_rao.bound(LINE, z, snr, GRID), rel=0.02)


def test_the_bound_is_that_of_the_equation():
    """Twice the line at the same noise, or half the noise: half the error."""
    weak = cramer_rao.one_line(LIBRARY, 1.0, 1000.0)  # too weak to change the mean flux
    weaker = cramer_rao.one_line(LIBRARY, 0.5, 1000.0)
    bound = cramer_rao.bound(weak, 1.4, 1.0, GRID)
    assert cramer_rao.bound(weaker, 1.4, 1.0, GRID) == pytest.approx(2 * bound, rel=2e-3)
    assert cramer_rao.bound(weak, 1.4, 2.0, GRID) == pytest.approx(bound / 2, rel=1e-12)
    narrow = cramer_rao.one_line(LIBRARY, 1.0, 500.0)
    assert bound == pytest.approx(2**1.5 * cramer_rao.bound(narrow, 1.4, 1.0, GRID), rel=1e-2)


def test_redshifts_scatter_as_the_bound_says_and_no_less():
    bound = cramer_rao.bound(LINE, 1.4, 10.0, GRID)
    errors = cramer_rao.errors(LINE, 1.4, 10.0, GRID, n=400, seed=2)
    assert abs(errors.mean()) < 3 * bound / 20
    assert errors.std() == pytest.approx(bound, rel=0.12)


@pytest.mark.parametrize("snr", [0.01, 0.5])
def test_no_error_lies_beyond_the_search(snr):
    """Where the highest peak is at an end of the search, too."""
    z = 1.4 + cramer_rao.errors(LINE, 1.4, snr, GRID, n=100, seed=1)
    assert z.min() >= CLASSES.z_min
    assert z.max() <= CLASSES.z_max


def test_a_line_lost_in_noise_scatters_as_the_search_and_not_as_the_bound():
    """The search does not shrink with the bound, so that the scatter is not set by it."""
    errors = cramer_rao.errors(LINE, 1.4, 0.1, GRID, n=400, seed=3)
    assert cramer_rao.bound(LINE, 1.4, 0.1, GRID) < 0.04
    assert errors.std() == pytest.approx(cramer_rao.RANDOM_SCATTER, rel=0.1)

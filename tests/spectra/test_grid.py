import numpy as np
import pytest

from specz.spectra.grid import CLASSES, get_grid


def test_paper_grid():
    grid = get_grid("paper")
    assert (grid.n_pixels, grid.wave_min, grid.wave_max, grid.step) == (1800, 11000, 20000, 5)
    assert grid.wave_obs[0] == 11002.5


def test_nisp_grid_covers_the_red_grism():
    grid = get_grid("nisp")
    assert grid.wave_min == 12060
    assert grid.wave_max == pytest.approx(18920, abs=grid.step)


def test_unknown_grid_names_the_nearest():
    with pytest.raises(ValueError, match=r"grid must be one of .*did you mean 'nisp'"):
        get_grid("nips")


def test_there_are_800_classes_of_a_thousandth():
    assert CLASSES.n == 800
    np.testing.assert_allclose(np.diff(CLASSES.edges), 0.001)


def test_a_class_holds_its_lower_edge_and_not_its_upper():
    np.testing.assert_array_equal(CLASSES.label([1.0, 1.0009999, 1.7999999]), [0, 0, 799])
    np.testing.assert_array_equal(CLASSES.label(CLASSES.edges[:-1]), np.arange(800))
    np.testing.assert_array_equal(CLASSES.label(CLASSES.centres), np.arange(800))


@pytest.mark.parametrize("z", [0.9999, 1.8, np.nan])
def test_redshift_outside_the_classes_is_an_error(z):
    with pytest.raises(ValueError, match=r"z must lie in \[1, 1.8\)"):
        CLASSES.label([1.5, z])

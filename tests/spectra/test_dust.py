import numpy as np
import pytest

from specz.spectra.dust import R_V, attenuation, calzetti_k


def test_curve_at_the_v_band_is_r_v():
    assert calzetti_k(5500) == pytest.approx(R_V, abs=0.02)


def test_curve_is_continuous_where_its_two_parts_meet():
    assert calzetti_k(6299.9) == pytest.approx(float(calzetti_k(6300)), abs=0.05)


def test_blue_light_is_dimmed_more():
    k = calzetti_k(np.linspace(3500, 10000, 50))
    assert (np.diff(k) < 0).all()


def test_attenuation_is_the_law_in_magnitudes():
    dimmed = attenuation([5500.0], [0.0, 0.3])
    assert dimmed[0, 0] == 1
    assert -2.5 * np.log10(dimmed[1, 0]) == pytest.approx(0.3 * float(calzetti_k(5500)))


def test_outside_the_measured_range_is_an_error():
    with pytest.raises(ValueError, match="1200-22000"):
        calzetti_k([500.0])

import numpy as np
import pytest
from scipy.signal import fftconvolve
from scipy.special import gammaincinv

from specz.images import optics


def image(radius, index=1.0, axis_ratio=1.0, angle=0.0, fwhm=3.2, centre=(0, 0), beta=3.0, size=44):
    """One object; a large image comes out of a box of its own."""
    one = [np.array([float(v)]) for v in (fwhm, radius, index, axis_ratio, angle)]
    box = optics.BOX if size <= optics.BOX else size + 1
    seen = optics.transform(one[0], beta, *one[1:], box=box)
    return optics.images(seen, np.array(centre, dtype=float), size)[0].astype(float)


def offsets(found):
    return np.indices(found.shape)[::-1] - (len(found) - 1) / 2


def half_light_radius(found):
    r = np.hypot(*offsets(found)).ravel()
    order = np.argsort(r, kind="stable")
    return np.interp(0.5, np.cumsum(found.ravel()[order]), r[order])


@pytest.mark.parametrize("radius", [0, 0.7, 4])
@pytest.mark.parametrize("index", [0.5, 1, 4])
def test_the_flux_of_the_box_is_one_and_none_is_negative(radius, index):
    found = image(radius, index, size=optics.BOX)
    assert found.sum() == pytest.approx(1, abs=1e-4)
    assert found.min() > -1e-5


@pytest.mark.parametrize("index", [0.5, 1, 2, 4])
def test_half_of_the_light_of_a_sersic_profile_lies_within_its_radius(index):
    """So large that PSF and pixels hardly matter: within a per cent, as scaled by the flux seen."""
    found = image(15, index, fwhm=2.0, size=511, beta=4.5)
    assert found.sum() == pytest.approx(1, abs=0.01)
    assert half_light_radius(found) == pytest.approx(15, rel=0.015)


def test_the_centroid_is_the_centre_and_a_shift_changes_nothing_else():
    found, moved = image(2, 1, size=255), image(2, 1, centre=(0.3, -0.4), size=255)
    x, y = offsets(moved)
    assert (moved * x).sum() == pytest.approx(0.3, abs=2e-3)
    assert (moved * y).sum() == pytest.approx(-0.4, abs=2e-3)
    assert moved.sum() == pytest.approx(found.sum(), abs=1e-5)


def test_second_moments_are_those_of_a_gaussian_ellipse():
    """n = 0.5 is a Gaussian: its moments add to those of PSF and pixel, which cancel here."""
    radius, q, angle = 4.0, 0.5, 0.6
    difference = image(radius, 0.5, q, angle, size=255) - image(0, size=255)
    x, y = offsets(difference)
    variance = radius**2 / (2 * np.log(2))
    along, across = variance / q, variance * q
    cos, sin = np.cos(angle), np.sin(angle)
    assert (difference * x * x).sum() == pytest.approx(along * cos**2 + across * sin**2, rel=5e-3)
    assert (difference * y * y).sum() == pytest.approx(along * sin**2 + across * cos**2, rel=5e-3)
    assert (difference * x * y).sum() == pytest.approx((along - across) * cos * sin, rel=5e-3)


def test_it_is_what_a_sum_over_many_small_pixels_gives():
    """The same profile and PSF in real space, eleven times oversampled, convolved and binned."""
    radius, index, q, angle, fwhm, beta, over = 3.0, 1.5, 0.6, 0.8, 4.0, 3.0, 11
    half = 33 * over // 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1] / over
    along = x * np.cos(angle) + y * np.sin(angle)
    across = y * np.cos(angle) - x * np.sin(angle)
    r = np.sqrt(q * along**2 + across**2 / q) / radius
    galaxy = np.exp(-gammaincinv(2 * index, 0.5) * r ** (1 / index))
    psf = (1 + (x**2 + y**2) / optics.moffat_radius(fwhm, beta) ** 2) ** -beta
    seen = fftconvolve(galaxy / galaxy.sum(), psf / psf.sum(), mode="same")
    binned = seen.reshape(33, over, 33, over).sum(axis=(1, 3))
    found = image(radius, index, q, angle, fwhm, beta=beta, size=33)
    # Both lack what lies outside the stamp.
    difference = found / found.sum() - binned / binned.sum()
    assert np.abs(difference).max() < 0.005 * found.max()


def test_a_point_source_has_the_width_of_the_seeing():
    found = image(0, fwhm=8.0, size=71)
    x = np.arange(71) - 35.0
    profile = found[35] / found[35].max()
    right = slice(35, None)
    assert 2 * np.interp(-0.5, -profile[right], x[right]) == pytest.approx(8, rel=0.02)

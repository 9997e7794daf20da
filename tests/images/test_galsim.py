"""The renderer against GalSim, an independent one, where that is installed: ``.[galsim]``."""

import numpy as np
import pytest

from specz.images import optics

galsim = pytest.importorskip("galsim")

PIXELS = 65
"""Side of the images; light that leaves the box comes back, so it is wider than a stamp's."""

OBJECTS = [  # half-light radius, index, axis ratio, angle, FWHM, beta, offset
    (0.0, 1.0, 1.0, 0.0, 3.2, 3.0, (0.0, 0.0)),
    (0.0, 1.0, 1.0, 0.0, 4.8, 2.5, (0.4, -0.3)),
    (2.0, 0.5, 1.0, 0.0, 3.2, 3.0, (0.0, 0.0)),
    (2.5, 1.0, 0.6, 0.7, 3.2, 3.0, (0.3, 0.2)),
    (3.0, 2.5, 0.4, 2.1, 4.0, 3.0, (-0.5, 0.1)),
    (1.5, 4.0, 0.8, 1.2, 3.2, 3.5, (0.0, 0.0)),
]


def ours(radius, index, axis_ratio, angle, fwhm, beta, offset):
    one = [np.array([value]) for value in (fwhm, radius, index, axis_ratio, angle)]
    seen = optics.transform(one[0], beta, *one[1:], box=4 * PIXELS)
    return optics.images(seen, np.array(offset), PIXELS)[0].astype(float)


def theirs(radius, index, axis_ratio, angle, fwhm, beta, offset):
    accurate = galsim.GSParams(folding_threshold=1e-4, maximum_fft_size=16384)
    found = galsim.Moffat(beta=beta, fwhm=fwhm, gsparams=accurate)
    if radius:
        galaxy = galsim.Sersic(index, half_light_radius=radius, gsparams=accurate)
        turned = galaxy.shear(q=axis_ratio, beta=angle * galsim.radians)
        found = galsim.Convolve(turned, found, gsparams=accurate)
    image = found.shift(*offset).drawImage(nx=PIXELS, ny=PIXELS, scale=1.0, method="auto")
    return image.array.astype(float)


def moments(image):
    """Flux, centroid and second moments, weighted by a wide Gaussian so that wings count little."""
    y, x = np.indices(image.shape) - (len(image) - 1) / 2
    weight = image * np.exp(-(x**2 + y**2) / (2 * 8.0**2))
    flux = weight.sum()
    cx, cy = (weight * x).sum() / flux, (weight * y).sum() / flux
    second = [(weight * a * b).sum() / flux for a, b in ((x - cx,) * 2, (y - cy,) * 2)]
    return np.array([flux, cx, cy, *second, (weight * (x - cx) * (y - cy)).sum() / flux])


def half_light_radius(image, offset):
    """Radius about the true centre that holds half of the light of the image."""
    y, x = np.indices(image.shape) - (len(image) - 1) / 2
    r = np.hypot(x - offset[0], y - offset[1]).ravel()
    order = np.argsort(r, kind="stable")
    held = np.cumsum(image.ravel()[order])
    return np.interp(0.5 * held[-1], held, r[order])


@pytest.mark.parametrize("one", OBJECTS)
def test_images_are_those_of_galsim(one):
    found, expected = ours(*one), theirs(*one)
    np.testing.assert_allclose(found, expected, atol=5e-4 * expected.max())
    assert found.sum() == pytest.approx(expected.sum(), rel=1e-4)
    np.testing.assert_allclose(moments(found), moments(expected), atol=1e-3)
    radii = [half_light_radius(each, one[-1]) for each in (found, expected)]
    assert radii[0] == pytest.approx(radii[1], rel=2e-4)

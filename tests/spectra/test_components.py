import numpy as np
import pytest

from specz.spectra.components import decompose, principal_mixtures
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.observe import integrate

LIBRARY = build_library(LibraryConfig(n_train=200, n_validation=20, n_test=40))
SED = np.arange(200)
GRID = get_grid("paper")


@pytest.mark.parametrize("z", [1.0, 1.37, 1.799])
def test_components_add_up_to_the_spectra(z):
    components = decompose(LIBRARY, SED, 16)
    basis = components.observed(z, GRID)[0]
    scale = LIBRARY.continuum[SED].mean(axis=1, keepdims=True)
    exact = integrate(LIBRARY, SED, np.full(200, z), GRID) / scale
    np.testing.assert_allclose(components.coefficients @ basis, exact, rtol=5e-3, atol=2e-3)


def test_more_components_leave_less_out():
    left = []
    for n in (4, 8, 16):
        components = decompose(LIBRARY, SED, n)
        rows = components.coefficients @ components.observed(1.4, GRID)[0]
        scale = LIBRARY.continuum[SED].mean(axis=1, keepdims=True)
        left.append(np.abs(rows - integrate(LIBRARY, SED, np.full(200, 1.4), GRID) / scale).max())
    assert left[0] > 3 * left[1] > 9 * left[2]


def test_lines_are_exact_and_of_their_own():
    components = decompose(LIBRARY, SED, 4)
    lines = components.observed(1.5, GRID)[0, 4:]
    halpha = lines[6]
    centre = (halpha * GRID.wave_obs).sum() / halpha.sum()
    assert centre == pytest.approx(6564.61 * 2.5, abs=0.05)
    assert halpha.sum() * GRID.step == pytest.approx(1, abs=1e-6)


def test_principal_mixtures_are_orthogonal_and_hold_most_of_the_light():
    components = decompose(LIBRARY, SED, 16)
    wave = np.linspace(4100, 9500, 200_001)
    from dataclasses import replace

    fine = replace(GRID, wave_min=wave[0] * 2, step=0.5, n_pixels=2 * 5400 * 2)
    rest = components.observed(1.0, fine)[0]
    few = principal_mixtures(components, 3) @ rest
    overlap = few @ few.T
    # Orthogonal over all wavelengths; here over most of them.
    off = np.abs(overlap - np.diag(np.diag(overlap))).max()
    assert off < 0.15 * np.diag(overlap).max()
    seds = components.coefficients @ rest
    share = []
    for n in (1, 3, 10):
        q, _ = np.linalg.qr((principal_mixtures(components, n) @ rest).T)
        share.append(((seds @ q) ** 2).sum() / (seds**2).sum())
    assert share[0] < share[1] < share[2]
    assert share[2] > 0.999

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from specz.spectra.grid import get_grid
from specz.spectra.lines import HALPHA, LINE_WAVE_REST, LINES
from specz.spectra.noise import PerPixel, White
from specz.spectra.observe import halpha_snr, integrate, line_sigma, observe, redshift_range


def lines_only(library, line):
    flux = np.zeros_like(library.line_flux)
    flux[:, line] = library.line_flux[:, line]
    return replace(library, continuum=np.zeros_like(library.continuum), line_flux=flux)


@pytest.mark.parametrize("name", ["paper", "nisp"])
def test_a_line_lands_at_its_redshifted_wavelength(library, name):
    grid = get_grid(name)
    z = np.linspace(1.0, 1.79, 80)
    for line, wave_rest in enumerate(LINE_WAVE_REST):
        expected = wave_rest * (1 + z)
        inside = (expected > grid.wave_min + 200) & (expected < grid.wave_max - 200)
        if not inside.any():
            continue
        flux = integrate(lines_only(library, line), np.zeros(80, int), z, grid)[inside]
        centroid = (flux * grid.wave_obs).sum(axis=1) / flux.sum(axis=1)
        assert np.abs(centroid - expected[inside]).max() < 0.1 * grid.step, LINES[line].name


def test_integration_conserves_the_flux_of_continuum_and_lines(library, grid):
    z = np.array([1.0, 1.1, 1.4567, 1.7])
    seds = np.array([0, 5, 17, 42])
    flux = integrate(library, seds, z, grid)
    for row, sed, redshift in zip(flux, seds, z, strict=True):
        low, high = grid.wave_min / (1 + redshift), grid.wave_max / (1 + redshift)
        node = library.wave_rest
        fine = np.union1d(node[(node > low) & (node < high)], [low, high])
        continuum = np.trapezoid(np.interp(fine, node, library.continuum[sed]), fine)
        inside = (low + 50 < LINE_WAVE_REST) & (high - 50 > LINE_WAVE_REST)
        outside = (low - 50 > LINE_WAVE_REST) | (high + 50 < LINE_WAVE_REST)
        assert (inside | outside).all()
        expected = continuum + library.line_flux[sed, inside].sum()
        assert row.sum() * grid.step == pytest.approx(expected, rel=1e-6)


def test_each_pixel_holds_the_integral_over_it(library, grid):
    z, sed = 1.3777, 11
    flux = integrate(library, [sed], [z], grid)[0]
    sigma = line_sigma(LINE_WAVE_REST * (1 + z), library.config.velocity_dispersion, grid)

    def density(wave):
        continuum = np.interp(wave / (1 + z), library.wave_rest, library.continuum[sed]) / (1 + z)
        pull = (wave - LINE_WAVE_REST * (1 + z)) / sigma
        lines = library.line_flux[sed] * np.exp(-0.5 * pull**2) / (np.sqrt(2 * np.pi) * sigma)
        return continuum + lines.sum()

    halpha = int((LINE_WAVE_REST[HALPHA] * (1 + z) - grid.wave_min) // grid.step)
    for pixel in (0, 100, halpha - 1, halpha, halpha + 1, 1799):
        kinks = np.linspace(grid.edges[pixel], grid.edges[pixel + 1], 12)[1:-1]
        total, _ = quad(density, grid.edges[pixel], grid.edges[pixel + 1], points=kinks, limit=200)
        assert flux[pixel] == pytest.approx(total / grid.step, rel=1e-5)


def test_a_line_has_the_width_of_the_gas_and_the_instrument(library):
    for name, expected in (("paper", 150 / 299792.458), ("nisp", None)):
        grid = get_grid(name)
        z = 1.4
        flux = integrate(lines_only(library, HALPHA), [0], [z], grid)[0]
        wave = LINE_WAVE_REST[HALPHA] * (1 + z)
        variance = (flux * (grid.wave_obs - wave) ** 2).sum() / flux.sum()
        pixel = grid.step**2 / 12
        if expected is None:
            expected = np.hypot(150 / 299792.458, 1 / (2.3548200450309493 * 450))
        assert np.sqrt(variance - pixel) == pytest.approx(expected * wave, rel=2e-3)


def test_spectra_are_in_units_of_their_mean(library, grid):
    flux = observe(library, np.arange(50), np.linspace(1, 1.79, 50), grid)
    assert flux.dtype == np.float32
    np.testing.assert_allclose(flux.mean(axis=1), 1, rtol=1e-5)


def test_halpha_snr_is_that_of_a_matched_filter(library, grid):
    seds, z, snr = np.arange(4), np.array([1.1, 1.3, 1.5, 1.7]), 2.0
    found = halpha_snr(library, seds, z, grid, White(snr))
    mean = integrate(library, seds, z, grid).mean(axis=1)
    profile = integrate(lines_only(library, HALPHA), seds, z, grid) / mean[:, None]
    # The filter's own estimate over many noise draws: mean/standard deviation.
    rng = np.random.default_rng(3)
    noise = rng.standard_normal((4000, grid.n_pixels)) / snr
    for line, expected in zip(profile, found, strict=True):
        answers = (line + noise) @ line
        assert answers.mean() / answers.std() == pytest.approx(expected, rel=0.06)


def test_halpha_snr_counts_the_pixels_that_are_seen(library, grid):
    seds, z = np.arange(4), np.full(4, 1.5)
    white = halpha_snr(library, seds, z, grid, White(2.0))
    constant = halpha_snr(library, seds, z, grid, PerPixel((4.0,) * grid.n_pixels))
    np.testing.assert_allclose(constant, white)
    near = np.abs(grid.wave_obs - LINE_WAVE_REST[HALPHA] * 2.5) < 100
    without, with_line = (
        halpha_snr(library, seds, z, grid, PerPixel(tuple(np.where(seen, 4.0, 0.0))))
        for seen in (~near, near)
    )
    np.testing.assert_allclose(without, 0, atol=1e-6)
    np.testing.assert_allclose(with_line, white, rtol=1e-6)


def test_the_grid_must_fall_on_the_templates(library, grid):
    low, high = redshift_range(library, grid)
    assert low < 1.0
    assert high > 1.8
    integrate(library, [0, 0], [low, high], grid)
    with pytest.raises(ValueError, match=r"z must lie in .*'paper'.*got 0.5 to 0.5"):
        integrate(library, [0], [0.5], grid)
    with pytest.raises(ValueError, match="z must lie in"):
        integrate(library, [0], [np.nan], grid)


def test_an_sed_outside_the_library_is_an_error(library, grid):
    with pytest.raises(ValueError, match="sed must index the 480 SEDs"):
        integrate(library, [480], [1.5], grid)
    with pytest.raises(ValueError, match="of one length"):
        integrate(library, [1, 2], [1.5], grid)

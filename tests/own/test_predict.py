import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import specz
from specz.own import predict as predicting
from specz.own.predict import MEANING, Redshift, ZWarn, predict
from specz.spectra.grid import Grid, Pixels, get_grid, pixels_around
from specz.spectra.noise import White
from specz.spectra.observe import integrate, observe
from specz.spectra.sample import draw_sample

NISP = get_grid("nisp")
WAVE = NISP.wave_obs


@pytest.fixture(autouse=True)
def small_library(small_components, monkeypatch):
    monkeypatch.setattr(predicting, "library_components", lambda: small_components)


def spectra(library, snr, n, lines=True):
    """Spectra on the grid of Euclid, their inverse variance and redshifts."""
    if not lines:
        library = replace(library, line_flux=np.zeros_like(library.line_flux))
    sample = draw_sample(library, "test", n, White(snr), NISP, 1)
    flux = sample.flux().astype(float)
    return flux, np.full(flux.shape, float(snr) ** 2), sample.z


def ask(flux, ivar, wave=WAVE, **options):
    return predict(flux, wave, ivar, **{"resolving_power": 450, **options})


@pytest.fixture(scope="module")
def clear(library, small_components):
    """Twelve spectra at S/N 10, and the answers."""
    flux, ivar, z = spectra(library, 10, 12)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predicting, "library_components", lambda: small_components)
        return flux, ivar, z, ask(flux, ivar)


def test_clear_spectra_are_answered_and_not_flagged(clear):
    _, _, z, found = clear
    np.testing.assert_allclose([answer.z for answer in found], z, atol=1e-3)
    assert [answer.zwarn for answer in found] == [ZWarn(0)] * len(z)
    assert all(answer.p_best == answer.classes.max() for answer in found)
    np.testing.assert_allclose([answer.p.sum() for answer in found], 1, atol=1e-4)


def test_the_best_model_is_close_to_the_spectrum(clear):
    flux, ivar, _, found = clear
    for x, w, answer in zip(flux, ivar, found, strict=True):
        assert answer.chi2 < answer.dof + 5 * np.sqrt(2 * answer.dof)
        assert (w * (x - answer.model) ** 2).sum() == pytest.approx(answer.chi2, rel=0.2)


def test_the_unit_of_flux_does_not_matter(clear):
    flux, ivar, _, found = clear
    scaled = ask(flux[0] * 1e-17, ivar[0] * 1e34)[0]
    assert scaled.z == pytest.approx(found[0].z, abs=1e-9)
    np.testing.assert_allclose(scaled.model, 1e-17 * found[0].model, rtol=1e-6)


def test_a_masked_pixel_says_nothing_whatever_it_holds(clear):
    flux, ivar, z, _ = clear
    flux, ivar = flux[:3].copy(), ivar[:3].copy()
    ivar[:, ::9] = 0
    before = ask(flux, ivar)
    flux[:, ::9] = [[1e6], [np.nan], [np.inf]]
    after = ask(flux, ivar)
    for one, other, true in zip(before, after, z, strict=False):
        assert one.z == other.z == pytest.approx(true, abs=1e-3)
        np.testing.assert_array_equal(one.p, other.p)


def test_spectra_do_not_depend_on_their_neighbours_and_keep_their_order(clear, monkeypatch):
    flux, ivar, _, found = clear
    monkeypatch.setattr(predicting, "BATCH", 2)
    ivar = ivar.copy()
    ivar[1] = 0  # one in between has no answer
    again = ask(flux[:5], ivar[:5])
    assert np.isnan(again[1].z)
    assert again[1].zwarn == ZWarn.FEW_PIXELS
    for i in (0, 2, 3, 4):
        assert again[i].z == pytest.approx(found[i].z, abs=2e-5)


def test_a_spectrum_of_other_wavelengths_needs_no_resampling(library):
    """On pixels of growing width, with a gap: the components are integrated over those."""
    wave = np.concatenate([np.geomspace(11000, 15000, 700), np.geomspace(15200, 19500, 600)])
    pixels, real = pixels_around(wave)
    z = np.array([1.1234, 1.4567])
    flux = integrate(library, [310, 320], z, pixels)[:, real]
    flux /= flux.mean(axis=1, keepdims=True)
    found = predict(flux, wave, np.full(flux.shape, 400.0))
    np.testing.assert_allclose([answer.z for answer in found], z, atol=3e-4)


def test_pixels_of_any_width_hold_the_flux_of_a_uniform_grid(library):
    grid = Grid("fine", 12000.0, 5.0, 600)
    pairs = Pixels(grid.edges[::2])
    fine, wide = (integrate(library, [310], [1.3], each)[0] for each in (grid, pairs))
    np.testing.assert_allclose(wide, fine.reshape(-1, 2).mean(axis=1), rtol=1e-9)


def test_an_isolated_pixel_is_as_wide_as_its_neighbours_allow():
    pixels, real = pixels_around(np.array([1.0, 2.0, 3.0, 10.0, 20.0, 21.0, 22.0]))
    assert real.sum() == 7
    assert (np.diff(pixels.edges) > 0).all()
    np.testing.assert_allclose(np.diff(pixels.edges)[real][[0, 2, 4]], 1)


@pytest.mark.parametrize("snr", [0.5, 30])
def test_a_galaxy_without_lines_gets_a_wide_answer_and_a_flag(library, snr):
    flux, ivar, _ = spectra(library, snr, 8, lines=False)
    found = ask(flux, ivar)
    assert all(ZWarn.NO_LINE in answer.zwarn for answer in found)
    assert max(answer.p_best for answer in found) < 0.5  # noise may look like a line, a little
    assert np.median([answer.z_err for answer in found]) > 0.2


def test_stated_probabilities_are_those_observed(library):
    flux, ivar, z = spectra(library, 1, 60)
    found = ask(flux, ivar)
    right = [abs(answer.z - true) < 5e-4 for answer, true in zip(found, z, strict=True)]
    stated = np.mean([answer.p_best for answer in found])
    assert np.mean(right) == pytest.approx(stated, abs=0.18)  # three standard deviations
    sure = [answer.zwarn == 0 for answer in found]
    wrong = [abs(answer.z - true) > 0.006 for answer, true in zip(found, z, strict=True)]
    assert not (np.array(sure) & np.array(wrong)).any()


def test_a_second_peak_an_edge_and_another_kind_of_spectrum_are_flagged(clear):
    flux, ivar, _, _ = clear
    odd = ask(flux[0] * (1 + 0.4 * np.sin(WAVE / 60)), ivar[0])[0]
    assert ZWarn.LIBRARY_UNLIKE in odd.zwarn
    edge = ask(flux[0], ivar[0], wave=WAVE * 1.0006 / (1 + clear[2][0]) * 2)[0]
    assert ZWarn.AT_EDGE in edge.zwarn
    faint = ask(flux[0] + np.random.default_rng(3).normal(0, 3, len(WAVE)), ivar[0] / 900)[0]
    assert ZWarn.SECOND_PEAK in faint.zwarn


def test_outside_the_range_there_is_a_flag_and_no_answer(clear):
    flux, ivar, z, _ = clear
    optical = ask(flux[0], ivar[0], wave=np.linspace(3600, 9000, len(WAVE)))[0]
    assert optical.zwarn == ZWarn.FEW_PIXELS | ZWarn.OUT_OF_RANGE
    assert np.isnan(optical.z)
    assert optical.p_best == pytest.approx(1 / 800)
    wave = np.append(WAVE, [25000.0, 25010.0])
    longer = [np.append(each, [1.0, 1.0]) for each in (flux[0], ivar[0])]
    left_out = ask(*longer, wave=wave)[0]
    assert left_out.zwarn == ZWarn.OUT_OF_RANGE
    assert left_out.z == pytest.approx(z[0], abs=1e-3)
    assert np.isnan(left_out.model[-2:]).all()


def test_every_flag_has_a_meaning():
    assert list(MEANING) == list(ZWarn)


def test_the_package_has_it():
    assert specz.predict is predict
    with pytest.raises(AttributeError, match="predicted"):
        specz.predicted  # noqa: B018
    assert isinstance(predicting._no_answer(3, False), Redshift)


def test_importing_the_package_loads_nothing_else():
    code = (
        "import sys, specz; sys.exit('numpy' in sys.modules or 'specz.own.predict' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


ONE = np.ones(len(WAVE))


def changed(array, at, value):
    array = array.copy()
    array[at] = value
    return array


@pytest.mark.parametrize(
    ("flux", "wave", "ivar", "message"),
    [
        (ONE[:-1], WAVE, ONE, "flux must have shape"),
        (ONE, WAVE, ONE[:-1], "ivar must have the shape"),
        (np.ones((2, 3, len(WAVE))), WAVE, ONE, "flux must have shape"),
        (ONE, np.ones((2, 2)), ONE, "wave must have one dimension"),
        (changed(ONE, 7, np.nan), WAVE, ONE, "flux must be finite.*pixel 7 "),
        (ONE, WAVE, changed(ONE, 3, -1), "ivar must be finite.*pixel 3 "),
        (ONE, changed(WAVE, 5, WAVE[4]), ONE, "wave must increase; it repeats.*pixel 5"),
        (ONE, WAVE[::-1], ONE, "wave must increase; it falls"),
        (ONE, changed(WAVE, 5, np.nan), ONE, "wave must be finite"),
        (ONE, WAVE / 10, ONE, "are these nm"),
        (ONE, WAVE / 1e4, ONE, "are these µm"),
    ],
)
def test_bad_arrays_are_named(flux, wave, ivar, message):
    with pytest.raises(ValueError, match=message):
        predict(flux, wave, ivar)


def test_a_resolving_power_of_nothing_is_named():
    with pytest.raises(ValueError, match="resolving_power"):
        predict(ONE, WAVE, ONE, resolving_power=0)


def test_noiseless_shapes_of_one_sed_agree_with_observe(library):
    pixels, real = pixels_around(WAVE, 450)
    assert real.all()
    mine = integrate(library, [310], [1.2], pixels)
    np.testing.assert_allclose(mine / mine.mean(), observe(library, [310], [1.2], NISP), rtol=2e-5)

"""Real galaxies are found again where their published redshift is moved to."""

import sys

import numpy as np
import pytest

from specz.common import paths
from specz.own import real
from specz.own.predict import ZWarn


@pytest.fixture(scope="module")
def galaxies():
    return {galaxy.spectrum.name: galaxy for galaxy in real.galaxies()}


def test_the_spectra_are_rebuilt_byte_for_byte(monkeypatch):
    if len(list(paths.BUILD.glob("wheels/sdss_mangadap-*"))) == 0:
        pytest.skip(
            "the wheels are not at hand: pip download --no-deps --dest build/wheels "
            "sdss-mangadap==4.5.0 fastspecfit==3.6.1"
        )
    monkeypatch.setattr(sys, "path", [str(paths.ROOT / "scripts"), *sys.path])
    from rebuild_real_spectra import rebuild

    assert rebuild(paths.BUILD / "wheels") == (real.DATA / "real_spectra.npy").read_bytes()


def test_a_moved_galaxy_has_its_lines_where_its_redshift_puts_them(galaxies):
    galaxy = galaxies["DESI 1"]
    spectrum = real.moved(galaxy, 1.5)
    near = np.abs(spectrum.wave / 2.5 - 6564.6) < 60
    peak = spectrum.wave[near][spectrum.flux[near].argmax()] / 2.5
    assert abs(peak - 6564.6) < 3


def test_averages_keep_the_weighted_mean_and_the_inverse_variance(galaxies):
    spectrum = galaxies["MaNGA 2"].spectrum
    few = real.averaged(spectrum, 4)
    size = 4 * len(few.wave)
    weighted = (spectrum.ivar * spectrum.flux)[:size].sum()
    assert (few.ivar * few.flux).sum() == pytest.approx(weighted)
    assert few.ivar.sum() == pytest.approx(spectrum.ivar[:size].sum())


def test_noise_is_added_to_the_level_asked_for_and_to_the_variance(galaxies):
    spectrum = real.averaged(galaxies["MaNGA 1"].spectrum, 4)
    noisy = real.noisier(spectrum, 1.0, 3)
    good = spectrum.ivar > 0
    sigma = np.median(spectrum.flux[good])
    assert np.std((noisy.flux - spectrum.flux)[good]) == pytest.approx(sigma, rel=0.1)
    assert (noisy.ivar[~good] == 0).all()
    assert (noisy.ivar[good] < 1 / sigma**2).all()
    assert real.noisier(spectrum, real.AS_OBSERVED, 3) is spectrum


def test_emission_line_galaxies_are_found_and_none_is_wrong_without_a_flag():
    found = real.trials([1.6], [real.AS_OBSERVED], 1)
    names = [trial.galaxy.spectrum.name for trial in found]
    assert names == ["MaNGA 1", "MaNGA 2", "MaNGA 3", "DESI 1", "DESI 2"]
    for trial in found[:4]:
        assert abs(trial.error) < 3e-4
        assert not trial.doubted
    odd = found[4]  # its lines are not those of the library
    assert odd.answer.zwarn & ZWarn.SECOND_PEAK
    assert real.conclusion(found) == (
        "Of 4 redshifts in the window 0 are flagged; of the other 4, 4 are right to 0.003 (1+z), "
        "and off by at most 0.0001 (1+z)."
    )
    assert real.rows(found)[0]["flags"] == "OUT_OF_RANGE"

import importlib.util
import json
import os
from pathlib import Path

import numpy as np
import pytest

from specz.common import paths
from specz.spectra.templates import load_templates

WHEEL = Path(
    os.environ.get(
        "SPECZ_TEMPLATES_WHEEL",
        paths.ROOT / "build" / "wheels" / "pz_rail_base-2.0.11-py3-none-any.whl",
    )
)


def rebuild_script():
    spec = importlib.util.spec_from_file_location(
        "rebuild_templates", paths.ROOT / "scripts" / "rebuild_templates.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_templates_are_31_positive_continua():
    templates = load_templates()
    assert len(templates.names) == 31
    assert templates.flux.shape == (31, len(templates.wave_rest))
    assert (templates.flux > 0).all()
    np.testing.assert_allclose(templates.flux.mean(axis=1), 1)


def test_some_templates_are_mixtures_of_two_others():
    """As the glossary says: not each of the 31 is a galaxy."""
    templates = load_templates()
    flux = dict(zip(templates.names, templates.flux, strict=True))
    for mixture, first, second in (
        ("Sa_A_1", "Sa_A_0", "Sb_A_0"),
        ("Sb_A_1", "Sb_A_0", "Sc_A_0"),
        ("Sc_A_1", "Sc_A_0", "Sd_A_0"),
        ("Sc_A_2", "Sc_A_0", "Sd_A_0"),
        ("Sd_A_1", "Sd_A_0", "Sdm_A_0"),
        ("Sd_A_2", "Sd_A_0", "Sdm_A_0"),
    ):
        parts = np.stack([flux[first], flux[second]], axis=1)
        share, *_ = np.linalg.lstsq(parts, flux[mixture], rcond=None)
        np.testing.assert_allclose(parts @ share, flux[mixture], rtol=1e-4)


def test_the_sequence_gets_bluer():
    templates = load_templates()
    blue = templates.flux[:, templates.wave_rest < 4000].mean(axis=1)
    red = templates.flux[:, templates.wave_rest > 8000].mean(axis=1)
    colour = np.log(blue / red)
    assert colour[-1] > colour[0] + 1
    assert np.corrcoef(np.arange(31), colour)[0, 1] > 0.8


@pytest.mark.skipif(
    not WHEEL.exists(),
    reason="the wheel is not at hand: pip download --no-deps -d build/wheels pz_rail_base==2.0.11",
)
def test_committed_array_is_rebuilt_byte_for_byte():
    committed = (paths.ROOT / "src/specz/spectra/data/cosmos_templates.npy").read_bytes()
    assert rebuild_script().rebuild(WHEEL) == committed


def test_another_wheel_is_refused(tmp_path):
    other = tmp_path / "other.whl"
    other.write_bytes(b"not the wheel")
    with pytest.raises(ValueError, match="expected SHA-256"):
        rebuild_script().rebuild(other)


def test_bin_average_conserves_flux():
    wave = np.sort(np.random.default_rng(1).uniform(3000, 11000, 400))
    flux = np.random.default_rng(2).uniform(1, 2, 400)
    edges = np.linspace(3500, 10500, 701)
    fine = np.union1d(np.union1d(wave, edges), np.linspace(3500, 10500, 1001))
    fine = fine[(fine >= 3500) & (fine <= 10500)]
    expected = np.trapezoid(np.interp(fine, wave, flux), fine)
    binned = rebuild_script().bin_average(wave, flux, edges)
    assert np.sum(binned * np.diff(edges)) == pytest.approx(expected, rel=1e-12)


def test_description_names_the_licence():
    about = json.loads((paths.ROOT / "src/specz/spectra/data/cosmos_templates.json").read_text())
    assert about["licence"].startswith("MIT")
    notice = (paths.ROOT / "src/specz/spectra/data/LICENSE-cosmos-templates").read_text()
    assert "LSST Dark Energy Science Collaboration" in notice

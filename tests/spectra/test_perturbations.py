from dataclasses import replace

import numpy as np
import pytest

from specz.common import paths
from specz.common.store import Store, key_of
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import fit_recipe
from specz.experiments.run import run
from specz.spectra.library import LibraryConfig
from specz.spectra.lines import LINES
from specz.spectra.noise import White
from specz.spectra.perturbations import OFFSET, PERTURBATIONS, perturb
from specz.spectra.sample import draw_sample
from specz.study import archive

SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)
CLEAN = float("inf")


@pytest.fixture
def sample(library, grid):
    return draw_sample(library, "test", 20, White(CLEAN), grid, 1)


def spread(flux):
    """Height of the highest pixel above the median."""
    return (flux.max(axis=1) - np.median(flux, axis=1)).max()


def test_without_lines_nothing_stands_out(sample):
    assert spread(sample.flux()) > 1
    assert spread(perturb(sample, "no lines").flux()) < 0.6


def test_without_continuum_only_lines_differ_from_pixel_to_pixel(sample):
    """Far from all lines the spectrum is flat: its median absolute difference is zero."""
    steps = np.abs(np.diff(perturb(sample, "no continuum").flux(), axis=1))
    assert np.median(steps) < 1e-6 < np.median(np.abs(np.diff(sample.flux(), axis=1)))
    assert spread(perturb(sample, "no continuum").flux()) > 1


@pytest.mark.parametrize("label", ["Hα", "[S II]"])
def test_one_line_goes_and_the_others_stay(sample, label):
    flux = sample.library.line_flux
    left = perturb(sample, f"no {label}").library.line_flux
    for i, line in enumerate(LINES):
        expected = 0 if line.label == label else flux[:, i]
        np.testing.assert_array_equal(left[:, i], expected)
    assert flux.any(axis=0).all(), "the library itself must stay as it is"


def test_other_ratios_keep_halpha(sample):
    factor = perturb(sample, "other line ratios").library.line_flux / sample.library.line_flux
    names = [line.name for line in LINES]
    np.testing.assert_array_equal(factor[:, names.index("Ha")], 1)
    assert 0.5 < np.log10(factor[:, names.index("OIII5008")]).std() < 0.7
    # Two lines of one upper level keep their ratio.
    ratio = factor[:, names.index("OIII4960")] / factor[:, names.index("OIII5008")]
    np.testing.assert_allclose(ratio, 1)


def test_an_offset_moves_the_spectrum_by_a_pixel(sample):
    """Red by 5 Å: each pixel shows what the next one showed, but for the scale."""
    moved, flux = perturb(sample, "5 Å offset").flux(), sample.flux()
    assert sample.grid.step == OFFSET
    ratio = moved[:, :-1] / flux[:, 1:]
    np.testing.assert_allclose(ratio, ratio[:, :1] * np.ones_like(ratio), rtol=1e-4)


def test_noise_is_scaled_and_keeps_its_pattern(sample):
    clean, noisy = sample.flux(), replace(sample, noise=White(1.0))
    once = noisy.flux() - clean
    np.testing.assert_allclose(
        perturb(noisy, "σ twice as large").flux() - clean, 2 * once, atol=1e-4
    )


def test_an_unknown_perturbation_is_named_with_its_nearest():
    with pytest.raises(ValueError, match=r"no line.*no lines"):
        Experiment(NearestNeighbours(), 100, 1.0, altered="no line")


def test_every_perturbation_goes_through_and_comes_back_from_the_archive(tmp_path, monkeypatch):
    """The fit is made once; training and validation spectra are not asked about again."""
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    plain = Experiment(NearestNeighbours(), 100, 1.0, n_validation=20, n_test=30, library=SMALL)
    wanted = [plain, *(replace(plain, altered=name) for name in PERTURBATIONS)]
    assert len({key_of(fit_recipe(e)) for e in wanted}) == 1
    results = run(wanted, Store(tmp_path / "store"))
    for result in results:
        archive.add(result)
    for before, after in zip(results, archive.archived(wanted), strict=True):
        np.testing.assert_array_equal(before.test.predicted, after.test.predicted)
        assert len(after.validation) == (0 if after.experiment.altered else 20)
    rows = archive.summary(results).splitlines()
    assert sum("5 Å offset" in row for row in rows) == 1

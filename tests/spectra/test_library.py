import numpy as np
import pytest

from specz.spectra.grid import Grid
from specz.spectra.library import SPLITS, LibraryConfig, build_library
from specz.spectra.lines import HALPHA, LINES
from specz.spectra.observe import integrate

NAMES = [line.name for line in LINES]


def test_no_sed_is_in_two_splits():
    config = LibraryConfig()
    seds = [set(config.split(name).tolist()) for name in SPLITS]
    assert [len(part) for part in seds] == [10_000, 1_000, 2_000]
    assert len(set.union(*seds)) == config.n_seds == 13_000


def test_no_two_seds_are_alike():
    library = build_library(LibraryConfig())
    recipes = np.column_stack([library.position, library.ebv, library.ew_halpha])
    assert len(np.unique(recipes, axis=0)) == 13_000


def test_same_seed_same_library_other_seed_another():
    config = LibraryConfig(n_train=20, n_validation=5, n_test=5)
    build_library.cache_clear()
    first = build_library(config)
    build_library.cache_clear()
    again = build_library(config)
    assert first is not again
    np.testing.assert_array_equal(first.continuum, again.continuum)
    np.testing.assert_array_equal(first.line_flux, again.line_flux)
    other = build_library(LibraryConfig(n_train=20, n_validation=5, n_test=5, seed=7))
    assert not np.array_equal(first.continuum, other.continuum)


def test_equivalent_width_can_be_measured_from_the_spectrum(library):
    # EW = ∫ (f - f_c) / f_c dλ, the continuum taken from the SED without lines.
    rest = Grid("rest", 6400.0, 0.5, 700)
    bare = build_library(library.config)
    only_halpha = np.zeros_like(bare.line_flux)
    only_halpha[:, HALPHA] = bare.line_flux[:, HALPHA]
    seds = np.arange(20)
    with_line = integrate(_with(bare, only_halpha), seds, np.zeros(20), rest)
    without = integrate(_with(bare, 0 * only_halpha), seds, np.zeros(20), rest)
    at_line = np.argmin(np.abs(rest.wave_obs - 6564.61))
    width = (with_line - without).sum(axis=1) * rest.step / without[:, at_line]
    np.testing.assert_allclose(width, library.ew_halpha[seds], rtol=2e-3)


def test_equivalent_widths_are_cut_and_centred():
    library = build_library(LibraryConfig())
    assert library.ew_halpha.min() >= 20
    assert library.ew_halpha.max() <= 600
    assert np.median(library.ew_halpha) == pytest.approx(62, abs=3)  # 60, moved by the cut


def test_lines_of_one_upper_level_keep_their_ratio(library):
    for strong, weak, ratio in (("OIII5008", "OIII4960", 0.59 / 0.21), ("NII6585", "NII6550", 3)):
        found = library.line_flux[:, NAMES.index(strong)] / library.line_flux[:, NAMES.index(weak)]
        np.testing.assert_allclose(found, ratio, rtol=0.05)  # dust differs by little


def test_gas_is_reddened_more_than_stars():
    library = build_library(
        LibraryConfig(n_train=500, n_validation=1, n_test=1, line_scatter_dex=0.0)
    )
    decrement = library.line_flux[:, NAMES.index("Ha")] / library.line_flux[:, NAMES.index("Hb")]
    assert decrement.min() >= 2.90 - 1e-9
    assert np.corrcoef(library.ebv, np.log(decrement))[0, 1] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n_train", 0),
        ("ebv_max", -0.1),
        ("ew_halpha", 5.0),
        ("velocity_dispersion", float("nan")),
        ("seed", -1),
    ],
)
def test_bad_values_are_named(field, value):
    with pytest.raises(ValueError, match=f"{field} must lie in .*got {value}"):
        LibraryConfig(**{field: value})


def test_bad_types_are_named():
    with pytest.raises(TypeError, match="n_train must be an integer; got '10'"):
        LibraryConfig(n_train="10")


def test_unknown_split_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'train'"):
        LibraryConfig().split("trian")


def _with(library, line_flux):
    return type(library)(
        library.config,
        library.wave_rest,
        library.continuum,
        line_flux,
        library.position,
        library.ebv,
        library.ew_halpha,
    )

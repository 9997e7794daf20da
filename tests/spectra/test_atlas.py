import sys
from importlib.resources import files

import numpy as np
import pytest

from specz.common import paths
from specz.spectra import atlas
from specz.spectra.grid import get_grid
from specz.spectra.lines import HALPHA, LINE_WAVE_REST
from specz.spectra.observe import observe, redshift_range


def test_halpha_stands_where_the_atlas_says_to_its_precision():
    """Its rest frame is good to about 2 Å (:data:`specz.spectra.atlas.ZERO_POINT`)."""
    galaxies = atlas.load_atlas()
    near = np.abs(galaxies.wave_rest - LINE_WAVE_REST[HALPHA]) < 14
    peaks = galaxies.wave_rest[near][galaxies.continuum[:, near].argmax(axis=1)]
    off = peaks - LINE_WAVE_REST[HALPHA]
    step = galaxies.wave_rest[1] - galaxies.wave_rest[0]
    low, high = np.quantile(off, [0.16, 0.84])
    assert atlas.ZERO_POINT[0] - step < low < high < atlas.ZERO_POINT[1] + step


def test_the_atlas_can_be_observed_at_every_redshift_of_the_study():
    galaxies, grid = atlas.load_atlas(), get_grid("paper")
    low, high = redshift_range(galaxies, grid)
    assert low <= 1.0
    assert high >= 1.8
    flux = observe(galaxies, [0, 1], [1.2, 1.7], grid)
    np.testing.assert_allclose(flux.mean(axis=1), 1, rtol=1e-5)


def test_the_array_is_rebuilt_byte_for_byte(monkeypatch):
    archives = list(paths.BUILD.glob("wheels/frankenz-0.1.5.tar.gz"))
    if not archives:
        pytest.skip(
            "the source archive is not at hand: pip download --no-deps --no-binary :all: "
            "--dest build/wheels frankenz==0.1.5"
        )
    monkeypatch.setattr(sys, "path", [str(paths.ROOT / "scripts"), *sys.path])
    from rebuild_atlas import rebuild

    data, names = rebuild(archives[0])
    committed = files("specz.spectra") / "data" / "brown_atlas.npy"
    assert data == committed.read_bytes()
    assert len(names) == len(atlas.load_atlas().continuum)

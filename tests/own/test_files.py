"""The command: files in, one row per spectrum out, in order; what is wrong is one line each."""

import csv
import re
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from specz import cli
from specz.common import paths
from specz.estimators import posterior
from specz.own import files as own_files
from specz.own import predict as predicting
from specz.own.predict import MEANING, ZWarn
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample

NISP = get_grid("nisp")
SNR = 10.0


@pytest.fixture(autouse=True)
def small_library(small_components, monkeypatch):
    monkeypatch.setattr(predicting, "library_components", lambda: small_components)


@pytest.fixture(scope="module")
def sample(library):
    made = draw_sample(library, "test", 3, White(SNR), NISP, 1)
    return made.flux().astype(float), made.z


def written(path, flux, sigma=1 / SNR, wave=NISP.wave_obs, header="wave,flux,sigma"):
    np.savetxt(path, np.transpose([wave, flux, np.full(len(flux), sigma)]), "%.8g", ",",
               header=header, comments="")  # fmt: skip
    return path


def asked(*arguments):
    return CliRunner().invoke(
        cli.app, ["predict", "--resolving-power", "450", *map(str, arguments)]
    )


def table(text):
    return list(csv.DictReader(text.splitlines()))


def test_every_file_has_a_row_in_order_and_what_is_bad_a_line(tmp_path, sample, monkeypatch):
    flux, z = sample
    nan, falling = flux[0].copy(), NISP.wave_obs.copy()
    nan[3], falling[5] = np.nan, falling[4]
    files = [
        written(tmp_path / "first.csv", flux[0]),
        written(tmp_path / "nan.csv", nan),
        written(tmp_path / "double.csv", flux[0], wave=falling),
        tmp_path / "absent.csv",
        written(tmp_path / "other.csv", flux[1][:500], wave=NISP.wave_obs[:500]),
        written(tmp_path / "microns.csv", flux[0], wave=NISP.wave_obs / 1e4),
        written(tmp_path / "zero.csv", flux[0], sigma=0),
        written(tmp_path / "last.csv", flux[2]),
    ]
    done = asked(*files)
    assert done.exit_code == 1
    rows = table(done.stdout)
    assert [row["FILE"] for row in rows] == [str(files[i]) for i in (0, 4, 7)]
    np.testing.assert_allclose([float(row["Z"]) for row in rows], z, atol=1e-3)
    assert all(row["ZWARN"] == "0" and float(row["P"]) > 0.5 for row in rows)
    lines = done.stderr.splitlines()
    for line, (name, reason) in zip(
        lines,
        [
            ("nan.csv", "flux must be finite.*pixel 3 "),
            ("double.csv", "wave must increase; it repeats"),
            ("absent.csv", "No such file"),
            ("microns.csv", "are these µm"),
            ("zero.csv", "nowhere positive"),
        ],
        strict=True,
    ):
        assert re.search(f"specz: .*{name}: .*{reason}", line)


def test_a_picture_shows_the_data_the_model_and_the_answer(tmp_path, sample):
    flux, _ = sample
    done = asked(written(tmp_path / "a b.csv", flux[0]), "--plot", tmp_path / "pictures")
    assert done.exit_code == 0
    (picture,) = (tmp_path / "pictures").iterdir()
    assert picture.name == "0001-a_b.png"
    assert picture.stat().st_size > 20_000


def test_a_table_for_astronomers(tmp_path, sample):
    pytest.importorskip("astropy")
    from astropy.table import Table

    flux, z = sample
    file = written(tmp_path / "a.csv", flux[0])
    for name in ("z.ecsv", "z.fits"):
        assert asked(file, "--output", tmp_path / name).exit_code == 0
        row = Table.read(tmp_path / name)[0]
        assert row["FILE"] == str(file)
        assert row["Z"] == pytest.approx(z[0], abs=1e-3)
        assert 0 < row["ZERR"] < 1e-3


def test_spectra_on_the_same_pixels_are_asked_together(tmp_path, sample, monkeypatch):
    flux, _ = sample
    files = [written(tmp_path / f"{i}.csv", row) for i, row in enumerate(flux)]
    sizes = []

    def counted(flux, *arguments, **options):
        sizes.append(len(flux))
        return predicting.predict(flux, *arguments, **options)

    monkeypatch.setattr(own_files, "predict", counted)
    monkeypatch.setattr(own_files, "BATCH", 2)
    assert asked(*files).exit_code == 0
    assert sizes == [2, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--output", "z.txt"], "suffix of the output"),
        (["--output", "/nowhere/z.csv"], "must lie in a folder that is there"),
        (["--unit", "parsecs"], "unit of wavelength"),
        (["--resolving-power", "0"], "resolving_power"),
    ],
)
def test_bad_options_are_named_before_any_work(monkeypatch, capsys, options, message):
    monkeypatch.setattr(own_files, "predict", lambda *a, **k: pytest.fail("asked"))
    monkeypatch.setattr("sys.argv", ["specz", "predict", "a.csv", *options])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_a_table_that_needs_astropy_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(own_files.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install 'specz\[spectra\]'"):
        own_files.predict_files([], own_files.Options(), print, tmp_path / "z.ecsv")


def test_text_needs_no_astropy(tmp_path, sample, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "astropy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "astropy", None)
    done = asked(written(tmp_path / "a.csv", sample[0][0]), "--output", tmp_path / "z.csv")
    assert done.exit_code == 0
    assert len(table((tmp_path / "z.csv").read_text())) == 1


def test_the_page_says_what_the_code_does():
    page = " ".join((paths.ROOT / "book" / "your_spectrum.md").read_text("utf-8").split())
    for flag, meaning in MEANING.items():
        assert f"| {flag.value} | `{flag.name}` | {meaning} |" in page
    assert page.count("| `") == len(ZWarn)
    low, high = predicting.wavelength_range()
    assert f"wavelengths of {low:.0f}–{high:.0f} Å" in page
    assert f"prior probability of {posterior.NO_LINES} " in page
    assert f"better than S/N {posterior.SNR_MAX:g}." in page
    assert f"Lines are {LibraryConfig().velocity_dispersion:g} km/s wide" in page
    assert all(f"`{name}`" in page for name in own_files.Row._fields)

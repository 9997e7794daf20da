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


@pytest.fixture
def folder(tmp_path, sample):
    """A folder as they are: good spectra, in a folder of it too, and everything else."""
    fits = pytest.importorskip("astropy.io.fits")
    flux, _ = sample
    here = tmp_path / "spectra"
    (here / "more").mkdir(parents=True)
    for name in ("a.csv", "z.csv", "more/b.csv"):
        written(here / name, flux[0])
    written(here / ".hidden.csv", flux[0])
    written(here / "nan.csv", np.full_like(flux[0], np.nan))
    written(here / "zero.csv", flux[0], sigma=0)
    written(here / "unsorted.csv", flux[0], wave=NISP.wave_obs[::-1])
    written(here / "unit.csv", flux[0], header="wave [parsec],flux,sigma")
    written(here / "huge.csv", flux[0] * 1e200)
    (here / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (here / "nul.csv").write_bytes(b"wave,flux,sigma\n1,2\x00,3\n" * 3)
    fits.writeto(here / "image.fits", np.zeros((40, 50)))
    table = fits.BinTableHDU.from_columns(
        [fits.Column(n, "D", array=flux[0]) for n in ("WAVELENGTH", "SIGNAL", "VAR")]
    )
    table.writeto(tmp_path / "whole.fits")
    whole = (tmp_path / "whole.fits").read_bytes()
    (here / "cut.fits").write_bytes(whole[: len(whole) // 2])
    return here


REASONS = {
    "cut.fits": "truncated|corrupt",
    "huge.csv": "no redshift can be computed from a flux of .*e.*200",
    "image.fits": "expected a spectrum; got an image of 40 x 50 pixels",
    "nan.csv": "flux must be finite",
    "nul.csv": "must be a number|expected a text table",
    "picture.png": "expected a text table or a FITS file; it is neither",
    "unit.csv": "unit of wavelength must be one of",
    "unsorted.csv": "wave must increase; it falls",
    "zero.csv": "nowhere positive",
}


def test_a_folder_is_read_in_order_and_what_is_bad_in_it_is_one_line(folder):
    output = folder / "found.csv"
    for _ in range(2):  # the table of before is no spectrum
        done = asked(folder, "--output", output)
        assert done.exit_code == 1
        rows = table(output.read_text())
        good = [str(folder / name) for name in ("a.csv", "more/b.csv", "z.csv")]
        assert [row["FILE"] for row in rows] == good
        lines = done.stderr.splitlines()
        assert len(lines) == len(REASONS)
        for name, reason in REASONS.items():
            (line,) = (line for line in lines if f"/{name}: " in line)
            assert re.search(reason, line), line


@pytest.mark.parametrize("suffix", [".csv", ".ecsv"])
def test_ctrl_c_keeps_what_was_found(tmp_path, sample, monkeypatch, capsys, suffix):
    if suffix != ".csv":
        pytest.importorskip("astropy")
    here = tmp_path / "spectra"
    here.mkdir()
    for i in range(3):
        written(here / f"{i}.csv", sample[0][0])
    usual = own_files.read

    def stopped(path, *options):
        if path.name == "2.csv":
            raise KeyboardInterrupt
        return usual(path, *options)

    monkeypatch.setattr(own_files, "read", stopped)
    monkeypatch.setattr(own_files, "BATCH", 1)
    output = tmp_path / f"found{suffix}"
    monkeypatch.setattr("sys.argv", ["specz", "predict", str(here), "--output", str(output)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == cli.STOPPED
    assert "the table has what was found" in capsys.readouterr().err
    lines = [line for line in output.read_text().splitlines() if line[0] != "#"]
    assert len(lines) == 1 + 1  # the second spectrum waits for the third


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

"""Files as their makers write them: each kind gives the same wavelengths, flux and ivar."""

import sys

import numpy as np
import pytest

from specz.own.reader import read
from specz.own.spectrum import Spectrum, Unreadable, vacuum

N = 60
WAVE = np.linspace(12000.0, 13000.0, N)
FLUX = 1 + np.sin(np.arange(N))
SIGMA = np.linspace(0.1, 0.2, N)
BAD = np.arange(N) % 7 == 3
IVAR = np.where(BAD, 0, SIGMA**-2)


def only(path, **options):
    (found,) = read(path, **options)
    return found


def same(found, wave=WAVE, rtol=1e-6):
    assert isinstance(found, Spectrum)
    np.testing.assert_allclose(found.wave, wave, rtol=rtol)
    np.testing.assert_allclose(found.ivar, IVAR, rtol=1e-4)
    np.testing.assert_allclose(found.flux[~BAD], FLUX[~BAD], rtol=1e-4, atol=1e-5)


def table(path, header, *columns, separator=","):
    rows = [separator.join(f"{value:.10g}" for value in row) for row in zip(*columns, strict=True)]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "noise"),
    [("ivar", SIGMA**-2), ("error", SIGMA), ("Sigma", SIGMA), ("variance", SIGMA**2)],
)
def test_noise_is_read_by_its_name(tmp_path, name, noise):
    same(only(table(tmp_path / "a.csv", f"wave,flux,{name},mask", WAVE, FLUX, noise, BAD)))


@pytest.mark.parametrize(
    ("unit", "factor"), [("nm", 10), ("um", 1e4), ("µm", 1e4), ("Angstrom", 1)]
)
def test_a_unit_of_wavelength_is_in_the_header_or_said(tmp_path, unit, factor):
    columns = (WAVE / factor, FLUX, SIGMA, BAD)
    same(only(table(tmp_path / "a.csv", f"wavelength [{unit}],flux,err,mask", *columns)))
    same(only(table(tmp_path / "b.csv", "wavelength,flux,err,mask", *columns), unit=unit))


def test_a_plain_table_has_spaces_and_its_header_may_be_a_comment(tmp_path):
    columns = (WAVE, FLUX, SIGMA, BAD)
    same(only(table(tmp_path / "a.txt", "wave flux sigma mask", *columns, separator="  ")))
    same(only(table(tmp_path / "b.dat", "# wave flux sigma mask", *columns, separator="\t")))


def test_a_variance_of_zero_or_nan_masks_a_pixel(tmp_path):
    for value in (0.0, np.nan, -1.0):
        variance = np.where(BAD, value, SIGMA**2)
        same(only(table(tmp_path / "a.csv", "wave,flux,var", WAVE, FLUX, variance)))


def test_flux_per_hz_is_made_flux_per_angstrom(tmp_path):
    factor = (WAVE / np.median(WAVE)) ** 2
    columns = (WAVE, FLUX * factor, SIGMA * factor, BAD)
    same(only(table(tmp_path / "a.csv", "wave,flux [mJy],error,mask", *columns)))


def test_air_is_made_vacuum(tmp_path):
    path = table(tmp_path / "a.csv", "wave,flux,error,mask", WAVE, FLUX, SIGMA, BAD)
    shifted = only(path, air=True).wave / WAVE - 1
    np.testing.assert_allclose(shifted, 2.735e-4, atol=2e-6)  # Ciddor's index at 1.25 µm
    np.testing.assert_allclose(vacuum(np.array([6562.80])), 6564.61, atol=0.01)  # Hα


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "fewer than two rows"),
        ("1,2,3\n" * 4, "expected a header"),
        ("wave,flux\n1,2\n2,3\n", "column of noise.*got wave, flux"),
        ("x,flux,ivar\n1,2,3\n2,3,4\n", "column of wavelength"),
        ("wave,flux,ivar\n1,2,3\n2,3\n", "row 2 has 2 columns, the header 3"),
        ("wave,flux,ivar\n1,2,3\n2,x,3\n", "row 2: flux must be a number; got 'x'"),
        ("wave [parsec],flux,ivar\n1,2,3\n2,3,4\n", "unit of wavelength.*'parsec'"),
        ("wave,flux,variance\n1,2,0\n2,3,0\n", "nowhere positive"),
    ],
)
def test_a_table_that_is_none_says_why(tmp_path, text, message):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        only(path)


def test_fits_without_astropy_says_how_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "astropy.io", None)
    with pytest.raises(ValueError, match=r"pip install 'specz\[spectra\]'"):
        only(tmp_path / "a.fits")


@pytest.fixture
def fits():
    return pytest.importorskip("astropy.io.fits")


def columns(fits, **arrays):
    """A binary table of single-precision columns; integers stay."""
    kinds = {"f": "E", "i": "J"}
    return fits.BinTableHDU.from_columns(
        [fits.Column(name, kinds[array.dtype.kind], array=array) for name, array in arrays.items()]
    )


def written(fits, path, *hdus):
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path


def euclid(fits, name, variance=SIGMA**2):
    """As in the files of SIR: scaled, 1 and 64 in the mask are bad, 2 is not."""
    mask = np.where(BAD, np.where(np.arange(N) % 2, 1, 64), 2)
    scaled = {"SIGNAL": FLUX * 1e3, "VAR": variance * 1e6}
    hdu = columns(fits, WAVELENGTH=WAVE, **scaled, MASK=mask)
    hdu.header["FSCALE"] = 1e-3
    hdu.name = name
    return hdu


def test_a_table_of_euclid_is_scaled_and_masked(tmp_path, fits):
    found = only(written(fits, tmp_path / "a.fits", euclid(fits, "1")))
    same(found)
    assert found.resolving_power == 450


def test_one_bad_object_of_euclid_does_not_lose_the_others(tmp_path, fits):
    hdus = euclid(fits, "7"), euclid(fits, "8", variance=0 * SIGMA), euclid(fits, "9")
    first, bad, last = read(written(fits, tmp_path / "a.fits", *hdus))
    same(first)
    same(last)
    assert (first.name, last.name) == ("7", "9")
    assert bad == Unreadable("8", "the variance is nowhere positive and finite")


def test_a_spectrum_of_sdss_is_in_log_wavelength(tmp_path, fits):
    loglam = np.log10(WAVE)
    hdu = columns(fits, flux=FLUX, loglam=loglam, ivar=SIGMA**-2, and_mask=BAD.astype(int))
    same(only(written(fits, tmp_path / "spec-1.fits", hdu)), rtol=1e-5)


def test_arms_of_desi_are_added_where_they_overlap(tmp_path, fits):
    wave = 7000 + 0.8 * np.arange(N)
    arms = {"R": slice(0, 40), "Z": slice(30, N)}
    hdus = []
    for arm, part in arms.items():
        rows = {
            "WAVELENGTH": wave[part],
            "FLUX": np.stack([FLUX[part], 2 * FLUX[part]]),
            "IVAR": np.tile(SIGMA[part] ** -2, (2, 1)),
            "MASK": np.tile(BAD[part].astype(np.int32), (2, 1)),
        }
        hdus += [fits.ImageHDU(array, name=f"{arm}_{name}") for name, array in rows.items()]
    targets = fits.BinTableHDU.from_columns([fits.Column("TARGETID", "K", array=[39, 40])])
    targets.name = "FIBERMAP"
    first, second = read(written(fits, tmp_path / "coadd.fits", targets, *hdus))
    assert (first.name, second.name) == ("39", "40")
    np.testing.assert_allclose(first.wave, wave)
    overlap = np.zeros(N, dtype=bool)
    overlap[30:40] = True
    np.testing.assert_allclose(first.ivar, IVAR * (1 + overlap), rtol=1e-6)
    np.testing.assert_allclose(second.flux[~BAD], 2 * FLUX[~BAD], rtol=1e-6)


@pytest.mark.parametrize("air", [True, False])
def test_what_specutils_reads_is_read(tmp_path, fits, air):
    specutils = pytest.importorskip("specutils")
    from astropy import units
    from astropy.nddata import StdDevUncertainty

    sigma = np.where(BAD, 0, SIGMA)
    made = specutils.Spectrum(
        flux=FLUX * units.Unit("erg / (s cm2 AA)"),
        spectral_axis=WAVE / 1e4 * units.um,
        uncertainty=StdDevUncertainty(sigma),
    )
    made.write(tmp_path / "a.fits", format="tabular-fits")
    if air:
        fits.setval(tmp_path / "a.fits", "AIRORVAC", value="air", ext=0)
    same(only(tmp_path / "a.fits"), wave=vacuum(WAVE) if air else WAVE)


def test_an_image_is_no_spectrum(tmp_path, fits):
    fits.PrimaryHDU(np.zeros((20, 30))).writeto(tmp_path / "a.fits")
    with pytest.raises(ValueError, match="got an image of 20 x 30 pixels"):
        only(tmp_path / "a.fits")


@pytest.mark.parametrize("kept", [0, 100, 3000, 6000])
def test_a_truncated_file_is_one_error(tmp_path, fits, kept):
    path = written(fits, tmp_path / "a.fits", euclid(fits, "1"))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises((ValueError, OSError)) as raised:
        only(path)
    assert str(raised.value)

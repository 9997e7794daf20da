"""The figure that a reader drops a spectrum on: what it says is what the package says."""

import re
from dataclasses import replace

import numpy as np
import pytest
from browser import chromium, needs_chromium, write_page

from specz.common import paths
from specz.own import drop
from specz.own import predict as predicting
from specz.own.predict import ZWarn, checked, flag_names, predict
from specz.own.reader import read
from specz.spectra.grid import get_grid
from specz.spectra.observe import integrate

pytestmark = pytest.mark.slow

LEFT, RIGHT, TOP, BOTTOM = 60, 690, 300, 460
"""Ends of the panel of p(z), whose height is five powers of ten."""

FAINT = 2.0
"""Noise of a pixel, in units of the mean flux, at which lines are nearly lost."""

GOOD = "wave,flux,ivar\n"


@pytest.fixture(scope="module")
def figure(small_components, tmp_path_factory):
    """Feeds a file to the figure; returns the page and what it says once that is no more work."""
    folder = tmp_path_factory.mktemp("drop")
    with pytest.MonkeyPatch.context() as patch, chromium() as browser:
        patch.setattr(predicting, "library_components", lambda: small_components)
        patch.setattr(paths, "FIGURES", folder / "figures")
        page = browser.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(write_page(drop.living(small_components), folder))

        def feed(path):
            page.get_by_label("Your spectrum").set_input_files(path)
            return page, said(page, f"{path.name}: ")

        yield feed
        assert all(url.startswith("file:") for url in asked)  # nothing leaves the machine


def said(page, start):
    """The text under the figure, once it begins like this and no work is left."""
    page.wait_for_function(
        """start => {
            const text = document.querySelector('.living p').textContent;
            return text.startsWith(start) && !text.endsWith('computing p(z).');
        }""",
        arg=start,
    )
    return page.locator(".living p").text_content()


def galaxy(library, grid, z, sigma, seed, lines=True):
    """A galaxy of the test split on a grid: flux with noise in units of its mean."""
    sed = library.config.split("test")[seed : seed + 1]
    flux = integrate(library, sed, [z], grid)[0]
    if not lines:
        bare = replace(library, line_flux=np.zeros_like(library.line_flux))
        flux = integrate(bare, sed, [z], grid)[0]
    return flux / flux.mean() + sigma * np.random.default_rng(seed).normal(size=grid.n_pixels)


def white(library):
    grid = get_grid("paper")
    flux = galaxy(library, grid, 1.3, 1.0, 3)
    return GOOD, (grid.wave_obs, flux, np.ones(len(flux)))


def coloured(library):
    """Noise that grows to the red, and a stretch that is masked and holds nonsense."""
    grid = get_grid("nisp")
    wave = grid.wave_obs
    sigma = 0.3 + 0.9 * np.linspace(0, 1, len(wave)) ** 2
    flux = galaxy(library, grid, 1.55, sigma, 4)
    mask = (wave > 13500) & (wave < 14200)
    flux[mask] = 40
    return "# of a test\nwave [nm],flux,sigma,mask\n", (wave / 10, flux, sigma, mask)


def faint(library):
    """So noisy that a galaxy without lines is nearly as probable."""
    grid = get_grid("paper")
    flux = galaxy(library, grid, 1.3, FAINT, 3)
    return GOOD, (grid.wave_obs, flux, np.full(1800, FAINT**-2))


def lineless(library):
    grid = get_grid("paper")
    flux = galaxy(library, grid, 1.4, 0.2, 5, lines=False)
    return "wavelength [µm] , flux , variance\n", (grid.wave_obs / 1e4, flux, np.full(1800, 0.04))


def write(path, header, columns):
    rows = (",".join(f"{value:.10g}" for value in row) for row in zip(*columns, strict=True))
    path.write_text(header + "\n".join(rows), encoding="utf-8")
    return path


def drawn(page):
    """p of each class, read from the figure."""
    points = re.findall(r"([\d.]+) ([\d.]+)", page.locator(".posterior").get_attribute("d"))
    y = np.array(points, dtype=float)[:, 1]
    return 10 ** (-5 * (y - TOP) / (BOTTOM - TOP))


@needs_chromium
@pytest.mark.parametrize(
    ("make", "flag"),
    [(white, None), (coloured, None), (faint, ZWarn.NO_LINE), (lineless, ZWarn.NO_LINE)],
)
def test_the_figure_says_what_the_package_says(figure, library, tmp_path, make, flag):
    path = write(tmp_path / f"{make.__name__}.csv", *make(library))
    (spectrum,) = read(path)
    (answer,) = predict(spectrum.flux, spectrum.wave, spectrum.ivar)
    page, text = figure(path)
    z, error = map(float, re.search(r"z = ([\d.]+) ± ([\d.]+)", text).groups())
    assert z == pytest.approx(answer.z, abs=1e-3)
    assert error == pytest.approx(answer.z_err, abs=1e-3)
    np.testing.assert_allclose(drawn(page), answer.classes, atol=0.01)
    flags = [name for name in ZWarn.__members__ if name in text]
    assert ", ".join(flags) == flag_names(answer.zwarn)
    assert flag is None or flag in answer.zwarn
    assert page.locator(".marks line").count() == (0 if flag else text.count(" at "))


TABLES = {
    "a.csv": "WAVE [nm], Flux (erg/s/cm2/A), err\r\n1200,1,.5\r\n1201,,0\r\n1202,-2e0,nan\r\n",
    "b.txt": "# by hand\n# lambda signal var mask\n12000 1 2 0\n12001 3 2 1\n12003 4 2 nan\n",
    "c.csv": 'wavelength,"flux [mJy]",ivar\n12000,1,1\n13000,1,0.5\n14000,1,-1\n',
    "d.csv": "\ufeffid,wave [micron],flux,sigma,mask\n1,1.2,1,1,false\n2,1.3,inf,1,True\n",
}


@needs_chromium
@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read_as_the_package_reads_them(figure, tmp_path, name):
    path = tmp_path / name
    path.write_text(TABLES[name], encoding="utf-8")
    (spectrum,) = read(path)
    page, _ = figure(path)
    found = page.evaluate(
        """text => {
            const data = document.querySelector('.living script').textContent;
            const spectrum = specz.own.read(text, JSON.parse(data));
            return ['wave', 'flux', 'ivar'].map((name) => Array.from(spectrum[name]));
        }""",
        TABLES[name],
    )
    expected = [spectrum.wave, spectrum.flux, spectrum.ivar]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


BAD = {
    "no header": "12000,1,1\n12005,1,1\n12010,1,1\n",
    "no noise": "wave,flux\n12000,1\n12005,1\n",
    "a word": "wave,flux,ivar\n12000,1,1\n12005,high,1\n",
    "short row": "wave,flux,ivar\n12000,1,1\n12005,1\n",
    "nan": "wave,flux,ivar\n12000,nan,1\n12005,nan,1\n",
    "no variance": "wave,flux,sigma\n12000,1,nan\n12005,1,0\n",
    "unsorted": "wave,flux,ivar\n12005,1,1\n12000,1,1\n",
    "repeats": "wave,flux,ivar\n12000.5,1,1\n12000.5,1,1\n",
    "nanometres": "wave,flux,ivar\n1200,1,1\n1201,1,1\n",
    "empty": "",
}


@needs_chromium
@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_line_as_on_the_terminal(figure, library, tmp_path, name):
    path = tmp_path / "bad.csv"
    path.write_text(BAD[name], encoding="utf-8")

    def complaint():
        (spectrum,) = read(path)
        checked(spectrum.flux, spectrum.wave, spectrum.ivar)

    with pytest.raises(ValueError, match=r"expected|must|nowhere|row") as error:
        complaint()
    page, text = figure(path)
    assert text == f"bad.csv: {error.value}"
    page.get_by_role("button", name="An example").click()  # and it goes on
    assert "z = 1." in said(page, "An example")


@needs_chromium
def test_what_has_no_answer_says_why(figure, library, tmp_path):
    header, columns = white(library)
    few = write(tmp_path / "few.csv", header, [column[:49] for column in columns])
    _, text = figure(few)
    assert "There is no answer. Flags: FEW_PIXELS, fewer than 50 good pixels" in text
    masked = write(tmp_path / "masked.csv", "wave,flux,ivar,mask\n", (*columns, np.ones(1800)))
    assert "FEW_PIXELS" in figure(masked)[1]
    optical = write(tmp_path / "optical.csv", header, [columns[0] - 7000, *columns[1:]])
    assert "OUT_OF_RANGE" in figure(optical)[1]
    binary = tmp_path / "one.fits"
    binary.write_bytes(b"SIMPLE")
    assert figure(binary)[1].startswith("one.fits: FITS files need the command specz predict")
    furlong = tmp_path / "unit.csv"
    furlong.write_text("wave [furlong],flux,ivar\n1,1,1\n2,1,1\n")
    assert re.search("unit of wavelength must be one of .*'furlong'", figure(furlong)[1])


@needs_chromium
def test_a_file_is_dropped_on_the_figure(figure, library, tmp_path):
    path = write(tmp_path / "white.csv", *white(library))
    page, chosen = figure(path)
    page.get_by_role("button", name="An example").click()
    said(page, "An example")
    dropped = page.evaluate_handle(
        """text => {
            const carried = new DataTransfer();
            carried.items.add(new File([text], 'white.csv'));
            return carried;
        }""",
        path.read_text(encoding="utf-8"),
    )
    page.dispatch_event(".living", "dragover", {"dataTransfer": dropped})
    assert "over" in page.locator(".living").get_attribute("class")
    page.dispatch_event(".living", "drop", {"dataTransfer": dropped})
    assert said(page, "white.csv: ") == chosen
    assert "over" not in page.locator(".living").get_attribute("class")

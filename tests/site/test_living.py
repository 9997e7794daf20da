"""The living figures alone, without a book around them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from browser import chromium, needs_chromium, write_page

from specz.common import paths
from specz.denoising.lines import invented_at
from specz.estimators.tiny_network import convolve
from specz.site import interactive
from specz.spectra.grid import CLASSES
from specz.spectra.lines import LINES
from specz.spectra.noise import White
from specz.spectra.observe import observe
from specz.spectra.sample import Sample
from specz.study import archive, pages
from specz.study.profiles import STUDY, profile_study

LEFT, RIGHT = 44, 688
"""Ends of the axis of wavelengths in the figure."""


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def figure(library, grid, browser, tmp_path_factory):
    """Sets the redshift of the living figure; returns it, drawn anew."""
    page = browser.new_page()
    living = interactive.redshift(library, [3], grid)
    page.goto(write_page(living, tmp_path_factory.mktemp("living")))

    def at(z):
        page.locator("input[type=range]").fill(str(z))
        return page.locator(".living")

    return at


def marked(figure, grid):
    """Observed wavelengths, Å, of the marks."""
    x = [float(mark.get_attribute("x1")) for mark in figure.locator(".marks line").all()]
    across = (np.array(x) - LEFT) / (RIGHT - LEFT)
    return np.sort(grid.wave_min + across * (grid.wave_max - grid.wave_min))


@needs_chromium
@pytest.mark.parametrize("z", [1.0, 1.4, 1.79])
def test_each_line_is_marked_where_it_lies(figure, library, grid, z):
    """Both lines of a doublet: nothing lies at their mean."""
    found = marked(figure(z), grid)
    wave = np.array([line.wave_rest for line in LINES]) * (1 + z)
    np.testing.assert_allclose(found, np.sort(wave[wave > grid.wave_min]))
    flux = observe(library, [3], [z], grid)[0].astype(float)
    pixel = ((found - grid.wave_min) / grid.step).astype(int)
    for away in (-3, 3):  # 15 Å, about two widths of a line
        assert (flux[pixel] > flux[pixel + away]).all()


@needs_chromium
def test_the_text_names_both_wavelengths_of_a_doublet(figure):
    assert "[O III] at 11,905 and 12,020 Å" in figure(1.4).locator("p").text_content()


@needs_chromium
def test_half_a_doublet_in_the_window_is_half_named(figure, grid):
    """At z = 1.2, λ 4960 is short of the window and λ 5008 in it."""
    said = figure(1.2).locator("p").text_content()
    assert "[O III] at 11,018 Å" in said
    assert "Not yet in it: [O II], Hβ, a line of [O III]." in said


@needs_chromium
def test_lines_of_a_competing_redshift_are_drawn_where_they_would_lie(figure, grid):
    """If Hα were [O III] 5008, or what it is again."""
    shown = figure(1.3)
    taken = shown.locator("select").nth(1)
    taken.select_option(label="[O III] 5008")
    rest = {line.name: line.wave_rest for line in LINES}
    wrong = 2.3 * rest["Ha"] / rest["OIII5008"] - 1
    x = [float(mark.get_attribute("x1")) for mark in shown.locator(".rival line").all()]
    found = grid.wave_min + (np.array(x) - LEFT) / (RIGHT - LEFT) * (grid.wave_max - grid.wave_min)
    wave = np.array(list(rest.values())) * (1 + wrong)
    expected = wave[(wave > grid.wave_min) & (wave < grid.wave_max)]
    np.testing.assert_allclose(np.sort(found), np.sort(expected))
    said = shown.locator("p").text_content()
    assert f"its Hα would mean z = {wrong:.3f} (outside the study’s range)" in said
    assert f"Hβ at {rest['Hb'] * (1 + wrong):,.0f} Å" in said
    assert "nothing to be taken" in figure(2.1).locator("p").text_content()
    taken.select_option("0")
    assert shown.locator(".rival line").count() == 0


@needs_chromium
def test_a_slider_shows_its_value_to_eye_and_ear(figure):
    shown = figure(1.4)
    assert shown.locator("output").text_content() == "z = 1.400"
    slider = shown.locator("input[type=range]")
    assert slider.get_attribute("aria-valuetext") == "z = 1.400"


@needs_chromium
def test_the_bayes_posterior_stands_alone_without_a_network(library, grid, browser, tmp_path):
    """It finds the redshift where noise is low, spreads where it is high, and names no network."""
    sample = Sample(library, grid, np.arange(20, dtype=np.int32), np.full(20, 1.3), White(1.0), 0)
    living = interactive.posterior(None, sample, [3])
    assert "network" not in living.alt
    page = browser.new_page()
    page.goto(write_page(living, tmp_path))
    figure, said = page.locator(".living"), page.locator(".living p")
    p = []
    for key in ("End", "Home"):  # the highest and the lowest S/N
        page.locator("input").nth(1).press(key)
        page.wait_for_timeout(200)  # the sum starts when the hand rests
        page.wait_for_function("e => e.textContent.includes('with p')", arg=said.element_handle())
        p.append(float(re.search(r"with p = ([\d.]+)", said.text_content())[1]))
    assert p[0] > 0.9 > 0.3 > p[1]
    assert "Network" not in figure.text_content()
    assert figure.locator("path.posterior.bayes").count() == 2
    assert figure.locator(".network, .cnn, .about").count() == 0
    page.close()


def test_galaxies_are_named_by_their_colour_and_line(library):
    """A third of the library each; the reddest is red, the strongest line strong."""
    everyone = range(len(library.ew_halpha))
    names = interactive.describe(library, everyone)
    for word in ("blue,", "green,", "red,", "weak Hα", "medium Hα", "strong Hα"):
        assert sum(word in name for name in names) == pytest.approx(len(names) / 3, abs=2)
    at = [int(np.argmin(abs(library.wave_rest - wave))) for wave in (4500, 6250)]
    blue, red = library.continuum[:, at].T
    assert names[int(np.argmax(red / blue))].startswith("red,")
    strongest = int(np.argmax(library.ew_halpha))
    assert f"strong Hα (EW {library.ew_halpha[strongest]:.0f} Å)" in names[strongest]


@pytest.fixture(scope="module")
def with_cnn(library, grid, browser, tmp_path_factory):
    """The archived CNN, and a page with its figure below what a screen shows."""
    folder = tmp_path_factory.mktemp("cnn")
    (cnn,) = archive.archived(profile_study(STUDY, "limit").opened()[1:])
    sample = Sample(library, grid, np.arange(20, dtype=np.int32), np.full(20, 1.3), White(1.0), 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "FIGURES", folder / "figures")
        living = interactive.posterior(None, sample, [3, 5], cnn)
    address = write_page(living, folder)
    file = folder / "living.html"
    text = file.read_text(encoding="utf-8")
    style = "<style>svg { width: 700px } .living { margin-top: 3000px }</style>"
    file.write_text(style + text, encoding="utf-8")
    return cnn, address


def saying(page, words):
    """The text under the figure, once it has the words."""
    page.wait_for_function(
        "words => document.querySelector('.living p').textContent.includes(words)", arg=words
    )
    return page.locator(".living p").text_content()


@needs_chromium
def test_the_cnn_of_the_browser_is_that_of_the_archive(with_cnn, browser):
    """Its weights come when it is seen, from a file; with 8 bits a weight p(z) is off by little."""
    cnn, address = with_cnn
    flux = cnn.experiment.samples()[2].flux(slice(0, 20))
    expected = pages.fitted(cnn).scores(flux).values
    page = browser.new_page()
    page.goto(address)
    assert "CNN: loading its weights." in page.locator(".living p").text_content()
    assert page.evaluate("specz.weights.cnn === undefined")
    page.locator(".living").scroll_into_view_if_needed()
    saying(page, "CNN: z = ")
    found = page.evaluate(
        """(fluxes) => {
            const cnn = specz.cnn(specz.weights.cnn);
            return fluxes.map((flux) => Array.from(cnn(Float64Array.from(flux))));
        }""",
        flux.tolist(),
    )
    page.close()
    np.testing.assert_array_equal(np.argmax(found, axis=1), expected.argmax(axis=1))
    assert 1e-5 < np.abs(np.array(found) - expected).max() < 0.03  # not exact: 8 bits
    assert f"{cnn.n_train:,} training spectra at S/N 1" in interactive._about(cnn)


@needs_chromium
def test_a_failure_is_a_failure(with_cnn, browser):
    """Drawn and said; where none is found that is said; away from the training a warning stands."""
    page = browser.new_page()
    page.goto(with_cnn[1])
    page.locator(".living").scroll_into_view_if_needed()
    saying(page, "Bayes posterior: z = ")
    saying(page, "CNN: z = ")
    noise = page.get_by_label("S/N")
    noise.focus()
    page.keyboard.press("Home")  # the lowest S/N
    search = page.get_by_role("button", name="Show me a failure")
    search.focus()
    page.keyboard.press("Enter")
    said = saying(page, "CNN fails in draw")
    assert "The networks have seen no S/N but 1." in said
    true, named = map(float, re.findall(r"(?:True|CNN:) z = ([\d.]+)", said))
    assert abs(named - true) > 0.003 * (1 + true)
    assert page.get_by_label("Redshift").get_attribute("aria-valuetext") == f"z = {true:.4f}"
    noise.focus()
    page.keyboard.press("End")
    page.get_by_label("of", exact=True).select_option(label="Bayes posterior")
    search.click()
    assert "did not fail in 60 draws at this S/N." in saying(page, "did not fail")
    page.close()


@needs_chromium
def test_without_the_file_of_weights_the_other_methods_answer(with_cnn, browser, tmp_path):
    alone = tmp_path / "living.html"
    alone.write_bytes(Path(with_cnn[1].removeprefix("file://")).read_bytes())
    page = browser.new_page()
    page.goto(alone.as_uri())
    page.locator(".living").scroll_into_view_if_needed()
    said = saying(page, "Bayes posterior: z = ")
    assert "CNN: its weights could not be loaded." in said
    page.close()


@needs_chromium
def test_a_kernel_is_dragged_along_the_pixels(browser, tmp_path):
    """By pointer and keyboard; each answer is the convolution, and stays where it was traced."""
    pixels, kernel = np.array([0.4, 0.0, 0.9, 4.4, 5.5, 2.3, 0.3]), np.array([-1.0, 2.0, -1.0])
    edges = 15_000 + 5.0 * np.arange(len(pixels) + 1)
    page = browser.new_page()
    page.goto(write_page(interactive.convolution(pixels, kernel, edges), tmp_path))
    said, dots = page.locator(".living p"), page.locator(".traced circle")
    assert "= −1.3. 1 of 5 answers traced out." in said.text_content()
    slider = page.get_by_role("slider", name="Kernel")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "on pixels 2 to 4"
    assert dots.count() == 2
    box = page.locator("svg").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.95 * box["width"], box["y"] + 0.2 * box["height"], steps=30)
    page.mouse.up()
    assert "All answers are traced out." in said.text_content()
    y = np.array([float(dot.get_attribute("cy")) for dot in dots.all()])
    answers = convolve(pixels, kernel)
    np.testing.assert_allclose(np.polyval(np.polyfit(answers, y, 1), answers), y, atol=0.01)
    assert y[answers.argmax()] == y.min()  # upwards on a screen
    page.close()


def test_a_living_figure_is_saved_for_a_page_of_prose(library, grid, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "FIGURES", tmp_path / "figures")
    living = interactive.redshift(library, [3], grid)
    interactive.save("moving", living)
    saved = (tmp_path / "figures" / "moving.html").read_text(encoding="utf-8")
    assert saved == living._repr_html_() + "\n"


@needs_chromium
def test_the_posterior_mean_of_the_browser_is_that_of_the_prior(library, grid, browser, tmp_path):
    """A sum over SEDs and redshifts, in Python; the sample is one of its terms."""
    sample = Sample(library, grid, np.arange(8, dtype=np.int32), np.full(8, 1.3), White(1.0), 0)
    living, snr = interactive.denoising(sample, [3]), 0.5
    true = observe(library, [3], [1.3], grid)[0].astype(float)
    flux = true + np.random.default_rng(1).normal(size=grid.n_pixels) / snr
    page = browser.new_page()
    page.goto(write_page(living, tmp_path))
    found = page.evaluate(
        """([flux, snr]) => {
          const data = JSON.parse(DATA), bayes = specz.bayes(data);
          while (bayes.step() < 1);
          const { mean, sample } = bayes.denoise(Float64Array.from(flux), snr, () => 0.5);
          return [mean, sample].map((each) => Array.from(each));
        }""".replace("DATA", repr(json.dumps(living.data))),
        [flux.tolist(), snr],
    )
    steps = interactive.PRIOR_STEPS
    z = CLASSES.z_min + CLASSES.width / steps * (np.arange(CLASSES.n * steps) + 0.5)
    prior = np.concatenate([observe(library, [sed] * len(z), z, grid) for sed in range(8)])
    value = -0.5 * snr**2 * np.square(flux - prior).sum(axis=1)
    p = np.exp(value - value.max())
    mean, sample = np.array(found)
    np.testing.assert_allclose(mean, p @ prior / p.sum(), atol=2e-3)
    off = np.abs(prior - sample).max(axis=1)
    assert off.min() < 2e-3
    assert p[off.argmin()] / p.sum() > 1e-6
    page.close()


@needs_chromium
def test_invented_lines_of_the_browser_are_those_of_the_table(library, grid, browser, tmp_path):
    rng, snr = np.random.default_rng(2), 2.0
    sample = Sample(library, grid, np.arange(8, dtype=np.int32), np.full(8, 1.3), White(snr), 0)
    living = interactive.denoising(sample, [3])
    true = observe(library, [3], [1.3], grid).astype(float)
    flux = true + rng.normal(size=true.shape) / snr
    flux[0, [0, 700, -1]] += 6
    page = browser.new_page()
    page.goto(write_page(living, tmp_path))
    found = page.evaluate(
        "([flux, truth, rule, snr]) => "
        "specz.invented(...[flux, truth].map((s) => Float64Array.from(s)), rule, snr)",
        [flux[0].tolist(), true[0].tolist(), living.data["invented"], snr],
    )
    expected = np.flatnonzero(invented_at(flux, true, grid, snr)[0])
    assert found == expected.tolist()
    assert 700 in found
    page.close()


@needs_chromium
def test_denoising_follows_its_slider(library, grid, browser, tmp_path):
    """The mean has a lower error than the sample, and with little noise invents nothing."""
    sample = Sample(library, grid, np.arange(20, dtype=np.int32), np.full(20, 1.3), White(1.0), 0)
    page = browser.new_page()
    page.goto(write_page(interactive.denoising(sample, [3]), tmp_path))
    figure, said = page.locator(".living"), page.locator(".living p")
    errors = []
    for key in ("Home", "End"):
        page.locator("input").nth(1).press(key)
        page.wait_for_timeout(200)
        page.wait_for_function("e => e.textContent.includes('mean')", arg=said.element_handle())
        errors.append(
            re.search(r"mean ([\de.-]+), sample ([\de.-]+)\.", said.text_content()).groups()
        )
    (mean, drawn), (sure, _) = ([float(x) for x in pair] for pair in errors)
    assert mean < drawn < 1
    assert sure < 1
    assert "The posterior mean: no invented line." in said.text_content()
    observed, denoised = figure.locator(".invented").all()
    assert denoised.locator("path").count() == 0
    peaks = re.search(r"As observed: (\d+) invented", said.text_content())
    assert observed.locator("path").count() == (int(peaks[1]) if peaks else 0)
    page.close()

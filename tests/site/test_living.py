"""The living figures alone, without a book around them."""

import re

import numpy as np
import pytest
from browser import chromium, needs_chromium

from specz.common import paths
from specz.site import interactive
from specz.spectra.lines import LINES
from specz.spectra.noise import White
from specz.spectra.observe import observe
from specz.spectra.sample import Sample

LEFT, RIGHT = 44, 688
"""Ends of the axis of wavelengths in the figure."""


def write_page(living, folder):
    """A page with nothing but a living figure; return its address."""
    script = (paths.BOOK / "_static" / "living.js").read_text(encoding="utf-8")
    file = folder / "living.html"
    text = f'<meta charset="utf-8">{living._repr_html_()}<script>{script}</script>'
    file.write_text(text, encoding="utf-8")
    return file.as_uri()


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
    assert figure.locator("path.posterior.method-1").count() == 2
    assert figure.locator(".method-0").count() == 0
    page.close()


def test_a_living_figure_is_saved_for_a_page_of_prose(library, grid, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "FIGURES", tmp_path / "figures")
    living = interactive.redshift(library, [3], grid)
    interactive.save("moving", living)
    saved = (tmp_path / "figures" / "moving.html").read_text(encoding="utf-8")
    assert saved == living._repr_html_() + "\n"

"""The living figures alone, without a book around them."""

import numpy as np
import pytest
from browser import chromium, needs_chromium

from specz.common import paths
from specz.site import interactive
from specz.spectra.lines import LINES
from specz.spectra.observe import observe

LEFT, RIGHT = 44, 688
"""Ends of the axis of wavelengths in the figure."""


@pytest.fixture(scope="module")
def figure(library, grid, tmp_path_factory):
    """Sets the redshift of the living figure; returns it, drawn anew."""
    script = (paths.BOOK / "_static" / "living.js").read_text(encoding="utf-8")
    living = interactive.redshift(library, [3], grid)._repr_html_()
    file = tmp_path_factory.mktemp("living") / "living.html"
    file.write_text(f'<meta charset="utf-8">{living}<script>{script}</script>', encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(file.as_uri())

        def at(z):
            page.locator("input[type=range]").fill(str(z))
            return page.locator(".living")

        yield at


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

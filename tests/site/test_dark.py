"""Twins of the figures for the dark theme."""

import base64
import io
import re

import numpy as np
import pytest
from matplotlib import colors, image
from matplotlib import pyplot as plt

from specz.common import paths
from specz.figures import style
from specz.figures.contrast import contrast
from specz.site import dark

PALETTE = sorted({*style.COLOURS.values(), *style.SPARE, *style.SHADES, style.GREY, style.OTHER})
SHADES = [colors.to_hex(shade) for shade in style.gradient(8)]


def hue(colour):
    return colors.rgb_to_hsv(colors.to_rgb(colour))[0]


@pytest.fixture
def drawn(tmp_path):
    """A page with one figure that has what the figures of the book have."""
    fig, axes = style.subplots()
    ax = axes[0, 0]
    ax.plot([0, 1], [0, 1], color=style.COLOURS["CNN"], marker="o", markerfacecolor="white")
    ax.pcolormesh(np.eye(3), cmap="viridis", rasterized=True)
    (tmp_path / "_images").mkdir()
    fig.savefig(tmp_path / "_images" / "some.svg", facecolor="white")
    plt.close(fig)
    return tmp_path


@pytest.mark.parametrize("colour", [*PALETTE, *SHADES])
def test_every_colour_stands_out_from_a_dark_page(colour):
    assert contrast(dark.dark_colour(colour), dark.PAGE) >= 3


@pytest.mark.parametrize("colour", [c for c in PALETTE if colors.rgb_to_hsv(colors.to_rgb(c))[1]])
def test_a_method_keeps_its_hue(colour):
    apart = abs(hue(colour) - hue(dark.dark_colour(colour)))
    assert min(apart, 1 - apart) < 0.05


def test_methods_stay_apart():
    twins = np.array([colors.to_rgb(dark.dark_colour(c)) for c in set(style.COLOURS.values())])
    apart = np.linalg.norm(twins[:, None] - twins[None], axis=-1)
    assert apart[~np.eye(len(twins), dtype=bool)].min() > 0.15


def test_shades_keep_their_order():
    contrasts = [contrast(dark.dark_colour(shade), dark.PAGE) for shade in SHADES]
    assert contrasts == sorted(contrasts)


def test_greys_swap_their_lightness():
    assert dark.dark_colour("#ffffff") == dark.PAGE
    assert dark.dark_colour("#000000") == dark.INK
    twins = [
        contrast(dark.dark_colour(grey), dark.PAGE) for grey in ("#222222", "#888888", "#dddddd")
    ]
    assert twins == sorted(twins, reverse=True)
    assert contrast(dark.dark_colour("#e4f0f8"), dark.PAGE) < 1.5, "a pale ground is a dark one"


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_colours_are_those_of_the_style_sheet():
    css = (paths.BOOK / "_static" / "specz.css").read_text(encoding="utf-8")
    (theme,) = re.findall(r'^html\[data-theme="dark"\] \{(.*?)^\}', css, flags=re.M | re.S)
    assert f"--pst-color-background: {dark.PAGE};" in theme
    assert f"--pst-color-text-base: {dark.INK};" in theme


def test_a_figure_has_a_twin_and_the_page_names_both(drawn):
    before = (drawn / "_images" / "some.svg").read_text()
    tag = '<p><img alt="A line." class="align-center" src="_images/some.svg" /> Text.</p>'
    page = dark.show_twins(tag, drawn)
    light, night = re.findall(r"<img[^>]*>", page)
    assert 'class="only-light align-center"' in light
    assert 'src="_images/some.svg"' in light
    assert 'class="only-dark align-center"' in night
    assert 'src="_images/some.dark.svg"' in night
    for found in (light, night):
        assert 'alt="A line."' in found
        assert 'loading="lazy" width="691" height="403"' in found
    assert (drawn / "_images" / "some.svg").read_text() == before
    twin = (drawn / "_images" / "some.dark.svg").read_text()
    assert f'<svg fill="{dark.INK}"' in twin
    assert dark.dark_colour(style.COLOURS["CNN"]) in twin
    styled = set(re.findall(r"(?:fill|stroke): ?(#\w{6})", twin))
    assert dark.PAGE in styled
    assert not styled & {"#ffffff", "#000000", "#0072b2", "#dddddd"}
    assert len(twin) < 1.1 * len(before)


def test_a_picture_is_mapped_pixel_by_pixel(drawn):
    dark.show_twins('<img src="_images/some.svg">', drawn)
    pixels = [
        image.imread(io.BytesIO(base64.b64decode(dark.PIXELS.search(path.read_text())[2])), "png")
        for path in (drawn / "_images" / "some.svg", drawn / "_images" / "some.dark.svg")
    ]
    assert pixels[0].shape == pixels[1].shape
    lowest = colors.to_hex(plt.get_cmap("viridis")(0.0))
    where = np.isclose(pixels[0][..., :3], colors.to_rgb(lowest), atol=0.01).all(axis=-1)
    where &= pixels[0][..., 3] == 1
    assert where.mean() > 0.3
    expected = colors.to_rgb(dark.dark_colour(lowest))
    np.testing.assert_allclose(pixels[1][where][:, :3], [expected] * where.sum(), atol=0.02)
    np.testing.assert_array_equal(pixels[0][..., 3], pixels[1][..., 3])


def test_other_images_are_left_alone(tmp_path):
    page = '<img src="_static/logo.svg"><img src="_images/photo.webp" alt="A photo.">'
    assert dark.show_twins(page, tmp_path) == page

"""Twins of the figures for the dark theme: the same drawing in colours that suit a dark page.

Greys swap their lightness: white becomes the page, black its text. Other colours keep their hue and
are lifted until they stand out, so that a method keeps its colour in both themes. Lightness is that
of OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab).
"""

import base64
import html as html_text
import io
import re
from functools import lru_cache
from pathlib import Path

import numpy as np
from matplotlib import image
from matplotlib.colors import to_hex, to_rgb

from specz.common.arrays import FloatArray
from specz.figures.contrast import linear

PAGE, INK = "#12161d", "#d7dde6"
"""Background and text of a dark page, as in ``book/_static/specz.css``."""

FLOOR = 0.52
"""Lightness of the darkest coloured line: contrast 3 with the page."""

GREY, COLOURED = 0.03, 0.08
"""Chroma up to which a colour counts as a grey, and from which as a colour; between, both."""

FIGURE = re.compile(r'<img\b[^>]*?\bsrc="([^"]*_images/[^"]+)\.svg"[^>]*>')
"""An image of a page; the group is its path without the ending."""

STYLED = re.compile(r"((?:fill|stroke|stop-color): ?)(#[0-9a-fA-F]{6})\b")
PIXELS = re.compile(r"(data:image/png;base64,)([A-Za-z0-9+/=\s]+)")
METADATA = re.compile(r"\s*<metadata>.*?</metadata>", flags=re.S)
VIEW = re.compile(r'<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"')
POINT = 4 / 3
"""Pixels of a page in one point of a figure."""

TO_CONES: FloatArray = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB: FloatArray = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def on_dark(rgb: FloatArray) -> FloatArray:
    """Colours that stand on a dark page for colours that stand on white.

    Parameters
    ----------
    rgb : ndarray, shape (..., 3)
        sRGB, from 0 to 1; so is the result.
    """
    lab = _lab(rgb)
    lightness, chroma = lab[..., :1], np.hypot(lab[..., 1:2], lab[..., 2:])
    ink, page = (_lab(np.array(to_rgb(colour))) for colour in (INK, PAGE))
    grey = ink + (page - ink) * lightness
    grey[..., 1:] += lab[..., 1:]
    lifted = lab.copy()
    # Near to the larger of floor and lightness, and rising with it: an order of shades is kept.
    lifted[..., :1] = np.minimum(1, np.cbrt(FLOOR**3 + lightness**3))
    part = np.clip((chroma - GREY) / (COLOURED - GREY), 0, 1)
    return _rgb(grey + part * (lifted - grey))


@lru_cache(maxsize=4096)
def dark_colour(colour: str) -> str:
    """Twin of one colour, both as ``#rrggbb``."""
    return to_hex(on_dark(np.array(to_rgb(colour))).tolist())


def dark_figure(svg: str) -> str:
    """Twin of a figure as matplotlib writes it; pictures in it are mapped pixel by pixel."""
    svg = METADATA.sub("", svg, count=1)
    svg = STYLED.sub(lambda found: found[1] + dark_colour(found[2].lower()), svg)
    svg = PIXELS.sub(lambda found: found[1] + _dark_png(found[2]), svg)
    return svg.replace("<svg ", f'<svg fill="{INK}" ', 1)  # black is the default, and not written


def show_twins(page: str, folder: Path) -> str:
    """Put the dark twin beside each figure of a page that lies in ``folder``; return the page.

    The theme shows one of both. The twin is written beside the figure as ``<name>.dark.svg``.
    Images are loaded when they come into view, and their room is kept free until then.
    """

    def both(found: re.Match[str]) -> str:
        # Without a suffix: a figure may have a dot in its name.
        path = folder / html_text.unescape(found[1])
        light, dark = (path.with_name(path.name + end) for end in (".svg", ".dark.svg"))
        text = light.read_text(encoding="utf-8")
        if not dark.exists():
            dark.write_text(dark_figure(text), encoding="utf-8")
        tag = found[0].replace("<img", f'<img loading="lazy"{_room(text)}', 1)
        twin = tag.replace(f'{found[1]}.svg"', f'{found[1]}.dark.svg"', 1)
        return f"<span>{_classed(tag, 'only-light')}{_classed(twin, 'only-dark')}</span>"

    return FIGURE.sub(both, page)


def _room(svg: str) -> str:
    """Attributes with the size of a figure in pixels, if it says its own."""
    view = VIEW.search(svg)
    if view is None:
        return ""
    width, height = (round(POINT * float(number)) for number in view.groups())
    return f' width="{width}" height="{height}"'


def _classed(tag: str, name: str) -> str:
    """Give a tag one class more."""
    if ' class="' in tag:
        return tag.replace(' class="', f' class="{name} ', 1)
    return tag.replace("<img", f'<img class="{name}"', 1)


def _dark_png(text: str) -> str:
    """Twin of a picture, both as base64."""
    pixels = np.asarray(image.imread(io.BytesIO(base64.b64decode(text)), format="png"))
    if pixels.ndim == 2:  # shades of grey
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    shape = pixels.shape
    colours, which = np.unique(pixels[..., :3].reshape(-1, 3), axis=0, return_inverse=True)
    mapped = pixels.copy()
    mapped[..., :3] = on_dark(colours.astype(float))[which.ravel()].reshape(*shape[:2], 3)
    file = io.BytesIO()
    image.imsave(file, mapped, format="png")
    return base64.b64encode(file.getvalue()).decode("ascii")


def _lab(rgb: FloatArray) -> FloatArray:
    """OKLab of sRGB, shape (..., 3)."""
    lab: FloatArray = np.cbrt(linear(rgb) @ TO_CONES.T) @ TO_LAB.T
    return lab


def _rgb(lab: FloatArray) -> FloatArray:
    """Colours in sRGB, shape (..., 3); what a screen can't show loses chroma, not lightness."""
    low, high = np.zeros_like(lab[..., :1]), np.ones_like(lab[..., :1])
    for _ in range(16):
        middle = (low + high) / 2
        linear = _linear_of(_faded(lab, middle))
        fits = ((linear >= 0) & (linear <= 1)).all(axis=-1, keepdims=True)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    linear = np.clip(_linear_of(_faded(lab, low)), 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _faded(lab: FloatArray, part: FloatArray) -> FloatArray:
    """The same lightness and hue with part of the chroma."""
    return np.concatenate([lab[..., :1], part * lab[..., 1:]], axis=-1)


def _linear_of(lab: FloatArray) -> FloatArray:
    """Linear light of OKLab, below 0 or above 1 where a screen can't show it."""
    linear: FloatArray = (lab @ np.linalg.inv(TO_LAB).T) ** 3 @ np.linalg.inv(TO_CONES).T
    return linear

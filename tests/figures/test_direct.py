"""Names at the ends of lines."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text

from specz import figures
from specz.figures.contrast import contrast
from specz.figures.direct import CONTRAST, apart, name_lines, readable


def test_each_line_is_named_once_at_its_last_height():
    _, axes = figures.subplots()
    ax = axes[0, 0]
    ax.plot([1, 2], [0.2, 0.9], label="rises")
    ax.errorbar([2, 1], [0.1, 0.7], yerr=0.05, label="falls, drawn from right to left")
    ax.axhline(0.5, label="guide")
    ax.plot([1, 2], [0, 0], label="_hidden")
    ax.set(ylim=(0, 1))
    name_lines(ax)
    at = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert at == pytest.approx(
        {"rises": 0.9, "falls, drawn from right to left": 0.1, "guide": 0.5}, abs=1e-6
    )
    assert all(text.get_position()[0] > 1 for text in ax.texts)


def test_names_on_a_logarithmic_axis_stand_where_the_line_ends():
    _, axes = figures.subplots()
    axes[0, 0].plot([1, 2], [1, 10], label="line")
    axes[0, 0].set(yscale="log", ylim=(1, 100))
    name_lines(axes[0, 0])
    assert axes[0, 0].texts[0].get_position()[1] == pytest.approx(0.5)


def test_names_of_lines_that_end_together_are_moved_apart():
    _, axes = figures.subplots()
    for i in range(4):
        axes[0, 0].plot([0, 1], [i, 0.5], label=str(i))
    name_lines(axes[0, 0])
    figure = axes[0, 0].figure
    figure.draw_without_rendering()
    boxes = sorted((Text.get_window_extent(t) for t in axes[0, 0].texts), key=lambda b: b.y0)
    assert all(above.y0 >= below.y1 - 1 for below, above in pairwise(boxes))


@pytest.mark.parametrize("at", [[], [0.3], [0.1, 0.1, 0.1], [0.1, 0.5, 0.52, 0.53, 0.9]])
def test_places_keep_their_order_their_distance_and_their_mean(at):
    found = apart(at, 0.05)
    assert (np.diff(found) > 0.05 - 1e-12).all()
    if at:
        assert np.mean(found) == pytest.approx(np.mean(at))


def test_text_in_a_light_colour_is_darkened_until_it_can_be_read():
    assert readable("#000000") == "#000000"
    for light in ("#e69f00", "#56b4e9", "#ffff00"):
        assert contrast(readable(light), "#ffffff") >= CONTRAST - 0.1

import numpy as np
import pytest

from specz.metrics import line_confusion
from specz.metrics.predictions import Predictions
from specz.spectra.grid import CLASSES, get_grid
from specz.spectra.lines import LINES

GRID = get_grid("paper")
WAVE = {line.name: line.wave_rest for line in LINES}


def predictions(z, z_predicted):
    z = np.atleast_1d(np.asarray(z, dtype=float))
    nothing = np.full(len(z), np.nan, dtype=np.float32)
    predicted = CLASSES.label(np.atleast_1d(z_predicted))
    return Predictions(np.arange(len(z)), z, predicted, *(nothing,) * 5)


@pytest.mark.parametrize(
    ("line", "taken", "name", "z"),
    [
        ("SII6718", "Ha", "[S II] taken for Hα", 1.3),
        ("Ha", "SII6733", "Hα taken for [S II]", 1.5),
        ("Ha", "OIII5008", "Hα taken for [O III]", 1.1),
    ],
)
def test_a_line_at_the_place_of_another_is_named(line, taken, name, z):
    wrong = (1 + z) * WAVE[line] / WAVE[taken] - 1
    assert line_confusion.confused_lines(predictions(z, wrong), GRID).tolist() == [name]


def test_what_is_right_or_only_imprecise_is_no_confusion():
    assert line_confusion.confused_lines(predictions([1.2, 1.2], [1.2, 1.204]), GRID).tolist() == [
        "",
        "",
    ]


def test_a_line_that_is_not_seen_is_taken_for_nothing():
    """At z = 1.75 [O III] is seen, at z = 1.0 it falls short of the grid."""
    wrong = (1 + 1.0) * WAVE["OIII5008"] / WAVE["Hb"] - 1
    (name,) = line_confusion.confused_lines(predictions(1.0, wrong), GRID)
    assert "[O III] taken" not in name


def test_chance_explains_a_part_that_follows_from_the_pairs():
    """Between nothing and the window of all pairs if none overlapped."""
    found = line_confusion.explained_by_chance(GRID)
    assert 0.02 < found < 0.3

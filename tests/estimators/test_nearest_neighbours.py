import numpy as np
import pytest

from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample


@pytest.mark.parametrize(
    "method",
    [
        NearestNeighbours((1,)),
        NearestNeighbours((1,), "cosine"),
        NearestNeighbours((1,), components=20),
    ],
)
def test_a_training_spectrum_is_its_own_neighbour(library, grid, method):
    train = draw_sample(library, "train", 60, White(1.0), grid, 1)
    fitted = method.fit(train, train.head(10), 1)
    np.testing.assert_array_equal(fitted.scores(train.flux()).values.argmax(axis=1), train.labels)


def test_the_angle_does_not_depend_on_the_depth_of_the_lines(library, grid):
    """About the mean spectrum: a spectrum half as far from it points the same way."""
    train = draw_sample(library, "train", 60, White(np.inf), grid, 1)
    flux = train.flux()
    nearer = (flux.mean(axis=0) + 0.1 * (flux - flux.mean(axis=0))).astype(np.float32)
    angle = NearestNeighbours((1,), "cosine").fit(train, train.head(10), 1)
    distance = NearestNeighbours((1,)).fit(train, train.head(10), 1)
    assert (angle.scores(nearer).values.argmax(axis=1) == train.labels).all()
    assert (distance.scores(nearer).values.argmax(axis=1) != train.labels).any()


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="euclidean"):
        NearestNeighbours(metric="euclid")
    with pytest.raises(ValueError, match="components"):
        NearestNeighbours(components=-1)


def test_few_spectra_have_fewer_components(library, grid):
    train = draw_sample(library, "train", 20, White(1.0), grid, 1)
    fitted = NearestNeighbours((1,), components=100).fit(train, train.head(5), 1)
    np.testing.assert_array_equal(fitted.scores(train.flux()).values.argmax(axis=1), train.labels)

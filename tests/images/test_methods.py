import numpy as np
import pytest

from specz.estimators.cnn import n_learned
from specz.estimators.training import TrainingConfig
from specz.images import measure
from specz.images.bank import build_bank
from specz.images.measure import StampForest
from specz.images.networks import StampNetwork
from specz.images.stamps import Population, draw_stamps, stacked

POPULATION = Population(snr=(20.0, 60.0))


@pytest.fixture(scope="module")
def samples():
    return [draw_stamps(POPULATION, split, 200, 1) for split in ("train", "validation", "test")]


def test_the_network_of_the_talk_has_its_parameters_and_starts_as_the_table_says():
    model = StampNetwork().build()
    assert n_learned(model) == 11_230_754
    first, last = model.get_layer("conv_2_1"), model.get_layer("classes")
    assert np.allclose(first.bias.numpy(), 0.1)
    assert np.allclose(last.bias.numpy(), 0.01)
    kernel = last.kernel.numpy()
    assert np.allclose(kernel.T @ kernel, np.eye(2), atol=1e-5)  # orthogonal


def test_a_small_network_learns_repeats_and_is_read_from_disk(samples, tmp_path):
    training = TrainingConfig(epochs=6, min_updates=0, batch=16, learning_rate=3e-3)
    network = StampNetwork(filters=2, dense=8, training=training)
    first, again = (network.fit(*samples[:2], seed=1) for _ in range(2))
    flux = samples[2].flux()
    p = first.scores(flux).values
    assert np.allclose(p, again.scores(flux).values, atol=1e-5)
    assert first.history.train_loss[-1] < first.history.train_loss[0]
    first.save(tmp_path)
    assert np.allclose(network.load(tmp_path).scores(flux).values, p, atol=1e-6)
    assert network.label != StampNetwork().label


def test_delta_chi2_is_that_of_fits_with_free_amplitude(samples):
    """χ² of a template t of unit norm with its best amplitude is |d|² - (d·t)²."""
    image = stacked(samples[0].flux(slice(5)))
    bank = build_bank(POPULATION, 2, 4)
    expected = []
    for stamp in image.reshape(5, -1):
        best = []
        for templates in bank:
            flat = templates.reshape(-1, stamp.size)
            amplitude = np.maximum(flat @ stamp, 0)
            best.append(((stamp - amplitude[:, None] * flat) ** 2).sum(axis=1).min())
        expected.append(best[0] - best[1])
    assert measure.delta_chi2(image, bank)[:, 0] == pytest.approx(expected, abs=0.02)


def test_moments_do_not_depend_on_brightness_and_turn_with_the_image():
    u = np.full((1, 8), 0.5)
    u[0, 4] = 0.1
    profile = POPULATION.profiles(u, np.array([True]))
    from specz.images.stamps import unit_images

    one = 1000 * unit_images(profile.transform(3.0), profile.centre)
    size, plus, cross = measure.moments(one)[0, 1:4]
    assert measure.moments(3 * one)[0, 1:4] == pytest.approx([size, plus, cross])
    turned = measure.moments(np.rot90(one, axes=(1, 2)))[0, 1:4]
    assert turned == pytest.approx([size, -plus, -cross], rel=1e-4)
    assert np.hypot(plus, cross) > 0.01


def test_the_forest_tells_bright_stars_from_galaxies_and_gains_by_template_fits(samples):
    train, validation, test = samples
    right = []
    for templates in (0, 16):
        forest = StampForest(templates, trees=50, leaves=(2, 150))
        p = forest.fit(train, validation, 1).scores(test.flux()).values
        assert p.sum(axis=1) == pytest.approx(1)
        right.append(((p[:, 1] > 0.5) == test.galaxy).mean())
    # A leaf of 150 of 200 stamps can't split: validation must have chosen the other.
    assert min(right) > 0.75

from dataclasses import replace

import numpy as np
import pytest

from specz.estimators.equivariant import Equivariant, filters_of
from specz.estimators.log_bins import MARGIN, TAPS, LogBins, rest_frame_filters, shorten
from specz.estimators.training import TrainingConfig
from specz.experiments.evaluate import evaluate
from specz.experiments.experiment import Experiment, fit
from specz.spectra.components import decompose
from specz.spectra.grid import CLASSES, get_grid
from specz.spectra.library import LibraryConfig
from specz.spectra.lines import HALPHA, LINE_WAVE_REST

SMALL = LibraryConfig(n_train=200, n_validation=40, n_test=80)
NETWORK = Equivariant(
    continua=6, shifts=800, training=TrainingConfig(epochs=1, min_updates=0, batch=32)
)
GRID = get_grid("paper")
BINS = LogBins(GRID, 1152)


def experiment(estimator, n_train=800, snr=2.0, **settings):
    return Experiment(
        estimator, n_train, snr, n_validation=40, n_test=80, library=SMALL, **settings
    )


def test_bins_share_out_every_pixel():
    first, weight = BINS.sharing
    total = np.zeros(GRID.n_pixels)
    np.add.at(total, first[:, None] + np.arange(weight.shape[1]), weight)
    np.testing.assert_allclose(total, 1, atol=1e-9)
    assert BINS.window.sum() == pytest.approx(GRID.n_pixels)


def test_interpolation_is_exact_for_polynomials():
    first, weight = BINS.interpolation(4)

    def polynomial(at):
        return (at / 600) ** 7 - at / 600

    shifts = np.arange(BINS.n_shifts) - 600.0
    value = (weight * polynomial(shifts)[first[:, None] + np.arange(TAPS)]).sum(axis=1)
    z = CLASSES.z_min + CLASSES.width / 4 * (np.arange(3200) + 0.5)
    where = np.log((1 + z) / 2) / BINS.width + MARGIN - 0.5 - 600.0
    np.testing.assert_allclose(value, polynomial(where), atol=1e-9)


def test_interpolation_of_a_peak_as_wide_as_a_line():
    """A peak of ln p that is 2.4 shifts wide is met to 2e-4 of its height between the shifts."""
    first, weight = BINS.interpolation(8)
    z = CLASSES.z_min + CLASSES.width / 8 * (np.arange(6400) + 0.5)
    where = np.log((1 + z) / 2) / BINS.width + MARGIN - 0.5

    def peak(at):
        return np.exp(-0.5 * ((at - 600.3) / 2.4) ** 2)

    value = (weight * peak(first[:, None] + np.arange(TAPS))).sum(axis=1)
    np.testing.assert_allclose(value, peak(where), atol=2e-4)


def test_sums_over_classes_are_those_of_the_interpolation():
    import keras

    from specz.estimators.equivariant_layers import SumOverClass

    near = BINS.classes(4)
    layer = SumOverClass(*near.weight.shape)
    layer.first.assign(near.first)
    layer.weight.assign(near.weight)
    log_p = np.random.default_rng(0).standard_normal((3, BINS.n_shifts)).astype("f4")
    first, weight = BINS.interpolation(4)
    fine = (weight * log_p[:, first[:, None] + np.arange(TAPS)]).sum(axis=-1)
    expected = np.log(np.exp(fine.reshape(3, CLASSES.n, 4)).sum(axis=-1))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(log_p)), expected, atol=1e-5)


def products(network, flux):
    """Products of spectra with the filters, (spectrum, shift, filter)."""
    import keras

    shared = network.get_layer("log_bins")(network.get_layer("centre")(flux))
    parts = [network.get_layer(name)(shared)[0] for name in ("correlate", "correlate_lines")]
    return keras.ops.convert_to_numpy(keras.ops.concatenate(parts, axis=-1))


def test_products_are_those_of_spectra_and_components():
    """The layers give x·b_r(z), which the library's own components give at each redshift."""
    train = experiment(NETWORK).samples()[0]
    components = decompose(train.library, np.unique(train.sed), 6)
    flux = train.flux(slice(0, 4))
    bins = LogBins(GRID, 4608)
    n_filters = len(rest_frame_filters(components, bins))
    shifts = np.arange(100, 4600, 250)
    got = products(replace(NETWORK, shifts=4608).build(train), flux)[:, shifts]
    z = 2 * np.exp((shifts - MARGIN + 0.5) * bins.width) - 1
    # Filters keep their height; a spectrum is spread over 1 + z times the wavelength.
    basis = components.observed(z, GRID) * (1 + z)[:, None, None]
    expected = np.einsum("np,srp->nsr", flux - 1, basis)
    # Lines that the window never reaches are left out.
    seen = np.array([True] * 6 + (LINE_WAVE_REST > 11000 / 2.8).tolist())
    assert n_filters == seen.sum()
    for one, wanted in zip(got.T, expected[..., seen].T, strict=True):
        assert np.corrcoef(one.ravel(), wanted.ravel())[0, 1] > 0.9999


def test_short_filters_give_what_long_ones_do():
    import keras

    from specz.estimators.equivariant_layers import Correlate, CorrelateShort

    train = experiment(NETWORK).samples()[0]
    long = rest_frame_filters(decompose(train.library, np.unique(train.sed), 6), BINS)[6:]
    starts, short = shorten(long)
    assert short.shape[1] < 30
    sizes = {"n_bins": BINS.n_bins, "n_shifts": BINS.n_shifts}
    layers = Correlate(*long.shape, **sizes), CorrelateShort(starts, short.shape[1], **sizes)
    spectra = np.random.default_rng(0).standard_normal((2, BINS.n_bins)).astype("f4")
    both = []
    for layer, filters in zip(layers, (long, short), strict=True):
        layer.filters.assign(filters)
        both.append([keras.ops.convert_to_numpy(part) for part in layer(spectra)])
    for got, wanted in zip(*both, strict=True):
        np.testing.assert_allclose(got, wanted, atol=2e-3 * np.abs(wanted).max())


def test_a_network_tells_its_filters():
    train = experiment(NETWORK).samples()[0]
    bins = LogBins(GRID, NETWORK.shifts)
    wanted = rest_frame_filters(decompose(train.library, np.unique(train.sed), 6), bins) * 0.2
    np.testing.assert_allclose(
        filters_of(NETWORK.build(train)), wanted, atol=2e-4 * np.abs(wanted).max()
    )


def test_a_redshift_moves_the_products_along():
    train = experiment(NETWORK, snr=float("inf")).samples()[0]
    one = replace(train, sed=train.sed[:1].repeat(2), z=np.array([1.2, 1.6]))
    halpha = 6 + int((LINE_WAVE_REST[:HALPHA] > 3930).sum())
    peak = products(NETWORK.build(train), one.flux())[:, :, halpha].argmax(axis=1)
    expected = np.log(2.6 / 2.2) / LogBins(GRID, 800).width
    assert peak[1] - peak[0] == pytest.approx(expected, abs=1)


def test_a_little_training_finds_redshifts():
    wanted = experiment(
        replace(NETWORK, training=TrainingConfig(epochs=4, min_updates=0, batch=16)), n_train=1600
    )
    result = evaluate(fit(wanted), wanted.samples()).test
    assert np.mean(np.abs(result.predicted - result.label) <= 1) > 0.8


@pytest.mark.parametrize("change", [{"learn_filters": True}, {"know_library": False}])
def test_filters_are_learned_or_kept(change, tmp_path):
    train, validation, _ = experiment(NETWORK, n_train=64).samples()
    network = replace(NETWORK, **change)
    before = filters_of(network.build(train))
    fitted = replace(network, training=TrainingConfig(1, 0, 32)).fit(train, validation, 1)
    fitted.save(tmp_path)
    assert np.array_equal(filters_of(network.load(tmp_path).model), before) == (
        not network.learn_filters
    )


def test_calibration_lowers_the_loss_on_validation_spectra():
    train, validation, _ = experiment(NETWORK, n_train=640).samples()
    at = np.arange(len(validation)), validation.labels.astype(int)
    loss = {
        flag: -np.log(
            replace(NETWORK, calibrate=flag)
            .fit(train, validation, 1)
            .scores(validation.flux())
            .values[at]
        ).mean()
        for flag in (False, True)
    }
    assert loss[True] < loss[False]


def test_a_saved_network_gives_the_same_posterior(tmp_path):
    wanted = experiment(NETWORK, n_train=64)
    fitted = fit(wanted)
    fitted.save(tmp_path)
    flux = wanted.samples()[2].flux()
    again = NETWORK.load(tmp_path)
    np.testing.assert_array_equal(again.scores(flux).values, fitted.scores(flux).values)


def test_the_grism_grid_works_as_well():
    wanted = experiment(NETWORK, n_train=64, grid="nisp")
    assert len(evaluate(fit(wanted), wanted.samples()).test) == 80


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden": ()}, "hidden must be a list with at least one"),
        ({"shifts": 10}, "shifts must lie in"),
        ({"continua": 0}, "continua must lie in"),
        ({"substeps": 0}, "substeps must lie in"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        Equivariant(**settings)

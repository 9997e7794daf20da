import numpy as np
import pytest

from specz.estimators.template_fit import TemplateFit
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample

LIBRARY = build_library(LibraryConfig(n_train=300, n_validation=30, n_test=60))
GRID = get_grid("paper")


def sample(split, snr, n):
    return draw_sample(LIBRARY, split, n, White(snr), GRID, 3)


def fitted(snr, templates=(8,)):
    estimator = TemplateFit(templates=templates)
    return estimator.fit(sample("train", snr, 300), sample("validation", snr, 30), 1)


def test_clear_spectra_are_put_where_they_are():
    test = sample("test", 10.0, 60)
    p = fitted(10.0).scores(test.flux()).values
    np.testing.assert_allclose(p.sum(axis=1), 1)
    off = p.argmax(axis=1) - test.labels.astype(int)
    assert (np.abs(off) <= 1).all()
    assert (off == 0).mean() > 0.9


def test_the_fit_knows_neither_amplitude_nor_offset_of_noise():
    test = sample("test", 2.0, 20)
    fit = fitted(2.0)
    first = fit.scores(test.flux()).values.argmax(axis=1)
    np.testing.assert_array_equal(fit.scores(3 * test.flux()).values.argmax(axis=1), first)


@pytest.mark.slow
def test_the_number_of_templates_is_chosen_on_validation_spectra():
    validation, flux = sample("validation", 1.0, 30), sample("test", 1.0, 20).flux()
    alone = {n: fitted(1.0, (n,)) for n in (1, 14)}
    rates = {
        n: np.mean(fit.scores(validation.flux()).values.argmax(axis=1) == validation.labels)
        for n, fit in alone.items()
    }
    assert rates[1] != rates[14]
    best = max(rates, key=rates.get)
    np.testing.assert_array_equal(
        fitted(1.0, (1, 14)).scores(flux).values, alone[best].scores(flux).values
    )


def test_clean_spectra_can_be_fitted():
    test = sample("test", np.inf, 20)
    p = fitted(np.inf).scores(test.flux()).values
    assert np.isfinite(p).all()
    assert (p.argmax(axis=1) == test.labels).mean() > 0.9


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"templates": ()}, "templates must be a list with at least one"),
        ({"templates": (40,)}, "templates must lie in"),
        ({"resolution": 0.0}, "resolution must lie in"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        TemplateFit(**settings)

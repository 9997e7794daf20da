import importlib.util

import numpy as np
import pytest

from specz.estimators.redrock import Redrock, rest_frame
from specz.estimators.template_fit import CONTINUA
from specz.experiments.experiment import Experiment, fit
from specz.metrics.predictions import predict
from specz.spectra.components import decompose, principal_mixtures
from specz.spectra.library import LibraryConfig
from specz.spectra.lines import LINE_WAVE_REST

SMALL = LibraryConfig(n_train=200, n_validation=20, n_test=40)
THERE = importlib.util.find_spec("redrock") is not None
EXPERIMENT = Experiment(Redrock(), 200, 5.0, n_validation=20, n_test=12, library=SMALL)


def test_templates_keep_the_flux_of_each_line(library):
    """Integrated over wavelength, each mixture has the line and continuum flux that it should."""
    components = decompose(library, np.arange(100), CONTINUA)
    mixtures = principal_mixtures(components, 3)
    wave, flux = rest_frame(components, mixtures)
    near = np.abs(wave - LINE_WAVE_REST[0]) < 40
    width = np.gradient(wave)
    n_lines = len(LINE_WAVE_REST)
    continuum = components.library.continuum[:-n_lines].astype(float)
    for row, mixture in zip(flux, mixtures, strict=True):
        level = np.interp(wave, library.wave_rest, mixture[:-n_lines] @ continuum)
        found = ((row - level) * width)[near].sum()
        assert found == pytest.approx(mixture[-n_lines : -n_lines + 2].sum(), rel=2e-3, abs=1e-4)


@pytest.mark.skipif(THERE, reason="redrock is installed")
def test_without_redrock_the_error_says_how_to_get_it():
    with pytest.raises(ModuleNotFoundError, match="pip install 'redrock"):
        fit(EXPERIMENT)


@pytest.mark.skipif(not THERE, reason="redrock is not installed: pip install 'redrock>=0.21'")
def test_redrock_finds_bright_redshifts():
    """At S/N 5 per pixel nearly every redshift is right within a class."""
    _, _, test = EXPERIMENT.samples()
    found = predict(fit(EXPERIMENT), test)
    assert np.mean(np.abs(found.predicted - found.label) <= 1) > 0.8

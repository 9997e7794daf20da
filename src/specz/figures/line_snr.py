"""Accuracy against the S/N of one line, for a figure and for the sentence on it."""

import numpy as np

from specz import metrics
from specz.experiments.result import Result
from specz.metrics.intervals import Interval
from specz.spectra.grid import get_grid
from specz.spectra.library import build_library
from specz.spectra.noise import White
from specz.spectra.observe import halpha_snr


def fifths(result: Result) -> tuple[list[float], list[Interval]]:
    """Median S/N of Hα and accuracy in fifths of the test spectra, the weakest Hα first."""
    experiment, test = result.experiment, result.test
    library, grid = build_library(experiment.library), get_grid(experiment.grid)
    line_snr = halpha_snr(library, test.sed, test.z, grid, White(experiment.snr))
    edges = np.quantile(line_snr, np.linspace(0, 1, 6))
    fifth = np.searchsorted(edges[1:-1], line_snr)
    bins = [fifth == i for i in np.unique(fifth)]  # fewer with fewer than five spectra
    exact = metrics.is_exact(test)
    accuracy = [metrics.mean_interval(exact[inside], test.sed[inside]) for inside in bins]
    return [float(np.median(line_snr[inside])) for inside in bins], accuracy

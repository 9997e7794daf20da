"""Accuracy, calibration and speed of ``specz.predict`` on spectra of the book's simulator.

Usage: ``python -m benchmarks.predict [N_TEST [N_LIMIT]]`` (default: 1000 and 300). Prints, for
white noise of several S/N and for a noise curve with masked pixels: the exact class and within one;
the mean probability that was stated; how often the true redshift lies within the stated error; what
is not flagged, and how often that is wrong; spectra per second of processor time. The same for the
method "evidence" and the Bayes limit on the first ``N_LIMIT`` spectra. The amplitude is unknown to
``specz.predict`` and known to the other two.
"""

import sys
import time

import numpy as np

from specz import metrics
from specz.estimators.base import Estimator
from specz.estimators.bayes import BayesLimit
from specz.estimators.evidence import GaussianEvidence
from specz.metrics.predictions import WRONG
from specz.metrics.predictions import predict as predict_classes
from specz.own.predict import Redshift, predict
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import Noise, PerPixel, White
from specz.spectra.sample import Sample, draw_samples

GRID = get_grid("paper")
SNR_LIMIT = 1.0
"""The Bayes limit takes minutes, and is near one at higher S/N."""

SIZES = (10_000, 10)
"""Training and validation spectra: every SED of the training set once."""


def coloured(snr: float) -> PerPixel:
    """σ rises along the grid and in a band of sky; 5 % of the pixels are masked."""
    at = np.linspace(0, 1, GRID.n_pixels)
    sigma = (0.6 + 0.8 * at) * (1 + 2 * np.exp(-0.5 * ((at - 0.4) / 0.05) ** 2))
    ivar = 1 / sigma**2
    ivar[np.random.default_rng(1).random(GRID.n_pixels) < 0.05] = 0
    return PerPixel(tuple(snr**2 * ivar / ivar.mean()))


KINDS: dict[str, Noise] = {
    "S/N 1, white": White(1.0),
    "S/N 1, coloured, 5 % masked": coloured(1.0),
    "S/N 2, white": White(2.0),
    "S/N 5, white": White(5.0),
    "S/N 0.5, white": White(0.5),
}


def main(n_test: int = 1000, n_limit: int = 300) -> None:
    """Measure and print."""
    for name, noise in KINDS.items():
        train, validation, test = draw_samples(LibraryConfig(), (*SIZES, n_test), noise, GRID, 1)
        flux = test.flux()
        ivar = noise.weight(GRID.n_pixels) * noise.snr**2
        predict(flux[:2], GRID.wave_obs, ivar)  # compiles
        start = time.process_time()
        found = predict(flux, GRID.wave_obs, ivar)
        rate = n_test / (time.process_time() - start)
        print(f"{name}, {n_test} spectra, {rate:.0f} per second and core", flush=True)
        print(f"    all: {_describe(found, test)}", flush=True)
        few = test.head(n_limit)
        print(f"    the first {n_limit}: {_describe(found[:n_limit], few)}", flush=True)
        methods: tuple[Estimator, ...] = (GaussianEvidence(), BayesLimit())
        for method in methods if noise.snr <= SNR_LIMIT else ():
            said = predict_classes(method.fit(train, validation, 1), few)
            print(
                f"    {method.label}: exact {metrics.accuracy(said)}, within one "
                f"{metrics.within_one(said)}, stated {said.p_max.mean():.3f}",
                flush=True,
            )


def _describe(found: list[Redshift], test: Sample) -> str:
    """Say how right the answers are, and how right they think they are."""
    best = np.array([answer.classes.argmax() for answer in found])
    off = np.abs(best - test.labels)
    z, error = (np.array([getattr(answer, name) for answer in found]) for name in ("z", "z_err"))
    wrong = np.abs(z - test.z) > WRONG * (1 + test.z)
    sure = np.array([answer.zwarn == 0 for answer in found])
    stated = np.mean([answer.p_best for answer in found])
    return (
        f"exact {(off == 0).mean():.3f}, within one {(off <= 1).mean():.3f}, stated {stated:.3f}; "
        f"within z_err {(np.abs(z - test.z) <= error).mean():.3f}; not flagged {sure.mean():.3f}, "
        f"of those {np.count_nonzero(wrong[sure])} beyond {WRONG}"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))

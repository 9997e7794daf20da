"""Speed and accuracy of each method on the same spectra, in one run.

Usage: ``python -m benchmarks.inference [N_TEST]`` (default: 300). Writes ``build/inference.json``;
``python -m benchmarks inference`` puts it into the book. Every method is fitted first (networks are
taken from ``build/store`` if they are there), asked once to warm up, and then timed on the same
noisy test spectra, once each in turn, for three rounds; the fastest round counts. Prints spectra
per second, the ratio to redrock (``pip install 'redrock>=0.21'``; without it, to template
fitting), exact-class accuracy with its interval and outliers beyond 0.003.
"""

import importlib.util
import sys
import time
from dataclasses import asdict

from benchmarks import outcome
from benchmarks.speed import Speed
from specz import metrics
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.equivariant import Equivariant
from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.redrock import Redrock
from specz.estimators.template_fit import TemplateFit
from specz.experiments.experiment import Experiment
from specz.experiments.run import fitted as fit
from specz.metrics.predictions import predict

SNR = 1.0
ROUNDS = 3
METHODS = (
    (CNN(), 24_000),
    (Equivariant(), 5_000),
    (NearestNeighbours(), 10_000),
    (Forest(), 2_000),
    (TemplateFit(), 10_000),
    (BayesLimit(), 10_000),
    (Redrock(), 10_000),
)


def main(n_test: int = 300) -> None:
    """Fit, ask, print and write."""
    there = importlib.util.find_spec("redrock") is not None
    experiments = [
        Experiment(method, n, SNR, n_validation=500, n_test=n_test)
        for method, n in METHODS
        if there or not isinstance(method, Redrock)
    ]
    fitted = [fit(experiment) for experiment in experiments]
    _, _, test = experiments[0].samples()
    flux = test.flux()
    best = [float("inf")] * len(fitted)
    for method in fitted:
        method.scores(flux[:32])
    for _ in range(ROUNDS):
        for i, method in enumerate(fitted):
            start = time.perf_counter()
            for at in range(0, n_test, method.batch):
                method.scores(flux[at : at + method.batch])
            best[i] = min(best[i], time.perf_counter() - start)
    speeds = []
    for experiment, method, seconds in zip(experiments, fitted, best, strict=True):
        said = predict(method, test)
        speeds.append(
            Speed(
                experiment.estimator.label,
                experiment.n_train,
                n_test / seconds,
                metrics.accuracy(said),
                metrics.outlier_fraction(said),
            )
        )
    unit = next(s for s in speeds if s.method == ("redrock" if there else "template fit"))
    for speed in speeds:
        print(
            f"{speed.method:>20} ({speed.n_train:,}): {speed.spectra_per_second:9.1f} spectra/s, "
            f"{speed.spectra_per_second / unit.spectra_per_second:8.1f} x {unit.method}; "
            f"exact class {speed.accuracy}; outliers {speed.outliers}"
        )
    found = {"snr": SNR, "n_test": n_test, "rounds": ROUNDS, "speeds": list(map(asdict, speeds))}
    outcome.write("inference", found)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

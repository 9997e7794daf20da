"""Speed and accuracy of each method on the same spectra, in one run.

Usage: ``python benchmarks/inference.py [N_TEST]`` (500 by default). Every method is fitted first
(networks are taken from ``build/store`` if they are there), asked once to warm up, and then
timed on the same noisy test spectra, once each in turn, for three rounds; the best round counts.
Prints spectra per second, the ratio to redrock (``pip install 'redrock>=0.21'``; without it, to
template fitting), exact-class accuracy with its interval and outliers beyond 0.003, and writes
``build/inference.json``.
"""

import importlib.util
import json
import sys
import time

from specz import metrics, paths, runner
from specz.baselines import Forest, NearestNeighbours
from specz.bayes import BayesLimit
from specz.equivariant import Equivariant
from specz.experiment import Experiment
from specz.networks import CNN
from specz.predictions import predict
from specz.redrock_fit import Redrock
from specz.templatefit import TemplateFit

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


def main(n_test: int) -> None:
    """Fit, ask, print and write."""
    there = importlib.util.find_spec("redrock") is not None
    experiments = [
        Experiment(method, n, SNR, n_validation=500, n_test=n_test)
        for method, n in METHODS
        if there or not isinstance(method, Redrock)
    ]
    fitted = [runner.fitted(experiment) for experiment in experiments]
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
    slow = "redrock" if there else "template fit"
    labels = [experiment.estimator.label for experiment in experiments]
    unit = best[labels.index(slow)]
    rows = []
    for label, experiment, method, seconds in zip(labels, experiments, fitted, best, strict=True):
        predictions = predict(method, test)
        rows.append(
            {
                "method": label,
                "n_train": experiment.n_train,
                "spectra_per_second": n_test / seconds,
                "ratio": unit / seconds,
                "accuracy": metrics.accuracy(predictions)._asdict(),
                "outliers_003": metrics.outlier_fraction(predictions, 0.003)._asdict(),
            }
        )
        print(
            f"{label:>20} ({experiment.n_train:,}): {n_test / seconds:9.1f} spectra/s, "
            f"{unit / seconds:8.1f} x {slow}; exact class {metrics.accuracy(predictions)}; "
            f"outliers {metrics.outlier_fraction(predictions, 0.003)}"
        )
    about = {"snr": SNR, "n_test": n_test, "rounds": ROUNDS, "unit": slow, "methods": rows}
    paths.BUILD.mkdir(exist_ok=True)
    (paths.BUILD / "inference.json").write_text(json.dumps(about, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)

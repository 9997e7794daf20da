"""Time and peak memory of a job against its size, each size in a process of its own.

Usage: ``python -m benchmarks.costs JOB N [N ...]``; JOB is ``generation`` or the name of a method,
such as ``cnn`` or ``knn``. Prints what each size took, and its peak memory over that of the first.
Before the clock starts the library of SEDs is built, and the job is done once with few spectra, so
that all it needs is loaded. A network is compiled for each training: what a second one with few
spectra takes is taken off.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.record import Scaling
from specz.common import checks, paths
from specz.estimators.base import Estimator
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.equivariant import Equivariant
from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.registry import REGISTRY
from specz.estimators.svm import KernelSVM, LinearSVM
from specz.estimators.template_fit import TemplateFit
from specz.experiments.experiment import Experiment

SNR = 1.0
N_TEST = 64
"""Spectra that a fitted method is asked about."""
BATCH = 128
FEW = 256
NETWORKS = ("cnn", "equivariant")
MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10
"""In the unit of ``ru_maxrss``."""


def generate(n: int) -> None:
    """Generate spectra and let go of them, a batch at a time."""
    train, _, _ = Experiment(CNN(), n, SNR).samples()
    for start in range(0, n, BATCH):
        train.flux(slice(start, start + BATCH))


def fit(estimator: Estimator) -> Callable[[int], None]:
    """Return a job that fits an estimator and asks it."""

    def job(n: int) -> None:
        experiment = Experiment(estimator, n, SNR, n_validation=BATCH, n_test=N_TEST)
        train, validation, test = experiment.samples()
        estimator.fit(train, validation, experiment.seed).scores(test.flux())

    return job


def one_epoch(network: CNN | Equivariant) -> CNN | Equivariant:
    """Let a network pass over its training spectra once."""
    training = replace(network.training, epochs=1, min_updates=0)
    return replace(network, training=training)


JOBS: dict[str, tuple[str, Callable[[int], None], tuple[int, ...], int]] = {
    "generation": (
        "generating spectra",
        generate,
        (10_000, 20_000, 40_000, 80_000, 160_000),
        4_000_000,
    ),
    "cnn": (
        "training the CNN for one epoch",
        fit(one_epoch(CNN())),
        (10_000, 20_000, 40_000, 80_000),
        400_000,
    ),
    "equivariant": (
        "training the equivariant network for one epoch",
        fit(one_epoch(Equivariant())),
        (5_000, 10_000, 20_000, 40_000),
        400_000,
    ),
    "knn": ("k-NN", fit(NearestNeighbours()), (5_000, 10_000, 20_000, 40_000, 80_000), 100_000),
    "forest": ("random forest", fit(Forest()), (250, 500, 1_000, 2_000), 8_000),
    "linear_svm": ("linear SVM", fit(LinearSVM()), (500, 1_000, 2_000, 4_000), 20_000),
    "kernel_svm": ("kernel SVM", fit(KernelSVM()), (500, 1_000, 2_000, 4_000), 20_000),
    "template_fit": ("template fit", fit(TemplateFit()), (1_250, 2_500, 5_000, 10_000), 10_000),
    "bayes": ("Bayes limit", fit(BayesLimit()), (1_250, 2_500, 5_000, 10_000), 10_000),
}
"""Name of a method or of none, name on the page, job, its sizes by default, and the largest that it
can take: the library has 10,000 SEDs; a forest of 8,000 spectra and 800 classes takes gigabytes."""


def timed(job: Callable[[int], None], n: int) -> float:
    """Do a job; return its seconds."""
    start = time.perf_counter()
    job(n)
    return time.perf_counter() - start


def measure(name: str, n: int) -> tuple[float, float]:
    """Return the seconds of a job, less what it costs once, and this process's peak MiB."""
    _, job, _, _ = JOBS[name]
    Experiment(CNN(), 1).samples()
    job(FEW)
    once = timed(job, FEW) if name in NETWORKS else 0.0
    seconds = timed(job, n) - once
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE


def scaling(name: str, sizes: tuple[int, ...] = ()) -> Scaling:
    """Measure a job at the sizes that it can take, or at its own by default.

    Parameters
    ----------
    name : str
        A key of :data:`JOBS`.
    sizes : tuple of int
    """
    title, _, default, largest = JOBS[name]
    sizes = tuple(n for n in sorted(sizes) if n <= largest) or default
    found = []
    for n in sizes:
        # The child reports the peak of whoever started it, if that is higher: this process must
        # be small, and is, as long as it has loaded no network.
        command = [sys.executable, "-m", "benchmarks.costs", "--child", name, str(n)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, cwd=paths.ROOT
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(f"{title}, {n:,}: {found[-1][0]:.3g} s, {found[-1][1]:,.0f} MiB", flush=True)
    seconds, mebibytes = zip(*found, strict=True)
    return Scaling(
        title, name if name in REGISTRY else "", list(sizes), list(seconds), list(mebibytes)
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
    else:
        checks.choice("JOB", sys.argv[1], JOBS)
        made = scaling(sys.argv[1], tuple(int(n) for n in sys.argv[2:]))
        print(f"peak memory: {made.memory_growth:.3f} of the first")

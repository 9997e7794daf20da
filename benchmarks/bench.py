"""What the package does against what the machine can do: ratios within one run.

Usage: ``python -m benchmarks.bench [NAME ...] [--sizes N ...]``, or ``make bench`` for all of them
(30 minutes on two cores). NAME is one of ``costs``, ``generation``, ``streaming``,
``arithmetic``, ``build``, ``limit``, ``redraw``, ``fanout``, ``trees``, ``vectors``; ``--sizes``
are those of ``costs``, up to what each job can take. Writes ``build/bench.json``;
``python -m benchmarks bench`` puts it into the book.

Where two things are compared, each is done once to warm up and then both in turn, A B A B, for
some rounds; the fastest round of each counts, as other work on the machine can only slow one down.
"""

import argparse
import dataclasses
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

from benchmarks import costs, outcome
from benchmarks.record import Benchmark, Benchmarks
from specz.common import checks
from specz.common.arrays import BoolArray, IntArray
from specz.common.processes import cores
from specz.common.store import Store
from specz.estimators.backend import load_keras
from specz.estimators.bayes import BayesLimit, Evidence
from specz.estimators.cnn import CNN
from specz.estimators.redshift_scan import redshifts
from specz.estimators.svm import LinearSVM
from specz.estimators.training import TrainingConfig, _batches, train
from specz.estimators.trees import grow
from specz.experiments.experiment import Experiment
from specz.experiments.parallel import Backend, compute
from specz.spectra.components import decompose
from specz.spectra.sample import Sample
from specz.study.profiles import STUDY
from specz.study.studies import STUDIES

if TYPE_CHECKING:
    import keras

BATCH = 128
"""Spectra in a step of the study's training."""
MIB = "MiB"
MATRIX = 2048


def fastest(rounds: int, *tasks: Callable[[], object], warm: bool = True) -> list[float]:
    """Seconds of the fastest round of each task, in turns; ``warm`` adds one that is left out."""
    for task in tasks if warm else ():
        task()
    best = [math.inf] * len(tasks)
    for _ in range(rounds):
        for i, task in enumerate(tasks):
            start = time.perf_counter()
            task()
            seconds = time.perf_counter() - start
            best[i] = min(best[i], seconds)
    return best


def generation(rounds: int = 5, n: int = 5_120) -> list[Benchmark]:
    """Noisy spectra a second, against drawing as many Gaussian numbers with NumPy.

    On one thread, as a training has them made, and on all cores; then all cores against as many
    times one.
    """
    sample, _, _ = Experiment(CNN(), n, snr=1.0).samples()
    starts = range(0, n, BATCH)
    epoch = iter(range(sys.maxsize))

    def made(start: int) -> None:
        sample.flux(slice(start, start + BATCH), next(epoch))  # fresh noise

    def draw(start: int) -> None:
        generator = np.random.Generator(np.random.Philox(key=start))
        generator.standard_normal((BATCH, sample.grid.n_pixels), dtype=np.float32)

    found: list[Benchmark] = []
    for threads in sorted({1, cores()}):
        with ThreadPoolExecutor(threads) as pool:
            seconds = fastest(
                rounds, lambda: list(pool.map(made, starts)), lambda: list(pool.map(draw, starts))
            )
        value, reference = (n / each for each in seconds)
        name = f"generating noisy spectra, {threads} thread{'s' if threads > 1 else ''}"
        found.append(Benchmark(name, value, reference, "spectra/s", value / reference, 0.85))
    if len(found) > 1:
        value, linear = found[1].value, cores() * found[0].value
        name = f"generating on {cores()} threads, against {cores()} times one"
        found.append(Benchmark(name, value, linear, "spectra/s", value / linear, 0.9))
    return found


@dataclass(frozen=True, eq=False)
class Kept(Sample):
    """A sample whose spectra lie in memory."""

    pixels: npt.NDArray[np.float32]

    def flux(
        self, index: IntArray | BoolArray | slice = slice(None), epoch: int = 0
    ) -> npt.NDArray[np.float32]:
        """Take them out."""
        return self.pixels[index]


def in_memory(sample: Sample) -> Kept:
    """Return a sample with its spectra generated once and for all."""
    fields = {f.name: getattr(sample, f.name) for f in dataclasses.fields(sample)}
    return Kept(**fields, pixels=sample.flux())


def streaming(rounds: int = 5, n: int = 5_120) -> list[Benchmark]:
    """Examples a second of a training whose spectra are generated, against spectra in memory."""
    model, _ = trained(BATCH)
    sample, _, _ = Experiment(CNN(), n, snr=1.0).samples()
    kept = in_memory(sample)
    order = np.random.default_rng(1).permutation(n)

    def epoch(of: Sample) -> None:
        for flux, label in _batches(of, of.labels, order, BATCH, 0):
            model.train_on_batch(flux, label)

    seconds = fastest(rounds, lambda: epoch(sample), lambda: epoch(kept))
    value, reference = (n / each for each in seconds)
    name = "training on spectra as they are generated"
    return [Benchmark(name, value, reference, "examples/s", value / reference, 0.95)]


def trained(batch: int) -> "tuple[keras.Model, Sample]":
    """Return the study's network, compiled and warmed up by a training, and its examples."""
    config = TrainingConfig(epochs=1, min_updates=0, batch=batch)
    sample, validation, _ = Experiment(CNN(), 2 * batch, 1.0, n_validation=batch).samples()
    model = CNN(layers=3).build(sample.grid.n_pixels)
    train(model, sample, validation, config, seed=1)
    return model, sample


def multiply_adds(model: "keras.Model") -> int:
    """Multiply-adds of one example's way through the convolutions and dense layers of a model."""
    return sum(
        math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1])
        for layer in model.layers
        if hasattr(layer, "kernel")
    )


def arithmetic(rounds: int = 5, n: int = 2_048, batch: int = BATCH) -> list[Benchmark]:
    """Rate of arithmetic of a training, against that of a product of two large matrices.

    A multiply-add counts as two; the way back costs twice the way there.
    """
    ops = load_keras().ops
    matrix = ops.convert_to_tensor(np.ones((MATRIX, MATRIX), np.float32))
    model, sample = trained(batch)
    flux, label = sample.flux(slice(batch)), sample.labels[:batch]
    steps = n // batch

    def step() -> None:
        for _ in range(steps):
            model.train_on_batch(flux, label)  # returns the loss as a number: it has been done

    def product() -> None:
        ops.convert_to_numpy(ops.matmul(matrix, matrix))

    seconds = fastest(rounds, step, product)
    value = 3 * 2 * multiply_adds(model) * steps * batch / seconds[0] / 1e9
    reference = 2 * MATRIX**3 / seconds[1] / 1e9
    name = f"training the CNN, batch {batch}"
    return [Benchmark(name, value, reference, "GFLOP/s", value / reference, 0.5)]


def build(seconds_allowed: float = 20.0) -> list[Benchmark]:
    """Seconds of ``specz build --profile smoke`` with nothing to do.

    The build before it, which has all to do if there was none, does not count.
    """
    program = "from specz.cli import main; main()"
    command = [sys.executable, "-c", program, "build", "--profile", "smoke"]

    def once() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    (value,) = fastest(1, once)
    ratio = seconds_allowed / value
    return [Benchmark("a build with nothing to do", value, seconds_allowed, "s", ratio, 1.0)]


def fanout(rounds: int = 2, n: int = 40_000) -> list[Benchmark]:
    """Two trainings one after the other, each on all cores, against two at a time.

    Each call has processes of its own, so that there is nothing to warm up.
    """
    if cores() < 2:
        return []
    network = CNN(training=TrainingConfig(epochs=1, min_updates=0))
    wanted = [Experiment(network, n, 1.0, n_validation=BATCH, n_test=BATCH, seed=s) for s in (1, 2)]

    def run(workers: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for _ in compute(wanted, Backend(workers), Store(Path(folder))):
                pass

    reference, value = fastest(rounds, lambda: run(1), lambda: run(2), warm=False)
    return [Benchmark("two trainings side by side", value, reference, "s", reference / value, 1.0)]


def trees(rounds: int = 2, n: int = 1_000, number: int = 2) -> list[Benchmark]:
    """Trees a second of a forest at S/N 1, against scikit-learn's, which are the same trees."""
    sample, _, _ = Experiment(CNN(), n, snr=1.0).samples()
    flux, labels = sample.flux(), sample.labels
    features = round(math.sqrt(sample.grid.n_pixels))
    peer = RandomForestClassifier(number, max_features=features, n_jobs=-1, random_state=1)

    def theirs() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # many classes
            peer.fit(flux, labels)

    seconds = fastest(rounds, lambda: grow(flux, labels, number, features, 1), theirs)
    value, reference = (number / each for each in seconds)
    name = f"growing trees for {len(np.unique(labels))} classes"
    return [Benchmark(name, value, reference, "trees/s", value / reference, 10.0)]


def vectors(rounds: int = 2, n: int = 1_000) -> list[Benchmark]:
    """Spectra a second that a linear support vector machine learns and then names, against LIBSVM.

    The same classes come from both. LIBSVM has one thread, ours has all cores.
    """
    train, validation, test = Experiment(LinearSVM(), n, 1.0, n_validation=1, n_test=n).samples()
    flux, asked, labels = train.flux(), test.flux(), train.labels
    peer = SVC(kernel="linear", C=LinearSVM.c)

    def theirs() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # many classes
            peer.fit(flux, labels).predict(asked)

    def ours() -> None:
        LinearSVM().fit(train, validation, 1).scores(asked)

    seconds = fastest(rounds, ours, theirs)
    value, reference = (2 * n / each for each in seconds)
    name = f"a support vector machine for {len(np.unique(labels))} classes"
    return [Benchmark(name, value, reference, "spectra/s", value / reference, 3.0)]


def limit(rounds: int = 5, n: int = 64, snr: float = 1.0) -> list[Benchmark]:
    """Sums of the Bayes limit over the library at the redshifts of a class, against NumPy's.

    NumPy multiplies all coefficients of all SEDs, takes all exponentials and adds them.
    """
    train, _, test = Experiment(BayesLimit(), 10_000, snr, n_validation=1, n_test=n).samples()
    components = decompose(train.library, np.unique(train.sed), BayesLimit.continua)
    c, flux = components.coefficients, test.flux()
    evidence = Evidence(BayesLimit(), components, train, np.arange(len(c)))
    z = redshifts(round(BayesLimit.resolution))[: round(BayesLimit.resolution)]

    def written_out() -> None:
        for basis in components.observed(z, train.grid):
            models = c / (c @ basis.mean(axis=1))[:, None]
            norm = np.einsum("kr,kr->k", models @ (basis @ basis.T), models)
            products = flux @ basis.T.astype(np.float32) @ models.T.astype(np.float32)
            value = (products - 0.5 * norm.astype(np.float32)) * np.float32(snr**2)
            np.log(np.exp(value - value.max(axis=1, keepdims=True)).sum(axis=1))

    seconds = fastest(rounds, lambda: evidence.log_likelihood(flux, z), written_out)
    value, reference = (n * len(z) / each for each in seconds)
    name = "sums of the Bayes limit over 10,000 SEDs"
    return [Benchmark(name, value, reference, "sums/s", value / reference, 2.0)]


def redraw(page: str = "noise") -> list[Benchmark]:
    """Processor time of drawing a page anew from the archived results, its kernel included.

    All pages are to take half a minute on two cores.
    """
    allowed = 2 * 30 / len(STUDIES)
    program = "from specz.cli import main; main()"
    command = [sys.executable, "-c", program, "run", page, "--profile", STUDY]
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        environment = {**os.environ, "SPECZ_BUILD": folder}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    value = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    name = f"a page drawn anew, {page}"
    return [Benchmark(name, value, allowed, "s", allowed / value, 1.0)]


BENCHMARKS: dict[str, Callable[[], list[Benchmark]]] = {
    "generation": generation,
    "streaming": streaming,
    "arithmetic": lambda: [*arithmetic(), *arithmetic(batch=512)],
    "build": build,
    "limit": limit,
    "redraw": redraw,
    "fanout": fanout,
    "trees": trees,
    "vectors": vectors,
}


def flat(memory: Sequence[float]) -> Benchmark:
    """Hold the peak memory of the largest job against that of the smallest."""
    name = "memory of generating spectra, whatever their number"
    return Benchmark(name, memory[-1], memory[0], MIB, memory[0] / memory[-1], 0.95)


def main(names: Sequence[str], sizes: Sequence[int]) -> None:
    """Measure, print and write."""
    for name in names:
        checks.choice("NAME", name, ["costs", *BENCHMARKS])
    found = Benchmarks()
    for job in costs.JOBS if "costs" in names else ():  # first: see costs.scaling
        found.scalings.append(costs.scaling(job, tuple(sizes)))
        _write(found)
    if found.scalings:
        found.benchmarks.append(flat(found.scalings[0].mebibytes))
    for s in found.scalings:
        print(f"{s.job}: time as N^{s.exponent}, memory x {s.memory_growth:.2f}", flush=True)
    for name in (name for name in BENCHMARKS if name in names):
        for b in BENCHMARKS[name]():
            found.benchmarks.append(b)
            print(f"{b.name}: {b.value:,.4g} {b.unit}, held against {b.reference:,.4g}: ", end="")
            print(
                f"ratio {b.ratio:.3g}, goal {b.goal:.3g}{'' if b.met else ', missed'}", flush=True
            )
        _write(found)


def _write(found: Benchmarks) -> None:
    """Write what was measured so far: a run that is stopped keeps it."""
    lists = ("benchmarks", "scalings")
    plain = {key: value for key, value in dataclasses.asdict(found).items() if key in lists}
    outcome.write("bench", plain)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="costs, " + ", ".join(BENCHMARKS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[], metavar="N")
    given = parser.parse_args()
    main(given.names or ["costs", *BENCHMARKS], given.sizes)

"""Peak memory of a training against the number of training examples.

Usage: ``python benchmarks/memory.py [N ...]`` (10,000 and 400,000 by default). Each training is
one epoch in a process of its own. Prints peak resident memory, and its ratio to the first.
"""

import subprocess
import sys

CHILD = """
import sys
from specz.experiment import Experiment, fit
from specz.networks import CNN
from specz.training import TrainingConfig
import resource
network = CNN(training=TrainingConfig(epochs=1, min_updates=0))
fit(Experiment(network, int(sys.argv[1]), snr=1.0))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)
"""


def peak_memory(n_train: int) -> float:
    """Peak resident memory in MiB of training on ``n_train`` examples for one epoch."""
    command = [sys.executable, "-c", CHILD, str(n_train)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    sizes = [int(n) for n in sys.argv[1:]] or [10_000, 400_000]
    peaks = [peak_memory(n) for n in sizes]
    for n, peak in zip(sizes, peaks, strict=True):
        print(f"{n:>9,} examples: {peak:7.0f} MiB, {peak / peaks[0]:.3f} of the first")

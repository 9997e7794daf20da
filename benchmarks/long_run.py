"""Does anything grow over many builds in one process? Memory, descriptors, processes, the folder.

Usage: ``python benchmarks/long_run.py [N]`` (50 by default). Each of N builds of the smoke book,
after a first one that does not count, executes one notebook again, in turn, and renders the site.
Prints and writes ``build/long_run.json``: what was counted after each build, and for each quantity
its growth per build (slope of a straight line) with its 95 % interval, and the limit that the
interval's upper end must not exceed.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import outcome

from specz import book, paths
from specz.record import slope
from specz.runner import commit
from specz.studies import STUDIES


class Counts(NamedTuple):
    """What is counted after a build."""

    resident_mb: float
    descriptors: float
    processes: float
    folder_mb: float


class Growth(NamedTuple):
    """Growth per build with its 95 % interval, and the limit of the interval's upper end."""

    slope: float
    low: float
    high: float
    limit: float


LIMITS = Counts(resident_mb=1.0, descriptors=0.02, processes=0.02, folder_mb=0.1)
"""Growth per build that is let pass: 50 MB, one descriptor and one process in 50 builds."""


def count(folder: Path) -> Counts:
    """Count for this process, those it started, and the folder."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    rows = [[int(word) for word in line.split()] for line in listed.stdout.splitlines()]
    family = {os.getpid()}
    for _ in rows:
        family |= {pid for pid, parent, _ in rows if parent in family}
    resident = next(rss for pid, _, rss in rows if pid == os.getpid()) / 2**10
    files = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    descriptors = len(list(Path("/dev/fd").iterdir()))
    return Counts(resident, descriptors, len(family) - 2, files / 2**20)  # this one, and ps


def growth(values: Sequence[float], limit: float) -> Growth:
    """Fit a straight line to values after each build; at least three of them."""
    return Growth(*slope(range(len(values)), values), limit)


def long_run(n: int, build: Callable[[], object], folder: Path) -> dict[str, object]:
    """Build ``n`` times after a first time; return counts and growth, with a verdict for each."""
    build()
    counts = []
    for i in range(1, n + 1):
        build()
        counts.append(count(folder))
        print(f"{i} of {n}: {counts[-1]}", flush=True)
    series = zip(Counts._fields, zip(*counts, strict=True), LIMITS, strict=True)
    grown = {name: growth(values, limit) for name, values, limit in series}
    return {
        "builds": n,
        "commit": commit(),
        "counts": [each._asdict() for each in counts],
        "growth": {
            name: {**each._asdict(), "within": each.high <= each.limit}
            for name, each in grown.items()
        },
    }


def main(n: int) -> None:
    """Run it on the smoke book and write what was found."""
    names = itertools.cycle(STUDIES)

    def build() -> None:
        for page in paths.EXECUTED.glob(f"{next(names)}-*"):
            shutil.rmtree(page)
        book.build("smoke")

    found = long_run(n, build, paths.BUILD)
    outcome.write("long_run", found)
    print(json.dumps(found["growth"], indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)

"""Does anything grow over many builds in one process? Memory, descriptors, processes, the folder.

Usage: ``python -m benchmarks.long_run [N]`` (50 by default). Each of N builds of the smoke book,
after a first one that does not count, executes one notebook again, in turn, and renders the site.
Writes what was counted after each build to ``build/long_run.json``; ``python -m benchmarks
long_run`` puts it into the book. Prints growth per build, the slope of a straight line, with its
95 % interval, and the growth allowed, which the interval's upper end must not exceed.
"""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks import outcome
from benchmarks.record import Growth
from specz.common import paths
from specz.site.build import build
from specz.study.studies import STUDIES

COUNTED = {
    "resident memory": ("MiB", 1.0),
    "open descriptors": ("", 0.02),
    "processes it started": ("", 0.02),
    "folder of builds": ("MiB", 0.1),
}
"""Unit, and growth per build that is let pass: 50 MiB, one descriptor, one process in 50 builds."""


def count(folder: Path) -> tuple[float, ...]:
    """Count, in the order of :data:`COUNTED`."""
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
    return resident, descriptors, len(family) - 2, files / 2**20  # less this one, and ps


def long_run(n: int, make: Callable[[], object], folder: Path) -> list[Growth]:
    """Build ``n`` times after a first time; return what was counted after each."""
    make()
    counts = []
    for i in range(1, n + 1):
        make()
        counts.append(count(folder))
        print(f"{i} of {n}: {counts[-1]}", flush=True)
    series = zip(COUNTED.items(), zip(*counts, strict=True), strict=True)
    return [Growth(name, unit, list(values), allowed) for (name, (unit, allowed)), values in series]


def main(n: int) -> None:
    """Run it on the smoke book and write what was found."""
    names = itertools.cycle(STUDIES)

    def rebuild() -> None:
        for page in paths.EXECUTED.glob(f"{next(names)}-*"):
            shutil.rmtree(page)
        build("smoke")

    growths = long_run(n, rebuild, paths.BUILD)
    outcome.write("long_run", {"growths": list(map(asdict, growths))})
    for each in growths:
        print(f"{each.counted}: {each.per_build} per build, allowed {each.allowed:g}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)

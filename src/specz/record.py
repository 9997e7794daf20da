"""The record of what was tried on this package and timed: faults and benchmarks.

``results/faults.json`` is written by ``scripts/record_faults.py`` from the outcome of the tests
that are marked with a fault; ``results/bench.json``, where there is one, by benchmarks.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specz import paths
from specz.fingerprint import file_digest

FILES = ("faults.json", "bench.json")


@dataclass(frozen=True)
class Fault:
    """A fault that tests inject, and what came of it.

    Attributes
    ----------
    name, expected : str
        What goes wrong, and what must happen then.
    tries : int
        How often it was injected; skipped tests do not count.
    passed, failed, skipped : int
        Tests.
    seconds : float
        All tests of the fault together.
    """

    name: str
    expected: str
    tries: int
    passed: int
    failed: int
    skipped: int
    seconds: float

    @property
    def outcome(self) -> str:
        """In a few words: a fault that was not tried everywhere is not said to have passed."""
        if self.failed:
            return f"{self.failed} of {self.passed + self.failed} tests failed"
        if not self.passed:
            return "not tried: the machine could not inject it"
        return "as it must" + (f"; {self.skipped} tests skipped" if self.skipped else "")


@dataclass(frozen=True)
class Faults:
    """All faults of one recording.

    Attributes
    ----------
    commit, date, python, platform : str
        Where and when they were injected.
    faults : list of Fault
    """

    commit: str
    date: str
    python: str
    platform: str
    faults: list[Fault]

    def __str__(self) -> str:
        """Where and when, in one phrase."""
        return f"commit {self.commit}, {self.date}, Python {self.python}, {self.platform}"


@dataclass(frozen=True)
class Benchmark:
    """Something that was measured as a ratio within one run.

    Attributes
    ----------
    name : str
    value, limit : float
        What was measured, and what it is held against.
    ratio : float
    goal : float
        What the ratio must not exceed.
    unit : str
        Of value and limit.
    command : str
        Measures it again.
    """

    name: str
    value: float
    limit: float
    ratio: float
    goal: float
    unit: str
    command: str


def faults() -> Faults:
    """Read the recorded faults.

    Raises
    ------
    FileNotFoundError, TypeError
        If there is no record, or it does not have the fields of :class:`Faults`.
    """
    record = _read("faults.json")
    return Faults(**{**record, "faults": [Fault(**fault) for fault in record["faults"]]})


def benchmarks() -> list[Benchmark]:
    """Read the recorded benchmarks; none if none were recorded."""
    there = (paths.RESULTS / "bench.json").is_file()
    return [Benchmark(**each) for each in _read("bench.json")] if there else []


def digests() -> list[str]:
    """Digests of the records that are there: a page that shows them is made again with them."""
    there = [paths.RESULTS / name for name in FILES]
    return [file_digest(path) for path in there if path.is_file()]


def _read(name: str) -> Any:
    path: Path = paths.RESULTS / name
    return json.loads(path.read_text(encoding="utf-8"))

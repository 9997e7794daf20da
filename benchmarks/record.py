"""The record of what was tried on this package and timed: faults and benchmarks.

``python -m benchmarks faults`` writes ``results/faults.json`` from the outcome of the tests
that are marked with a fault, ``python -m benchmarks bench`` ``results/bench.json`` from what
``make bench`` measures, ``python -m benchmarks long_run`` ``results/long_run.json`` from many
builds in one process. :mod:`benchmarks.speed` has what is recorded of methods.
"""

import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import stats

from specz.common import paths
from specz.common.circumstances import source_commit
from specz.experiments.experiment import Experiment
from specz.metrics.intervals import Interval

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recorded:
    """What was recorded in one go.

    Attributes
    ----------
    commit, date, python, platform : str
        Where and when; the platform with its cores. Empty if nothing is recorded.
    """

    commit: str = ""
    date: str = ""
    python: str = ""
    platform: str = ""

    def __str__(self) -> str:
        """Where and when, in one phrase."""
        if not self.commit:
            return "nothing yet"
        return f"commit {self.commit}, {self.date}, Python {self.python}, {self.platform}"


R = TypeVar("R", bound=Recorded)


def provenance() -> dict[str, str]:
    """The fields of :class:`Recorded`, here and now."""
    return {
        "commit": source_commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


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
class Faults(Recorded):
    """All faults of one recording."""

    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Benchmark:
    """Something that was measured as a ratio within one run.

    Attributes
    ----------
    name : str
    value, reference : float
        What was measured, and what it is held against.
    unit : str
        Of value and reference.
    ratio : float
        Of the two, taken so that larger is better.
    goal : float
        What the ratio must reach.
    """

    name: str
    value: float
    reference: float
    unit: str
    ratio: float
    goal: float

    @property
    def met(self) -> bool:
        """Whether the ratio reaches the goal."""
        return self.ratio >= self.goal


@dataclass(frozen=True)
class Scaling:
    """What a job costs against the number N of spectra or SEDs, each size in its own process.

    Attributes
    ----------
    job : str
    method : str
        Name of the estimator, as in :data:`specz.estimators.registry.REGISTRY`; empty if none.
    sizes : list of int
        Increasing.
    seconds : list of float
    mebibytes : list of float
        Peak resident memory of the process, its libraries included.
    """

    job: str
    method: str
    sizes: list[int]
    seconds: list[float]
    mebibytes: list[float]

    @property
    def exponent(self) -> Interval:
        """Power a of N in time ∝ N^a."""
        return power_law(self.sizes, self.seconds)

    @property
    def memory_growth(self) -> float:
        """Peak memory at the largest size, over that at the smallest."""
        return self.mebibytes[-1] / self.mebibytes[0]

    def mebibytes_at(self, n: float) -> float:
        """Peak memory at another size, on the straight line through the first and the last."""
        rise = (self.mebibytes[-1] - self.mebibytes[0]) / (self.sizes[-1] - self.sizes[0])
        return self.mebibytes[-1] + max(0.0, rise) * (n - self.sizes[-1])


@dataclass(frozen=True)
class Extrapolation:
    """What the archived experiments of a method would cost with more training spectra.

    Attributes
    ----------
    method : str
        As figures name it.
    experiments : int
    core_hours : float
        What they cost, over all cores.
    exponent : Interval
        Power of the training spectra in the time.
    core_hours_then : Interval
        Core-hours with more spectra; from the interval of the power alone.
    longest : float
        Core-hours of the most costly of them with more spectra.
    mebibytes : float
        Peak memory of the one with the most spectra.
    """

    method: str
    experiments: int
    core_hours: float
    exponent: Interval
    core_hours_then: Interval
    longest: float
    mebibytes: float


def extrapolate(
    cost: Mapping[Experiment, float], scalings: Sequence[Scaling], factor: float
) -> list[Extrapolation]:
    """Say what experiments would cost with ``factor`` times the training spectra, by method.

    Each of the costs, in core-hours, is taken times ``factor`` to the measured power; a method of
    which no power was measured is left out.
    """
    rows = []
    for scaling in scalings:
        group = [e for e in cost if e.method == scaling.method]
        if not group:
            continue
        hours = [cost[e] for e in group]
        times = [factor**power for power in scaling.exponent]
        rows.append(
            Extrapolation(
                group[0].estimator.label,
                len(group),
                sum(hours),
                scaling.exponent,
                Interval(*(sum(hours) * each for each in times)),
                max(hours) * times[0],
                scaling.mebibytes_at(factor * max(e.n_train for e in group)),
            )
        )
    return rows


@dataclass(frozen=True)
class Benchmarks(Recorded):
    """All benchmarks of one recording."""

    benchmarks: list[Benchmark] = field(default_factory=list)
    scalings: list[Scaling] = field(default_factory=list)


@dataclass(frozen=True)
class Growth:
    """Something that was counted after each of many builds.

    Attributes
    ----------
    counted, unit : str
    values : list of float
        At least three.
    allowed : float
        Growth per build that is let pass.
    """

    counted: str
    unit: str
    values: list[float]
    allowed: float

    @property
    def per_build(self) -> Interval:
        """Slope of a straight line."""
        return slope(range(len(self.values)), self.values)

    @property
    def within(self) -> bool:
        """Whether the whole interval is below what is allowed."""
        return self.per_build.high <= self.allowed


@dataclass(frozen=True)
class LongRun(Recorded):
    """What was counted over many builds in one process."""

    growths: list[Growth] = field(default_factory=list)


def power_law(x: list[int], y: list[float]) -> Interval:
    """Fit y ∝ x^a by least squares in log-log, from at least three points.

    Returns
    -------
    Interval
        The power a, with the 95 % interval that Student's t gives for a slope.

    Raises
    ------
    ValueError
        If there are fewer points.
    """
    return slope(np.log(x), np.log(y))


def slope(x: Sequence[float] | FloatArray, y: Sequence[float] | FloatArray) -> Interval:
    """Fit a straight line by least squares to at least three points.

    Returns
    -------
    Interval
        Its slope, with the 95 % interval that Student's t gives.

    Raises
    ------
    ValueError
        If there are fewer points.
    """
    if (n := np.size(x)) < 3:
        raise ValueError(f"a slope and its interval need three points; got {n}")
    dx, dy = (np.asarray(v, dtype=float) - np.mean(v) for v in (x, y))
    value = dx @ dy / (dx @ dx)  # scipy's linregress has no interval for a line that is level
    error = math.sqrt(np.sum((dy - value * dx) ** 2) / (n - 2) / (dx @ dx))
    half = error * stats.t.ppf(0.975, n - 2)
    return Interval(*(float(value + side) for side in (0, -half, half)))


def faults() -> Faults:
    """Read the recorded faults.

    Raises
    ------
    FileNotFoundError, TypeError
        If there is no record, or it does not have the fields of :class:`Faults`.
    """
    return _read(Faults, "faults.json", faults=Fault)


def benchmarks() -> Benchmarks:
    """Read the recorded benchmarks; empty if none were recorded.

    Raises
    ------
    TypeError
        If the record does not have the fields of :class:`Benchmarks`.
    """
    if not (paths.RESULTS / "bench.json").is_file():
        return Benchmarks()
    return _read(Benchmarks, "bench.json", benchmarks=Benchmark, scalings=Scaling)


def long_run() -> LongRun:
    """Read what was counted over many builds; empty if that was not done.

    Raises
    ------
    TypeError
        If the record does not have the fields of :class:`LongRun`.
    """
    if not (paths.RESULTS / "long_run.json").is_file():
        return LongRun()
    return _read(LongRun, "long_run.json", growths=Growth)


def _read(kind: type[R], name: str, **items: type) -> R:
    """Read a record whose fields in ``items`` are lists of such items."""
    fields = json.loads((paths.RESULTS / name).read_text(encoding="utf-8"))
    lists = {field: [item(**each) for each in fields[field]] for field, item in items.items()}
    return kind(**{**fields, **lists})

"""How fast each method answers: what ``benchmarks/inference.py`` measured in one run."""

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.record import Recorded
from specz.common import paths
from specz.metrics.intervals import Interval

ARCHIVED = paths.RESULTS / "inference.json"
"""The committed measurement, which ``python -m benchmarks inference`` writes."""


@dataclass(frozen=True)
class Speed:
    """How fast one method answered, and how well.

    Attributes
    ----------
    method : str
        Its label.
    n_train : int
        Training spectra; for methods with a prior, SEDs.
    spectra_per_second : float
    accuracy : Interval
        Exact class, on the spectra that were timed.
    outliers : Interval
        Part of them beyond 0.003 in |Δz|/(1 + z).
    """

    method: str
    n_train: int
    spectra_per_second: float
    accuracy: Interval
    outliers: Interval


@dataclass(frozen=True, kw_only=True)
class Timing(Recorded):
    """Methods timed in turn on the same spectra in one process.

    Attributes
    ----------
    snr : float
    n_test, rounds : int
        Each method answered about ``n_test`` spectra ``rounds`` times; the fastest counts.
    speeds : tuple of Speed
    """

    snr: float
    n_test: int
    rounds: int
    speeds: tuple[Speed, ...]


def read(path: Path = ARCHIVED) -> Timing:
    """Read a measurement.

    Raises
    ------
    OSError, ValueError, TypeError, KeyError
        If there is none, or it is not one.
    """
    about = json.loads(path.read_text(encoding="utf-8"))
    speeds = [
        Speed(**{**row, **{name: Interval(*row[name]) for name in ("accuracy", "outliers")}})
        for row in about["speeds"]
    ]
    return Timing(**{**about, "speeds": tuple(speeds)})

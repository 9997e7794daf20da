"""How fast each method answers: what ``benchmarks/inference.py`` measured in one run."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from specz import paths
from specz.metrics import Interval

ARCHIVED = paths.RESULTS / "inference.json"
"""The committed measurement."""


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


@dataclass(frozen=True)
class Timing:
    """Methods timed in turn on the same spectra in one process.

    Attributes
    ----------
    snr : float
    n_test, rounds : int
        Each method answered about ``n_test`` spectra ``rounds`` times; the fastest counts.
    commit, machine, finished : str
    cores : int
    speeds : tuple of Speed
    """

    snr: float
    n_test: int
    rounds: int
    commit: str
    machine: str
    finished: str
    cores: int
    speeds: tuple[Speed, ...]

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", "utf-8")


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
        for row in about.pop("speeds")
    ]
    return Timing(**about, speeds=tuple(speeds))

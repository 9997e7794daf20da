"""Does this machine reproduce the archive? A receipt that says so, for programs and people.

Three things are checked: every archived result matches its digests, and the summary its arrays;
the claims come out of the archive as printed; and a small part of the archive, computed afresh
here, agrees with what is archived.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from specz import __version__, metrics
from specz.common import paths
from specz.common.circumstances import circumstances
from specz.common.fingerprint import library_versions
from specz.common.store import Store
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import numerical_libraries
from specz.experiments.result import Result
from specz.experiments.run import run
from specz.metrics.intervals import Interval
from specz.study import archive, claims
from specz.study.claims import Claim
from specz.study.profiles import profile_experiments, profile_study

QUICKLY = {"cnn", "knn", "forest"}
"""Methods that are computed afresh, at the common size of the comparison on clean spectra."""

SAME = 0.999
"""Part of the predictions that must be equal for a method that is fitted without steps: rounding
may break a tie."""

TOLERANCE = 0.015
"""Difference in accuracy that a trained network may have: rounding grows over thousands of steps
until the weights are those of another seed."""


@dataclass(frozen=True)
class Rerun:
    """An archived experiment computed afresh.

    Attributes
    ----------
    title : str
    archived, here : Interval
        Accuracy on the same test spectra.
    same : float
        Part of the predictions that are equal.
    condition : str
        What is asked for.
    passed : bool
    seconds : float
    """

    title: str
    archived: Interval
    here: Interval
    same: float
    condition: str
    passed: bool
    seconds: float


@dataclass(frozen=True)
class Receipt:
    """What a verification found.

    Attributes
    ----------
    claims : list of Claim
        From the archive.
    reruns : list of Rerun
    archived, wanted : int
        Results in the archive, and experiments of the paper profile.
    faults : list of str
        Archived results that are damaged, a summary that is not theirs.
    commits : list of str
        That made the archive.
    seconds : float
    """

    claims: list[Claim]
    reruns: list[Rerun]
    archived: int
    wanted: int
    faults: list[str]
    commits: list[str]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the archive is whole and this machine reproduces the part that was rerun."""
        return not self.faults and bool(self.reruns) and all(r.passed for r in self.reruns)

    def to_json(self) -> dict[str, Any]:
        """Plain values, with all that a reader needs to judge them."""
        return {
            "specz": __version__,
            **circumstances(),
            "versions": library_versions(*numerical_libraries()),
            "seconds": round(self.seconds, 1),
            "passed": self.passed,
            "archive": {
                "results": self.archived,
                "wanted": self.wanted,
                "commits": self.commits,
                "faults": self.faults,
            },
            "claims": [
                {
                    "number": claim.number,
                    "claim": claim.text,
                    "verdict": claim.verdict,
                    "checks": [
                        {
                            "what": check.what,
                            **check.number._asdict(),
                            "unit": "difference of accuracies",
                            "passed": check.passed,
                        }
                        for check in claim.checks
                    ],
                }
                for claim in self.claims
            ],
            "reruns": [
                {
                    **asdict(rerun),
                    "archived": rerun.archived._asdict(),
                    "here": rerun.here._asdict(),
                }
                for rerun in self.reruns
            ],
        }


def verify() -> Receipt:
    """Check the archive, test the claims on it, and compute a part of it afresh."""
    start = time.perf_counter()
    wanted = profile_experiments("paper")
    faults, whole = [], []
    for experiment in wanted:
        try:
            whole += archive.archived([experiment])
        except (OSError, ValueError, KeyError) as error:
            faults.append(f"{experiment.title}: {error}")
    summary = paths.RESULTS / "summary.csv"
    if not summary.is_file() or summary.read_text(encoding="utf-8") != archive.summary(whole):
        faults.append("summary.csv is not what the archived results give")
    of_claims = set(profile_study("paper", "claims").experiments())
    assessed = claims.assess([r for r in whole if r.experiment in of_claims])
    quick = quick_ones()
    reruns = rerun([r for r in whole if r.experiment in quick])
    return Receipt(
        assessed,
        reruns,
        len(whole),
        len(wanted),
        faults,
        sorted({str(r.manifest["commit"]) for r in whole}),
        time.perf_counter() - start,
    )


def quick_ones() -> list[Experiment]:
    """Experiments of the paper profile that take minutes."""
    study = profile_study("paper", "comparison_clean")
    return [
        e
        for e in study.experiments()
        if (e.n_train, e.seed) == (study.n_common, study.first_seed) and e.method in QUICKLY
    ]


def rerun(archived: Sequence[Result]) -> list[Rerun]:
    """Compute archived experiments afresh, whatever is stored, and compare.

    Parameters
    ----------
    archived : sequence of Result
    """
    found = []
    for result in archived:
        with tempfile.TemporaryDirectory() as folder:
            (here,) = run([result.experiment], Store(Path(folder)))
        same = float(np.mean(here.test.predicted == result.test.predicted))
        before, after = metrics.accuracy(result.test), metrics.accuracy(here.test)
        if here.history is None:
            condition, passed = f"at least {SAME:.1%} of the predictions equal", same >= SAME
        else:
            condition = f"accuracy within {100 * TOLERANCE:g} points"
            passed = abs(after.value - before.value) <= TOLERANCE
        title, seconds = result.experiment.title, here.manifest["seconds"]
        found.append(Rerun(title, before, after, same, condition, passed, seconds))
    return found

"""Does this machine reproduce the archive? The receipt answers, for programs and people.

Three things are checked: every file of the archive matches its digest, and the summary matches the
results; the claims are tested again on the archive; a small part of the archive is computed again
here and compared.
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
from specz.study import archive, budget, checksums, claims
from specz.study.claims import Claim
from specz.study.profiles import STUDY, profile_experiments, profile_study

QUICKLY = {"cnn", "knn", "forest"}
"""Methods that are computed again, at the common size of the comparison on clean spectra."""

SAME = 0.999
"""Fraction of the predictions that must be equal for a method without training steps; rounding may
break a tie."""

TOLERANCE = 0.015
"""Largest difference in accuracy for a trained network: over thousands of steps, rounding changes
the weights as much as another seed would."""


@dataclass(frozen=True)
class Rerun:
    """An archived experiment computed again: accuracy on the same test spectra."""

    title: str
    archived: Interval
    here: Interval
    same: float  # fraction of the predictions that are equal
    condition: str  # to pass, in words
    passed: bool
    seconds: float


@dataclass(frozen=True)
class Receipt:
    """Findings of a verification."""

    claims: list[Claim]  # tested on the archive
    reruns: list[Rerun]
    archived: int  # number of results
    wanted: int  # number of experiments of the paper profile
    faults: list[str]  # damaged results, a summary that does not match the results
    commits: list[str]  # that made the archive
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the archive is whole and this machine reproduces the part that was rerun."""
        return not self.faults and bool(self.reruns) and all(r.passed for r in self.reruns)

    def to_json(self) -> dict[str, Any]:
        """Plain values, with all that a reader needs to judge them."""
        counts = {"results": self.archived, "wanted": self.wanted}
        return {
            "specz": __version__,
            **circumstances(),
            "versions": library_versions(*numerical_libraries()),
            "seconds": round(self.seconds, 1),
            "passed": self.passed,
            "archive": {**counts, "commits": self.commits, "faults": self.faults},
            "claims": [_claim_to_json(claim) for claim in self.claims],
            "reruns": [asdict(rerun, dict_factory=_name_intervals) for rerun in self.reruns],
        }


def _claim_to_json(claim: Claim) -> dict[str, Any]:
    checks = [
        {
            "what": check.contrast.what,
            "regime": check.contrast.regime,
            "noise": check.contrast.noise,
            "spectra": check.contrast.size,
            "verdict": check.verdict,
            "p_adjusted": check.p_value,
            "differences": {name: effect._asdict() for name, effect in check.effects.items()},
        }
        for check in claim.checks
    ]
    named = {"number": claim.number, "claim": claim.text, "verdict": claim.verdict}
    return {**named, "unit": "difference of fractions", "checks": checks}


def _name_intervals(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """Fields of a dataclass, with value, low and high of an interval by name."""
    return {k: v._asdict() if isinstance(v, Interval) else v for k, v in items}


def verify() -> Receipt:
    """Check the archive, test the claims on it, and compute a part of it again.

    Raise ValueError if there is none.
    """
    if absent := archive.absence():
        raise ValueError(absent)
    start = time.perf_counter()
    wanted = profile_experiments(STUDY)
    faults, whole = [], []
    for experiment in wanted:
        try:
            whole += archive.archived([experiment])
        except (OSError, ValueError, KeyError) as error:
            faults.append(f"{experiment.title}: {error}")
    faults += checksums.faults()
    summary = paths.RESULTS / "summary.csv"
    if not summary.is_file() or summary.read_text(encoding="utf-8") != archive.summary(whole):
        faults.append("summary.csv is not what the archived results give")
    untuned = budget.untuned(profile_study(STUDY, "budget"), whole)
    assessed = claims.assess(profile_study(STUDY, "claims").contrasts(), whole, untuned)
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
    study = profile_study(STUDY, "comparison_clean")
    return [
        e
        for e in study.experiments()
        if (e.n_train, e.seed) == (study.n_common, study.first_seed) and e.method in QUICKLY
    ]


def rerun(archived: Sequence[Result]) -> list[Rerun]:
    """Compute archived experiments again, even if the store holds them, and compare."""
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

"""One budget of tuning for all methods: the same number of settings, tried on validation spectra.

The settings and those that were chosen are in :mod:`specz.study.settings`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from specz.common import checks
from specz.experiments.base import N_MAX
from specz.experiments.experiment import Experiment
from specz.experiments.result import Result
from specz.study.settings import CLASSIFIERS, Candidates, cnn_name, network_candidates
from specz.study.study import TrainedOnce


@dataclass(frozen=True, kw_only=True)
class Budget(TrainedOnce):
    """Notebook ``budget``: every setting of every method, clean and noisy.

    ``tried`` limits the number of settings, for small profiles.
    """

    layers: Sequence[int] = (1, 3)
    n_train: int
    snr: Sequence[float] = (inf, 1.0)
    tried: int = 8

    def candidates(self) -> dict[str, Candidates]:
        """Settings by the name of the method and their own."""
        checks.integer("tried", self.tried, 1, 8)
        checks.integer("n_train", self.n_train, 1, N_MAX)
        depths = checks.listed("layers", self.layers, checks.integer, 1)
        networks: dict[str, Candidates] = {
            cnn_name(n): {**network_candidates(self.cnn(n), self.n_train)} for n in depths
        }
        found = networks | CLASSIFIERS
        return {name: dict(list(each.items())[: self.tried]) for name, each in found.items()}

    def tried_at(self, snr: float) -> dict[str, dict[str, Experiment]]:
        """Experiments at a noise level, by the name of the method and of the setting."""
        return {
            method: {name: self.experiment(e, self.n_train, snr) for name, e in settings.items()}
            for method, settings in self.candidates().items()
        }

    def experiments(self) -> list[Experiment]:
        """Each setting at each noise level."""
        levels = [self.tried_at(level) for level in self.levels("snr")]
        return [e for methods in levels for named in methods.values() for e in named.values()]


def untuned(study: Budget, results: Sequence[Result]) -> set[tuple[str, float]]:
    """Methods with the noise levels at which a setting has no result yet."""
    known = {r.experiment for r in results}
    return {
        (method, level)
        for level in study.levels("snr")
        for method, settings in study.tried_at(level).items()
        if not known.issuperset(settings.values())
    }

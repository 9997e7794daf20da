"""One experiment: an estimator, its training spectra and its test spectra."""

from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from specz.common import checks
from specz.estimators.base import OMIT_DEFAULT, Estimator, Fitted
from specz.estimators.registry import AS_IT_IS, differences, estimator_name
from specz.experiments.evaluate import Samples
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import White
from specz.spectra.perturbations import PERTURBATIONS, perturb
from specz.spectra.sample import draw_samples

SEED_MAX = 2**32 - 1
SNR_MIN = 1e-3
N_MAX = 100_000_000
"""Most spectra of a sample."""
UNTITLED = ("layers", "epochs", "min_updates", "classifier", "params")
"""Settings that a title omits: they are in the name of the method, or in the profile."""


def noise_label(snr: float) -> str:
    """Name of a noise level: ``clean`` or ``S/N 1``."""
    return "clean" if snr == float("inf") else f"S/N {snr:g}"


@dataclass(frozen=True)
class Experiment:
    """All settings that a result depends on.

    Attributes
    ----------
    n_train : int
        Training spectra; if more than the library's SEDs, with copies at other redshifts.
    snr : float
        Continuum S/N per pixel, on the mean flux; infinite for clean spectra.
    grid : str
        Name in :data:`specz.spectra.grid.GRIDS`.
    n_validation, n_test : int
        Spectra to choose settings, and spectra to report.
    data_seed : int
        Of redshifts and noise. Experiments with the same data seed share their spectra.
    seed : int
        Of the estimator: weights, order of the examples, trees.
    altered : str
        Perturbation of the test spectra, a name in
        :data:`specz.spectra.perturbations.PERTURBATIONS`; none by default.
    copies : int
        How often each training spectrum is given, each time with new noise.
    """

    estimator: Estimator
    n_train: int
    snr: float = float("inf")
    grid: str = "paper"
    n_validation: int = 2000
    n_test: int = 2000
    library: LibraryConfig = field(default_factory=LibraryConfig)
    data_seed: int = 1
    seed: int = 1
    altered: str = field(default="", metadata=OMIT_DEFAULT)
    copies: int = field(default=1, metadata=OMIT_DEFAULT)

    def __post_init__(self) -> None:
        for name in ("n_train", "n_validation", "n_test"):
            checks.integer(name, getattr(self, name), 1, N_MAX)
        checks.number("snr", self.snr, SNR_MIN)
        checks.integer("copies", self.copies, 1, 10_000)
        if self.copies > 1 and self.snr == float("inf"):
            raise ValueError(f"copies must be 1 for clean spectra; got {self.copies}")
        get_grid(self.grid)
        checks.integer("data_seed", self.data_seed, 0, SEED_MAX)
        checks.integer("seed", self.seed, 0, SEED_MAX)
        object.__setattr__(self, "snr", float(self.snr))  # one key for 1 and 1.0
        for name in ("n_train", "n_validation", "n_test", "data_seed", "seed", "copies"):
            object.__setattr__(self, name, int(getattr(self, name)))  # NumPy's have no JSON form
        if self.altered:
            checks.choice("altered", self.altered, PERTURBATIONS)

    @property
    def method(self) -> str:
        """Name of the estimator, as in :data:`specz.estimators.registry.REGISTRY`."""
        return estimator_name(self.estimator)

    @property
    def config(self) -> dict[str, Any]:
        """The experiment as plain values, without :data:`~specz.estimators.base.OMIT_DEFAULT`."""
        plain = _without_defaults(self, asdict(replace(self)))
        # The name comes first, as a reader of a manifest expects.
        plain["estimator"] = {"name": self.method, **plain["estimator"]}
        return plain

    @property
    def title(self) -> str:
        """One line for progress and listings."""
        depth = getattr(self.estimator, "layers", None)
        layers = f" {depth} layer{'s' if depth > 1 else ''}" if depth else ""
        settings = differences(self.estimator, without=UNTITLED)
        words = [
            f"{self.estimator.label}{layers}",
            f"{self.n_train:,} {noise_label(self.snr)}",
            *([settings] if settings != AS_IT_IS else []),
            *([f"{self.copies} copies"] if self.copies > 1 else []),
            *([self.altered] if self.altered else []),
            *([f"seed {self.seed}"] if self.seed != Experiment.seed else []),
        ]
        return ", ".join(words)

    def samples(self) -> Samples:
        """Training, validation and test spectra, the last perturbed by ``altered``."""
        sizes = (self.n_train, self.n_validation, self.n_test)
        train, validation, test = draw_samples(
            self.library, sizes, White(self.snr), get_grid(self.grid), self.data_seed
        )
        return train.copied(self.copies), validation, perturb(test, self.altered)


def _without_defaults(owner: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """Drop the settings of a dataclass, and of those in it, that are to be omitted."""
    for f in fields(owner):
        value = getattr(owner, f.name)
        if f.metadata == OMIT_DEFAULT and settings[f.name] == f.default:
            del settings[f.name]
        elif is_dataclass(value):
            _without_defaults(value, settings[f.name])
    return settings


def fit(experiment: Experiment, checkpoint: Path | None = None) -> Fitted:
    """Fit the experiment's estimator; a slow fit keeps its progress in ``checkpoint``."""
    train, validation, _ = experiment.samples()
    return experiment.estimator.fit(train, validation, experiment.seed, checkpoint)

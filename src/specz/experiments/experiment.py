"""One experiment: an estimator, its training spectra and its test spectra."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from specz.common import checks
from specz.estimators.base import OMIT_DEFAULT, Estimator, Fitted
from specz.estimators.registry import AS_IT_IS, SPECTRA, differences
from specz.experiments.base import BaseExperiment
from specz.experiments.evaluate import Evaluation, Samples, evaluate
from specz.metrics.predictions import Predictions
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig
from specz.spectra.noise import White
from specz.spectra.perturbations import PERTURBATIONS, perturb
from specz.spectra.sample import draw_samples

SNR_MIN = 1e-3
UNTITLED = ("layers", "epochs", "min_updates", "classifier", "params")
"""Settings that a title omits: they are in the name of the method, or in the profile."""


def noise_label(snr: float) -> str:
    """Name of a noise level: ``clean`` or ``S/N 1``."""
    return "clean" if snr == float("inf") else f"S/N {snr:g}"


@dataclass(frozen=True)
class Experiment(BaseExperiment):
    """All settings that a result on spectra depends on.

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

    task: ClassVar[str] = SPECTRA
    predictions: ClassVar[type[Any]] = Predictions
    derived: ClassVar[tuple[str, ...]] = ("sed", "z")
    answer: ClassVar[str] = "predicted"
    half: ClassVar[tuple[str, ...]] = ("p_max", "pit", "crps")  # three digits are enough

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
        self.check_common()
        checks.number("snr", self.snr, SNR_MIN)
        checks.integer("copies", self.copies, 1, 10_000)
        if self.copies > 1 and self.snr == float("inf"):
            raise ValueError(f"copies must be 1 for clean spectra; got {self.copies}")
        get_grid(self.grid)
        object.__setattr__(self, "snr", float(self.snr))  # one key for 1 and 1.0
        object.__setattr__(self, "copies", int(self.copies))
        if self.altered:
            checks.choice("altered", self.altered, PERTURBATIONS)

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

    @property
    def fit_code(self) -> tuple[str, ...]:
        """Modules that make the spectra."""
        return ("specz.spectra.sample",)

    @property
    def evaluation_code(self) -> tuple[str, ...]:
        """Modules that evaluate, and perturb the test spectra."""
        perturbed = ("specz.spectra.perturbations",) if self.altered else ()
        return ("specz.experiments.evaluate", *perturbed)

    def evaluate(self, fitted: Fitted) -> Evaluation:
        """Predictions for the spectra of :func:`specz.experiments.evaluate.evaluation_samples`."""
        return evaluate(fitted, self.samples(), bool(self.altered))

    def summary(self) -> dict[str, object]:
        """Noise level and grid."""
        return {"snr": f"{self.snr:g}", "grid": self.grid}


def fit(experiment: BaseExperiment, checkpoint: Path | None = None) -> Fitted:
    """Fit the experiment's estimator; a slow fit keeps its progress in ``checkpoint``."""
    train, validation, _ = experiment.samples()
    return experiment.estimator.fit(train, validation, experiment.seed, checkpoint)

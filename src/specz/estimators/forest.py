"""Random forest, with the pixels as features, in units of the mean flux."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from sklearn.ensemble import RandomForestClassifier

from specz.common import checks
from specz.estimators.base import Fitted
from specz.estimators.sklearn_adapter import class_probabilities, fit_classifier
from specz.spectra.sample import Sample


@dataclass(frozen=True)
class Forest:
    """Random forest of fully grown trees.

    Attributes
    ----------
    features : int
        Pixels tried at each split. Each node stores one number per class, so time and memory grow
        with the number of spectra times the number of classes.
    """

    label: ClassVar[str] = "random forest"

    trees: int = 20
    features: int = 8

    def __post_init__(self) -> None:
        checks.integer("trees", self.trees, 1, 10_000)
        checks.integer("features", self.features, 1, 100_000)

    def fit(
        self, train: Sample, validation: Sample, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Grow the trees."""
        features = min(self.features, train.grid.n_pixels)
        model = RandomForestClassifier(
            self.trees, max_features=features, n_jobs=-1, random_state=seed
        )
        fit_classifier(model, train)
        return Fitted(lambda flux: class_probabilities(model, flux))

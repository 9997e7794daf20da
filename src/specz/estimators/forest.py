"""Random forest, with the pixels as features, in units of the mean flux."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from specz.common import checks
from specz.common.arrays import Flux
from specz.estimators.base import ClassScores, Fitted
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Sample


@dataclass(frozen=True)
class Forest:
    """Random forest of fully grown trees.

    Attributes
    ----------
    features : int
        Pixels tried at each split.
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
        from specz.estimators.trees import grow, probabilities  # Numba takes half a second to load

        labels = train.labels
        trees = grow(train.flux(), labels, self.trees, self.features, seed)

        def scores(flux: Flux) -> ClassScores:
            return ClassScores(probabilities(trees, labels, flux, CLASSES.n), is_probability=True)

        return Fitted(scores)

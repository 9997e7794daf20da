"""Random forest, with the pixels as features, in units of the mean flux."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from specz.common import checks
from specz.common.arrays import Flux, Labels
from specz.estimators.base import ClassScores, Fitted
from specz.spectra.grid import CLASSES
from specz.spectra.sample import Spectra

if TYPE_CHECKING:
    from specz.estimators.trees import Tree


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
        self, train: Spectra, validation: Spectra, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Grow the trees."""
        from specz.estimators.trees import grow  # Numba takes half a second to load

        trees = grow(train.flux(), train.labels, self.trees, self.features, seed)
        return Fitted(partial(_scores, trees, train.labels))


def _scores(trees: "list[Tree]", labels: Labels, flux: Flux) -> ClassScores:
    from specz.estimators.trees import probabilities

    return ClassScores(probabilities(trees, labels, flux, CLASSES.n), is_probability=True)

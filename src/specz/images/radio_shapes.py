"""Shapes of radio galaxies, and a random forest on them.

Fanaroff & Riley (1974) divide the distance between the brightest spots on either side by the extent
of the source: below one half it is of class I, above of class II.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from specz.common import checks
from specz.common.arrays import FloatArray, Flux
from specz.estimators.base import ClassScores, Fitted
from specz.images.radio import CLASSES, SIDE, RadioImages

NAMES = (
    *("FR ratio", "extent", "width", "lit pixels", "mean over peak", "rms along", "rms across"),
    *("light in the middle", "light within 8 pixels", "kurtosis along", "bend", "bend angle"),
    *("unlike itself turned by 180°", "pieces", "light of the largest piece"),
)
"""Columns of :func:`shapes`."""


def fanaroff_riley(light: FloatArray, along: FloatArray) -> float:
    """Distance of the brightest spots on either side over the extent; ``along`` is the place."""
    lit = light > 0
    first, last = (
        float(along[side][np.argmax(light[side])]) if (side := lit & half).any() else 0.0
        for half in (along < 0, along >= 0)
    )
    extent = float(np.ptp(along[lit])) if lit.any() else 0.0
    return (last - first) / max(extent, 1.0)


def shapes(images: Flux) -> FloatArray:
    """Measure images, shape (n, SIDE, SIDE): a row of :data:`NAMES` each, all finite."""
    return np.array([_shapes(image.tobytes()) for image in images])


@lru_cache(maxsize=10_000)  # every forest asks for the same images
def _shapes(image: bytes) -> list[float]:
    from scipy.ndimage import label

    light = np.frombuffer(image, dtype=np.float32).reshape(SIDE, SIDE).astype(float) ** 2
    y, x = np.indices(light.shape) - (SIDE - 1) / 2
    lit, total = light > 0, max(light.sum(), 1e-9)
    cx, cy = (light * x).sum() / total, (light * y).sum() / total
    dx, dy = x - cx, y - cy
    cov = np.array([[(light * a * b).sum() / total for b in (dx, dy)] for a in (dx, dy)])
    (minor, major), axes = np.linalg.eigh(cov)
    across, along = (axes[0, i] * dx + axes[1, i] * dy for i in (0, 1))
    variance, r = max(major, 0.1), np.hypot(x, y)
    bend = (light * across * along**2).sum() / total / variance**1.5
    ends = [np.array([(light * h * d).sum() / max((light * h).sum(), 1e-9) for d in (x, y)])
            for h in (along < 0, along >= 0)]  # fmt: skip
    norm = max(float(np.linalg.norm(ends[0]) * np.linalg.norm(ends[1])), 0.1)
    pieces, n = label(lit, np.ones((3, 3)))
    largest = np.bincount(pieces.ravel(), light.ravel())[1:].max(initial=0.0)
    return [
        fanaroff_riley(light, along),
        np.ptp(along[lit]) if n else 0.0,
        np.ptp(across[lit]) if n else 0.0,
        lit.sum(),
        total / max(lit.sum(), 1) / max(light.max(), 1e-9),
        max(major, 0) ** 0.5,
        max(minor, 0) ** 0.5,
        (light * (r < 2)).sum() / total,
        (light * (r < 8)).sum() / total,
        (light * along**4).sum() / total / variance**2,
        abs(bend),
        float(ends[0] @ ends[1]) / norm,
        np.abs(light - light[::-1, ::-1]).sum() / total,
        n,
        largest / total,
    ]


@dataclass(frozen=True)
class RadioForest:
    """Random forest on all shapes, or on the ratio and extent of Fanaroff & Riley alone.

    Attributes
    ----------
    features : int
        The first of :data:`NAMES`: 2 or all.
    leaves : tuple of int
        Smallest numbers of sources in a leaf that are tried on validation sources.
    """

    features: int = len(NAMES)
    trees: int = 200
    leaves: tuple[int, ...] = (1, 3, 10)

    def __post_init__(self) -> None:
        checks.integer("features", self.features, 1, len(NAMES))
        checks.integer("trees", self.trees, 1, 10_000)
        checks.listed("leaves", self.leaves, checks.integer, 1)

    @property
    def label(self) -> str:
        """Name in figures."""
        return "shape forest" if self.features == len(NAMES) else "Fanaroff–Riley ratio"

    def fit(
        self, train: RadioImages, validation: RadioImages, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Grow a forest with each size of leaf; keep that of the lowest loss on ``validation``."""
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.metrics import log_loss

        x, y = (shapes(s.flux())[:, : self.features] for s in (train, validation))
        forests = []
        for leaf in self.leaves:
            forest = RandomForestClassifier(self.trees, min_samples_leaf=leaf, random_state=seed)
            forest.fit(x, train.labels)
            loss = log_loss(validation.labels, forest.predict_proba(y), labels=forest.classes_)
            forests.append((loss, leaf, forest))
        best = min(forests, key=lambda tried: tried[:2])[2]

        def scores(flux: Flux) -> ClassScores:
            values = np.zeros((len(flux), len(CLASSES)))
            values[:, best.classes_] = best.predict_proba(shapes(flux)[:, : self.features])
            return ClassScores(values, is_probability=True)

        return Fitted(scores)

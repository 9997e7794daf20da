"""Measurements on stamps, and the classical method: a random forest on them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import FloatArray, Flux
from specz.estimators.base import ClassScores, Fitted
from specz.images.bank import Bank, build_bank
from specz.images.stamps import SIZE, Stamps, stacked

WINDOW = 2.5
"""Standard deviation of the Gaussian weight of moments, pixels."""

APERTURES = (1.5, 3.0, 6.0)
"""Radii of aperture fluxes, pixels."""

STEP = 512
"""Stamps measured at a time."""


def moments(image: npt.NDArray[np.float32]) -> FloatArray:
    """Weighted moments and aperture fluxes of stamps, shape (n, 9).

    Columns: flux, size Mxx + Myy, ellipticities (Mxx - Myy) and 2 Mxy over the size, fourth moment
    over the square of the size, brightest pixel, fluxes in :data:`APERTURES`. Moments are about the
    weighted centroid.
    """
    y, x = np.indices((SIZE, SIZE)).reshape(2, -1) - (SIZE - 1) / 2
    r2 = x**2 + y**2
    weight = np.exp(-r2 / (2 * WINDOW**2))
    terms = [weight * each for each in (np.ones_like(x), x, y, x * x, y * y, x * y, r2 * r2)]
    terms += [(r2 <= radius**2).astype(float) for radius in APERTURES]
    flat = image.reshape(len(image), -1)
    sums = flat.astype(float) @ np.array(terms).T
    flux = np.maximum(sums[:, 0], 1)  # noise alone has less: its moments mean nothing
    mx, my, xx, yy, xy, fourth = (sums[:, i] / flux for i in range(1, 7))
    xx, yy, xy = xx - mx * mx, yy - my * my, xy - mx * my
    size = np.maximum(xx + yy, 0.1)
    shape = ((xx - yy) / size, 2 * xy / size, fourth / size**2)
    return np.column_stack([sums[:, 0], size, *shape, flat.max(axis=1), sums[:, 7:]])


def delta_chi2(image: npt.NDArray[np.float32], bank: Bank) -> FloatArray:
    """Fit both banks: χ² of the best star minus that of the best galaxy, and the best S/N.

    Shape (n, 2). With the amplitude free, the best template of unit norm lowers χ² by x², where x
    is its product with the stamp: the S/N of the fit.
    """
    flat = image.reshape(len(image), -1)
    star, galaxy = (
        np.maximum((flat @ templates.reshape(-1, SIZE**2).T).max(axis=1), 0) for templates in bank
    )
    return np.column_stack([galaxy**2 - star**2, np.maximum(star, galaxy)]).astype(float)


@dataclass(frozen=True)
class StampForest:
    """Random forest on moments, with the Δχ² of template fits or without.

    Attributes
    ----------
    templates : int
        Galaxy templates of the fits, each at nine centres, and a quarter as many stars; 0 for a
        forest on moments alone. The templates know the population that stamps are drawn from.
    leaves : tuple of int
        Smallest numbers of stamps in a leaf that are tried on validation stamps.
    """

    templates: int = 256
    trees: int = 100
    leaves: tuple[int, ...] = (5, 20, 80)

    def __post_init__(self) -> None:
        checks.integer("templates", self.templates, 0, 1_000_000)
        checks.integer("trees", self.trees, 1, 10_000)
        checks.listed("leaves", self.leaves, checks.integer, 1)

    @property
    def label(self) -> str:
        """Name in figures."""
        return "forest with Δχ²" if self.templates else "forest on moments"

    def fit(
        self, train: Stamps, validation: Stamps, seed: int, checkpoint: Path | None = None
    ) -> Fitted:
        """Grow a forest with each size of leaf; keep that of the lowest loss on ``validation``."""
        bank = None
        if self.templates:
            stars = max(1, self.templates // 4)
            bank = build_bank(train.population, stars, self.templates)

        def features(flux: Flux) -> FloatArray:
            image = stacked(flux)
            found = moments(image)
            return found if bank is None else np.hstack([found, delta_chi2(image, bank)])

        # A page that only draws does without the second that these take to load.
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.metrics import log_loss

        x, y = (
            np.vstack([features(s.flux(slice(i, i + STEP))) for i in range(0, len(s), STEP)])
            for s in (train, validation)
        )
        forests = []
        for leaf in self.leaves:
            forest = RandomForestClassifier(
                self.trees, min_samples_leaf=leaf, n_jobs=-1, random_state=seed
            )
            forest.fit(x, train.labels)
            loss = log_loss(validation.labels, forest.predict_proba(y), labels=forest.classes_)
            forests.append((loss, leaf, forest))
        best = min(forests, key=lambda tried: tried[:2])[2]

        def scores(flux: Flux) -> ClassScores:
            values = np.zeros((len(flux), 2))
            values[:, best.classes_] = best.predict_proba(features(flux))
            return ClassScores(values, is_probability=True)

        return Fitted(scores, batch=STEP)

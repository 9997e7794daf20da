"""The studies of this companion, by the name of their notebooks.

A new parameter is a field of a dataclass, its use in ``experiments``, and a line in the notebook's
cell of parameters; profiles name it only where they differ from its default.
"""

from dataclasses import dataclass

from specz.experiments.experiment import Experiment
from specz.study.beyond import Ablation, Convergence, Limit, Probing, RealSpectra
from specz.study.budget import Budget
from specz.study.by_hand import ByHand
from specz.study.contrasts import Claims
from specz.study.denoising import Denoising
from specz.study.radio import RadioGalaxies
from specz.study.stars import StarGalaxy
from specz.study.study import Study
from specz.study.talk import (
    Comparison,
    Data,
    DataAvailability,
    Depth,
    Network,
    Noise,
    Overfitting,
    Tuning,
)


@dataclass(frozen=True, kw_only=True)
class HoldsUp(Study):
    """Notebook ``holds_up``: no parameters and no experiments; it shows recorded numbers."""

    def experiments(self) -> list[Experiment]:
        """Nothing."""
        return []


STUDIES: dict[str, type[Study]] = {
    "data": Data,
    "by_hand": ByHand,
    "network": Network,
    "data_availability": DataAvailability,
    "overfitting": Overfitting,
    "depth": Depth,
    "tuning": Tuning,
    "noise": Noise,
    "comparison_clean": Comparison,
    "comparison_noisy": Comparison,
    "limit": Limit,
    "ablation": Ablation,
    "probing": Probing,
    "convergence": Convergence,
    "budget": Budget,
    "claims": Claims,
    "star_galaxy": StarGalaxy,
    "radio_galaxies": RadioGalaxies,
    "denoising": Denoising,
    "real_spectra": RealSpectra,
    "holds_up": HoldsUp,
}
"""Notebook name to its parameters."""

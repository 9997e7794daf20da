"""The spectra of the ADA-X datathon (2023), by a co-author of the study, if a reader has them.

Two arrays, which are linked there and not shipped here: ``train_data_10k.npy``, (10000, 1780), and
``trainLabels_10k.npy``, (10000, 800), one-hot. Its notebook trained on 5,000 of them for 20 epochs,
validated on rows 9000 to 9999, and printed a validation accuracy of 0.2160.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import Flux, Labels
from specz.estimators.backend import load_keras
from specz.estimators.cnn import DatathonNetwork
from specz.estimators.training import train
from specz.spectra.grid import CLASSES, get_grid

SPECTRA, LABELS = "train_data_10k.npy", "trainLabels_10k.npy"
N = 10_000
N_TRAIN = 5_000
"""Spectra that its notebook trained on: we take the first."""
VALIDATION = slice(9_000, 10_000)
PRINTED = 0.2160
"""Validation accuracy that its notebook printed."""


@dataclass(frozen=True, eq=False)
class Stored:
    """Spectra in memory: flux, shape (n_spectra, n_pixels), and the class of each."""

    values: Flux
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def flux(self, index: Any = slice(None), epoch: int = 0) -> Flux:
        """Spectra of the examples ``index``; the noise in them is the same in every epoch."""
        return np.asarray(self.values[index])

    def head(self, n: int) -> Self:
        """The first ``n`` spectra."""
        return replace(self, values=self.values[:n], labels=self.labels[:n])


def read(folder: Path) -> Stored:
    """Read the two arrays.

    Raises
    ------
    ValueError
        If one is missing, has another shape, holds a value that is not finite, or a row of labels
        is not one-hot.
    """
    values = _load(folder / SPECTRA, (N, get_grid("datathon").n_pixels))
    one_hot = _load(folder / LABELS, (N, CLASSES.n))
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if bad.size:
        raise ValueError(f"{SPECTRA}: row {bad[0]} holds a value that is not finite")
    right = (np.count_nonzero(one_hot, axis=1) == 1) & (one_hot.max(axis=1) == 1)
    if not right.all():
        row = int(np.flatnonzero(~right)[0])
        raise ValueError(f"{LABELS}: row {row} must hold one 1 and zeros else")
    return Stored(values.astype(np.float32), one_hot.argmax(axis=1).astype(np.int16))


def _load(path: Path, shape: tuple[int, int]) -> npt.NDArray[Any]:
    if not path.is_file():
        raise ValueError(f"there is no {str(path)!r}; the folder must hold {SPECTRA} and {LABELS}")
    try:
        found: npt.NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"{path.name} is no array of NumPy: {error}") from None
    if found.shape != shape or not np.issubdtype(found.dtype, np.number):
        raise ValueError(
            f"{path.name} must be numbers of shape {shape}; got {found.dtype} of {found.shape}"
        )
    return found


def accuracy(folder: Path, epochs: int = 20, seed: int = 1) -> list[float]:
    """Train the network as published on the arrays; return its validation accuracy per epoch."""
    checks.integer("epochs", epochs, 1, 10_000)
    spectra = read(folder)
    validation = Stored(spectra.values[VALIDATION], spectra.labels[VALIDATION])
    network = DatathonNetwork()
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    model = network.build(spectra.values.shape[1])
    config = replace(network.training, epochs=epochs)
    history, _ = train(model, spectra.head(N_TRAIN), validation, config, seed)
    return [float(value) for value in history.validation_accuracy]

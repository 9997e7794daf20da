"""Notebook ``by_hand``: its parameters, its spectra, and the few numbers that need Keras.

Eleven pixels around Hα for the network of sixteen weights; whole spectra, in coarse redshift
classes, for a small network in Keras.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import FloatArray, IntArray
from specz.estimators.backend import load_keras
from specz.estimators.descent import Adam, Descent, GradientDescent, Rule, descend
from specz.estimators.tiny_network import POOL, Weights
from specz.experiments.base import SEED_MAX
from specz.experiments.experiment import SNR_MIN, Experiment
from specz.spectra.grid import CLASSES, get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.lines import WAVE_REST
from specz.spectra.noise import White
from specz.spectra.observe import line_sigma
from specz.spectra.sample import Sample, draw_sample
from specz.study.study import Study

if TYPE_CHECKING:
    import keras

GRID = get_grid("paper")

WINDOW = slice(795, 806)
"""Eleven pixels near 15,000 Å: a kernel of three gives nine answers, three for each class."""

WINDOW_SNR = 5.0
"""Continuum S/N of the eleven pixels: the line stands out, and a little noise is seen."""

START = Weights(
    kernel=np.array([-1.0, 2.0, -1.0]),
    bias=np.zeros(1),
    dense=np.array([[0.2, -0.1, 0.1], [0.1, 0.3, -0.2], [-0.1, 0.1, 0.2]]),
    offset=np.zeros(3),
)
"""Untrained weights: a kernel that answers to a peak, and small numbers that mean nothing yet."""

RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Learning rates that each rule may try."""

RULES: dict[str, Callable[[float], Rule]] = {"gradient descent": GradientDescent, "Adam": Adam}

COARSE = 8
"""Classes of the small network in Keras: redshift intervals of 0.1."""


@dataclass(frozen=True, kw_only=True)
class ByHand(Study):
    """Notebook ``by_hand``: no experiments; a small network is trained on the page.

    Its parameters are in no profile, as the page takes seconds.
    """

    snr: float = 0.6
    n_spectra: int = 400
    n_epochs: int = 40
    learning_rate: float = 0.005
    seed: int = 1

    def experiments(self) -> list[Experiment]:
        """Nothing; the values are checked."""
        checks.number("snr", self.snr, SNR_MIN)
        checks.integer("n_spectra", self.n_spectra, 10, 10_000)
        checks.integer("n_epochs", self.n_epochs, 2, 1_000)
        checks.number("learning_rate", self.learning_rate, 1e-8, 10)
        checks.integer("seed", self.seed, 0, SEED_MAX)
        return []


class Labelled(NamedTuple):
    """Spectra minus their mean flux, shape (n, n_pixels), and their classes, shape (n,)."""

    x: FloatArray
    label: IntArray


def line_windows(n: int, seed: int) -> Labelled:
    """Eleven pixels of ``n`` spectra; Hα is in the left, middle or right third of the answers."""
    first = GRID.edges[WINDOW.start + len(START.kernel) // 2]  # under the middle of the kernel
    at = np.random.default_rng([seed, 1]).uniform(0, len(START.offset), n)
    z = (first + POOL * GRID.step * at) / WAVE_REST["Ha"] - 1
    library = build_library(LibraryConfig())
    sed = np.resize(library.config.split("train"), n)
    flux = Sample(library, GRID, sed, z, White(WINDOW_SNR), seed).flux()[:, WINDOW]
    return Labelled(flux.astype(float) - 1, at.astype(int))


def pencil_example(windows: Labelled) -> Labelled:
    """Return the first with its line in the middle, to one decimal: sums can be done by hand."""
    i = np.flatnonzero(windows.label == 1)[:1]
    return Labelled(np.round(windows.x[i], 1) + 0.0, windows.label[i])  # + 0.0: no minus zero


def few_spectra(split: str, n: int, snr: float, seed: int) -> Labelled:
    """``n`` whole spectra of a split, in the coarse classes."""
    sample = draw_sample(build_library(LibraryConfig()), split, n, White(snr), GRID, seed)
    return Labelled(sample.flux().astype(float) - 1, sample.labels // (CLASSES.n // COARSE))


def compare_rules(spectra: Labelled, n_steps: int) -> dict[str, dict[float, Descent]]:
    """Train from :data:`START` by each rule at each learning rate."""
    return {
        name: {rate: descend(START, *spectra, rule(rate), n_steps) for rate in RATES}
        for name, rule in RULES.items()
    }


def best_rate(descents: dict[float, Descent]) -> float:
    """Learning rate with the lowest loss, the mean over the steps: early and without jumps."""
    return min(descents, key=lambda rate: float(descents[rate].losses.mean()))


def in_keras(weights: Weights, n_pixels: int) -> "keras.Model":
    """Return the network of sixteen weights as a Keras model, from pixels to logits."""
    keras = load_keras()
    model = keras.Sequential(
        [
            keras.Input((n_pixels, 1)),
            keras.layers.Conv1D(1, len(weights.kernel), activation="relu"),
            keras.layers.MaxPooling1D(POOL),
            keras.layers.Flatten(),
            keras.layers.Dense(len(weights.offset)),
        ]
    )
    model.set_weights([weights.kernel[:, None, None], *weights[1:]])
    return model


def keras_gradient(weights: Weights, spectra: Labelled) -> Weights:
    """Gradient of the mean cross-entropy as Keras has it, with any backend.

    Plain gradient descent at learning rate one subtracts the gradient itself.
    """
    keras = load_keras()
    model = in_keras(weights, spectra.x.shape[1])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=loss)
    model.train_on_batch(spectra.x[..., None], spectra.label)
    kernel, *others = (np.asarray(w, dtype=float) for w in model.get_weights())
    after = Weights(kernel[:, 0, 0], *others)
    return weights.moved(after)


class LineFit(NamedTuple):
    """The emission line that is most like each of a layer's filters.

    Attributes
    ----------
    line : ndarray, shape (width, n_filters)
        At the best of the pixels that it may stand at, scaled to the filter.
    cosine : ndarray, shape (n_filters,)
        Of the angle between the two; one for a filter that is the line.
    """

    line: FloatArray
    cosine: FloatArray


def fit_line(filters: npt.ArrayLike) -> LineFit:
    """Fit Hα at the middle of the redshift range to filters, shape (width, n_filters)."""
    filters = np.asarray(filters, dtype=float)
    wave_obs = WAVE_REST["Ha"] * (1 + 0.5 * (CLASSES.z_min + CLASSES.z_max))
    sigma = line_sigma(wave_obs, LibraryConfig().velocity_dispersion, GRID) / GRID.step
    pixel = np.arange(len(filters))
    lines = np.exp(-0.5 * ((pixel - pixel[:, None]) / sigma) ** 2)  # (place, pixel)
    lines /= np.linalg.norm(lines, axis=1, keepdims=True)
    scales = lines @ filters
    best = lines[scales.argmax(axis=0)].T * scales.max(axis=0)
    return LineFit(best, scales.max(axis=0) / np.linalg.norm(filters, axis=0))

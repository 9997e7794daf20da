"""The settings that are tried of each method, and those that were chosen on validation spectra.

Each setting has a name. :data:`CHOSEN` names those that all pages use: the best on validation
spectra at the scale of the study, which a test holds against the archive.
"""

from dataclasses import replace
from math import inf

from specz.estimators.base import Estimator
from specz.estimators.cnn import CNN
from specz.estimators.forest import Forest
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.svm import KernelSVM, LinearSVM

Candidates = dict[str, Estimator]
"""Settings of one method, by name."""

CLASSIFIERS: dict[str, Candidates] = {
    "k-NN": {
        **{f"k {k}": NearestNeighbours((k,)) for k in (1, 3, 10, 30)},
        **{f"k {k}, cosine": NearestNeighbours((k,), "cosine") for k in (3, 10, 30)},
        "k 10, 100 components": NearestNeighbours((10,), components=100),
    },
    "random forest": {
        f"{trees} trees, {features} features": Forest(trees, features)
        for trees, features in (
            *((100, 4), (100, 8), (300, 8), (100, 16)),
            *((100, 42), (300, 42), (100, 128), (30, 400)),
        )
    },
    "linear SVM": {
        f"C {c:g}": LinearSVM(c) for c in (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0)
    },
    "kernel SVM": {
        f"C {c:g}, γ {gamma:g}": KernelSVM(c, gamma)
        for c, gamma in (
            *((10.0, 0.1), (100.0, 0.1), (1000.0, 0.1), (100.0, 0.03)),
            *((1000.0, 0.03), (10.0, 0.3), (100.0, 0.3), (100.0, 1.0)),
        )
    },
}
"""Settings of the classifiers that the talk compares with; 42 features are the usual √1800."""


CHOSEN = {
    "CNN, 1 layer": {"clean": "L2 0.01", "noisy": "L2 0.01"},
    "CNN, 3 layers": {"clean": "L2 0.01", "noisy": "L2 0.1, twice the updates"},
    "k-NN": {"clean": "k 10, cosine", "noisy": "k 10, cosine"},
    "random forest": {"clean": "30 trees, 400 features", "noisy": "300 trees, 42 features"},
    "linear SVM": {"clean": "C 0.1", "noisy": "C 1"},
    "kernel SVM": {"clean": "C 100, γ 0.1", "noisy": "C 100, γ 0.03"},
}
"""Name of the setting of each method on clean and on noisy spectra."""


TUNED_AT = 10_000
"""Spectra of the training set that the settings are tried on, at the scale of the study."""


def network_candidates(network: CNN, n_train: int) -> dict[str, CNN]:
    """Settings of a network: its remedy against overfitting, its learning rate, its least updates.

    All keep the weights of the last epoch, so that no choice of an epoch decides. The L2 penalty is
    that at :data:`TUNED_AT` spectra, in proportion to 1/``n_train``: a network minimises the mean
    loss, so the penalty of all spectra together stays the same, as in a support vector machine.
    """
    plain = replace(network, training=replace(network.training, keep_best=False))
    slower = replace(plain.training, learning_rate=plain.training.learning_rate / 3)
    longer = replace(plain.training, min_updates=2 * plain.training.min_updates)

    def penalised(l2: float) -> CNN:
        return replace(plain, l2=l2 * TUNED_AT / n_train)

    return {
        "plain": plain,
        "dropout 0.5": replace(plain, dropout=0.5),
        "L2 0.001": penalised(0.001),
        "L2 0.01": penalised(0.01),
        "L2 0.1": penalised(0.1),
        "L2 1": penalised(1.0),
        "L2 0.1, rate ÷ 3": replace(penalised(0.1), training=slower),
        "L2 0.1, twice the updates": replace(penalised(0.1), training=longer),
    }


def chosen(method: str, snr: float) -> str:
    """Name of the setting that pages use; a depth without one has that of three layers."""
    settings = CHOSEN.get(method, CHOSEN[cnn_name(3)])
    return settings["clean" if snr == inf else "noisy"]


def tuned(network: CNN, n_train: int, snr: float) -> CNN:
    """The network with the setting that was chosen for its depth."""
    return network_candidates(network, n_train)[chosen(cnn_name(network.layers), snr)]


def tuned_classifier(name: str, snr: float) -> Estimator:
    """The classifier, a name in :data:`CLASSIFIERS`, with the setting that was chosen for it."""
    return CLASSIFIERS[name][chosen(name, snr)]


def tuned_as(estimator: Estimator) -> str:
    """Name of a method in :data:`CHOSEN`, or its label if it has no settings to choose."""
    return cnn_name(estimator.layers) if isinstance(estimator, CNN) else estimator.label


def cnn_name(layers: int) -> str:
    """Name of a network of ``layers`` in tables: ``CNN, 3 layers``."""
    return f"CNN, {layers} layer{'s' if layers > 1 else ''}"

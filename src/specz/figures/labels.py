"""What a result is called in a figure or table, and which results are the Bayes limit."""

from collections.abc import Callable, Sequence

from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.registry import AS_IT_IS, differences
from specz.experiments.experiment import Experiment
from specz.experiments.result import Result

Label = Callable[[Result], str]
"""Names a result in a legend or on an axis: :func:`by_noise`, and so on."""

NO_REMEDY = "nothing"
"""What :func:`by_remedy` calls a network with which nothing is done against overfitting."""


def by_noise(result: Result) -> str:
    """Label of a result where the noise level varies."""
    return result.noise


def by_method(result: Result) -> str:
    """Label of a result where the method varies."""
    return f"{result.label}\n{result.n_train:,} spectra"


def by_depth(result: Result) -> str:
    """Label of a result where the depth of the network varies."""
    layers = getattr(result.estimator, "layers", None)
    if layers is None:
        return by_method(result)
    return f"{layers} layer{'s' * (layers > 1)}\n{result.n_train:,} spectra"


def by_remedy(result: Result) -> str:
    """Label of a result where what is done against overfitting varies."""
    network = result.estimator
    if not isinstance(network, CNN):
        return by_method(result)
    remedies = [
        *([f"dropout {network.dropout:g}"] if network.dropout else []),
        *([f"L2 {network.l2:g}"] if network.l2 else []),
        *(["fresh noise"] if network.training.fresh_noise else []),
    ]
    return f"{' + '.join(remedies) or NO_REMEDY}\n{result.n_train:,} spectra"


def by_perturbation(result: Result) -> str:
    """Label of a result where what was done to the test spectra varies, or the grid."""
    if result.experiment.altered:
        return result.experiment.altered
    return (
        "as they are"
        if result.experiment.grid == Experiment.grid
        else f"{result.experiment.grid} grid"
    )


def by_limit(result: Result) -> str:
    """Label of a result where the settings of the Bayes limit vary."""
    settings = differences(result.estimator, BayesLimit())
    seds = f"{result.n_train:,} SEDs"
    return seds if settings == AS_IT_IS else settings


def methods(results: Sequence[Result]) -> list[Result]:
    """Return the results that are not the limit."""
    return [r for r in results if not isinstance(r.estimator, BayesLimit)]


def limits(results: Sequence[Result]) -> dict[float, Result]:
    """Return the Bayes limit at each noise level that has one, the noisiest first."""
    found = [r for r in results if isinstance(r.estimator, BayesLimit)]
    return {r.snr: r for r in sorted(found, key=lambda r: r.snr)}

"""How figures and tables name, sort and group results; which results are the Bayes limit."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.registry import AS_IT_IS, differences
from specz.experiments.experiment import Experiment
from specz.experiments.result import Result

Label = Callable[[Result], str]
"""Names a result in a legend or on an axis: :func:`by_noise`, and so on."""

Key = TypeVar("Key", bound=Hashable)

UNPERTURBED_RULE = "Bayes rule for unperturbed spectra"
"""Name of the Bayes limit on perturbed spectra: its assumptions are wrong, so it is no limit."""

NO_REMEDY = "nothing"
"""Name in :func:`by_remedy` of a network without a remedy against overfitting."""


def by_noise(result: Result) -> str:
    """Label of a result where the noise level varies."""
    return result.noise


def method_name(result: Result) -> str:
    """Name of a method on its test spectra; only on unperturbed ones is the Bayes limit one."""
    perturbed = isinstance(result.estimator, BayesLimit) and result.experiment.altered
    return UNPERTURBED_RULE if perturbed else result.label


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
    """Label of a result where the remedy against overfitting varies."""
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
    """Label of a result where the perturbation of the test spectra, or the grid, varies."""
    experiment = result.experiment
    if experiment.altered:
        return experiment.altered
    return "as they are" if experiment.grid == Experiment.grid else f"{experiment.grid} grid"


def by_limit(result: Result) -> str:
    """Label of a result where the settings of the Bayes limit vary."""
    settings = differences(result.estimator, BayesLimit())
    return f"{result.n_train:,} SEDs" if settings == AS_IT_IS else settings


def methods(results: Sequence[Result]) -> list[Result]:
    """Return the results that are not the limit."""
    return [r for r in results if not isinstance(r.estimator, BayesLimit)]


def limits(results: Sequence[Result]) -> dict[float, Result]:
    """Return the Bayes limit at each noise level that has one, the noisiest first."""
    found = [r for r in results if isinstance(r.estimator, BayesLimit)]
    return {r.snr: r for r in sorted(found, key=lambda r: r.snr)}


def grouped(results: Sequence[Result], key: Callable[[Result], Key]) -> dict[Key, list[Result]]:
    """Return results by their key, groups and results in the order given."""
    groups: dict[Key, list[Result]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    return groups


def by_n_train(results: Sequence[Result]) -> list[Result]:
    """Return results from few training spectra to many."""
    return sorted(results, key=lambda r: r.n_train)

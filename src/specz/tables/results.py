"""Tables of results, one row each: networks and classifiers."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from specz import metrics
from specz.estimators.cnn import CNN
from specz.estimators.registry import differences
from specz.experiments.result import Result, SeedGroup, group_seeds
from specz.figures.labels import NO_REMEDY, by_remedy, limits, methods
from specz.figures.style import scales
from specz.metrics.predictions import Predictions, pooled
from specz.tables.cells import NONE, accuracies, nll, outliers, size, trace, traced
from specz.tables.markdown import folded, markdown_table


def beside(
    table: Callable[..., str],
    results: Sequence[Result],
    reference: Sequence[Result],
    **options: Any,
) -> str:
    """Return a folded table of the results that are archived and, below it, of those computed here.

    ``table`` takes results and ``options``; :func:`specz.figures.style.scales` gives the titles.
    """
    parts = [(title, table(part, **options)) for title, part in scales(results, reference)]
    if len(parts) > 1:
        return folded("\n\n".join(f"{title.capitalize()}:\n\n{text}" for title, text in parts))
    return folded(parts[0][1])


def size_table(results: Sequence[Result]) -> str:
    """List accuracy on test and on training spectra with the noise level and the size."""
    rows = [
        {
            "noise": r.noise,
            **size(r),
            **{f"test: {name}": value for name, value in accuracies(r).items()},
            "training: exact class": metrics.accuracy(r.train).percent(),
        }
        for r in methods(results)
    ]
    return markdown_table(rows)


def noise_table(results: Sequence[Result]) -> str:
    """List accuracy, redshift errors and likelihood at each noise level."""
    rows = [
        {
            "noise": r.noise,
            "method": r.label,
            **size(r),
            **accuracies(r),
            "σ_NMAD (10⁻⁴)": f"{1e4 * metrics.sigma_nmad(r.test).value:.1f}",
            **outliers(r.test),
            **nll(r.test),
        }
        for r in results
    ]
    return markdown_table(rows)


def comparison_table(results: Sequence[Result]) -> str:
    """Compare each method with the network, if there is one, and say which is first.

    Results of a method that differ in their seed share a row: means, and the largest p-value over
    all pairs of trainings.
    """
    groups = group_seeds(results)
    network = next((g for g in groups if isinstance(g.estimator, CNN)), None)
    rows = []
    for group in groups:
        better, p_value = NONE, NONE
        if network is not None and group is not network:
            better = network.minus(group).points()
            pairs = product(network.test, group.test)
            p_value = f"{max(metrics.compare(*pair).p_value for pair in pairs):.1g}"
        test, manifests = pooled(group.test), [r.manifest for r in group.results]
        rows.append(
            {
                "method": group.label,
                **size(group),
                "trainings": _trainings(group),
                "exact class": group.accuracy.percent(),
                "±1 class": metrics.within_one(test).percent(),
                **outliers(test),
                "CNN better by (points)": better,
                "p": p_value,
                "fit (s)": f"{np.mean([m['fit_seconds'] for m in manifests]):.0f}",
                "spectra/s": f"{np.mean([m['test_spectra_per_second'] for m in manifests]):,.0f}",
            }
        )
    first = max(group_seeds(methods(results)), key=lambda group: group.accuracy.value)
    return (
        f"{markdown_table(rows)}\n\n{first.label} is first with {first.accuracy.percent()} of the "
        "spectra in their own class."
    )


def _trainings(group: SeedGroup) -> str:
    """Number of trainings; links to them if they are archived."""
    return f"{len(group.results)}{'' if (links := trace(group.results)) == NONE else f': {links}'}"


def depth_table(results: Sequence[Result]) -> str:
    """Compare networks of each depth with the deepest, at the same seed on the same spectra."""
    depths: dict[int, dict[int, Predictions]] = {}
    for r in results:
        if isinstance(r.estimator, CNN):
            depths.setdefault(r.estimator.layers, {})[r.seed] = r.test
    deepest, rows = depths[max(depths)], []
    for layers, trained in sorted(depths.items(), reverse=True):
        pairs = [(deepest[seed], trained[seed]) for seed in sorted(trained.keys() & deepest.keys())]
        better, each, p_values = NONE, NONE, NONE
        if trained is not deepest and pairs:
            compared = [metrics.compare(*pair) for pair in pairs]
            better = metrics.mean_difference(*zip(*pairs, strict=True)).points()
            each = ", ".join(f"{100 * c.difference.value:+.1f}" for c in compared)
            p_values = ", ".join(f"{c.p_value:.2g}" for c in compared)
        rows.append(
            {
                "layers": layers,
                "trainings": len(trained),
                "exact class, mean": metrics.mean_accuracy(list(trained.values())).percent(),
                "deepest better by (points), mean": better,
                "each training": each,
                "McNemar's p of each": p_values,
            }
        )
    return markdown_table(rows)


def remedies_table(results: Sequence[Result]) -> str:
    """Compare each remedy against overfitting with none, at the same size on the same spectra.

    Results that differ in their seed share a row of means.
    """
    groups = group_seeds(methods(results))
    remedies = [by_remedy(group.results[0]).partition("\n")[0] for group in groups]
    pairs = list(zip(remedies, groups, strict=True))
    plain = {group.n_train: group for remedy, group in pairs if remedy == NO_REMEDY}
    rows = []
    for remedy, group in pairs:
        without = plain.get(group.n_train, group)
        train = metrics.mean_accuracy([r.train for r in group.results])
        rows.append(
            {
                **size(group),
                "remedy": remedy,
                "trainings": _trainings(group),
                "training: exact class": train.percent(),
                "gap to validation (points)": group.gap.points(),
                "test: exact class": group.accuracy.percent(),
                "test, each training": ", ".join(
                    f"{100 * metrics.accuracy(test).value:.1f}" for test in group.test
                ),
                "against nothing (points)": (
                    group.minus(without).points() if group is not without else NONE
                ),
                "test: NLL (nats)": metrics.negative_log_likelihood(pooled(group.test)),
            }
        )
    return markdown_table(rows)


def variants_table(results: Sequence[Result], weights: Mapping[str, int]) -> str:
    """Compare each network with the first, from which it differs in one setting.

    If the limit is among the results, accuracy is also divided by it. ``weights`` maps that
    setting (:func:`specz.estimators.registry.differences`) to the number of weights learned.
    """
    ceiling = limits(results)
    first, *others = methods(results)
    rows = []
    for r in (first, *others):
        name = differences(r.estimator, first.estimator)
        versus = metrics.compare(r.validation, first.validation).difference.points()
        row: dict[str, object] = {
            "network": name,
            **size(r),
            "weights learned": f"{weights[name]:,}" if name in weights else NONE,
            "validation: exact class": metrics.accuracy(r.validation).percent(),
            "against the first (points)": versus if r is not first else NONE,
            "test: exact class": traced(r, metrics.accuracy(r.test).percent()),
            "test: NLL (nats)": metrics.negative_log_likelihood(r.test),
        }
        if ceiling:
            row["part of the limit"] = metrics.relative_accuracy(r.test, ceiling[r.snr].test)
        rows.append(row)
    return markdown_table(rows)

"""Tables of results, a row each: networks and classifiers."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from specz import metrics
from specz.estimators.cnn import CNN
from specz.estimators.registry import differences
from specz.experiments.result import Result, group_seeds
from specz.figures.labels import NO_REMEDY, by_noise, by_remedy, limits, methods
from specz.figures.style import scales
from specz.metrics.predictions import Predictions, pooled
from specz.tables.markdown import markdown_table


def beside(
    table: Callable[..., str],
    results: Sequence[Result],
    reference: Sequence[Result],
    **options: Any,
) -> str:
    """Return a table of what was computed here and, below it, of what is archived.

    Parameters
    ----------
    table : callable
        Takes results and ``options``.
    results, reference : sequence of Result
        One table each, as :func:`specz.figures.style.scales` gives them.
    """
    return "\n\n".join(
        f"{title.capitalize()}:\n\n{table(part, **options)}"
        for title, part in scales(results, reference)
    )


def size_table(results: Sequence[Result]) -> str:
    """List accuracy on test and on training spectra, the noise and the size beside it."""
    header = (
        *("noise", "training spectra", "test: exact class", "test: ±1 class"),
        "training: exact class",
    )
    rows = [
        (
            by_noise(r),
            f"{r.n_train:,}",
            metrics.accuracy(r.test).percent(),
            metrics.within_one(r.test).percent(),
            metrics.accuracy(r.train).percent(),
        )
        for r in methods(results)
    ]
    return markdown_table(header, rows)


def noise_table(results: Sequence[Result]) -> str:
    """List what noise does to the classes, to the redshifts and to the probabilities."""
    header = (
        *("noise", "method", "training spectra", "exact class", "±1 class", "σ_NMAD (10⁻⁴)"),
        *("outliers beyond 0.003", "NLL (nats)"),
    )
    rows = [
        (
            by_noise(r),
            r.label,
            f"{r.n_train:,}",
            metrics.accuracy(r.test).percent(),
            metrics.within_one(r.test).percent(),
            f"{1e4 * metrics.sigma_nmad(r.test).value:.1f}",
            metrics.outlier_fraction(r.test).percent(),
            metrics.negative_log_likelihood(r.test),
        )
        for r in results
    ]
    return markdown_table(header, rows)


def comparison_table(results: Sequence[Result]) -> str:
    """Compare each method with the network, if there is one, and say which is first.

    Trainings of a method that differ in their seed share a row: means, and the largest p-value
    of any training of the network against any of the method.
    """
    header = (
        *("method", "training spectra", "trainings", "exact class", "±1 class"),
        *("outliers beyond 0.003", "CNN better by (points)", "p", "fit (s)", "spectra/s"),
    )
    rows, trained = [], group_seeds(results)
    network = next((t for t in trained if isinstance(t.estimator, CNN)), None)
    for each in trained:
        better, p_value = "–", "–"
        if network is not None and each is not network:
            better = network.minus(each).points()
            pairs = product(network.test, each.test)
            p_value = f"{max(metrics.compare(*pair).p_value for pair in pairs):.1g}"
        asked = pooled(each.test)
        rows.append(
            (
                each.label,
                f"{each.n_train:,}",
                f"{len(each.results)}",
                each.accuracy.percent(),
                metrics.within_one(asked).percent(),
                metrics.outlier_fraction(asked).percent(),
                better,
                p_value,
                f"{np.mean([r.manifest['fit_seconds'] for r in each.results]):.0f}",
                f"{np.mean([r.manifest['test_spectra_per_second'] for r in each.results]):,.0f}",
            )
        )
    return f"{markdown_table(header, rows)}\n\n{_first_of(results)}"


def _first_of(results: Sequence[Result]) -> str:
    first = max(group_seeds(methods(results)), key=lambda each: each.accuracy.value)
    return (
        f"{first.label} is first with {first.accuracy.percent()} of the spectra in their own class."
    )


def depth_table(results: Sequence[Result]) -> str:
    """Hold networks of each depth against the deepest, with the same seed on the same spectra."""
    depths: dict[int, dict[int, Predictions]] = {}
    for r in results:
        if isinstance(r.estimator, CNN):
            depths.setdefault(r.estimator.layers, {})[r.seed] = r.test
    rows = []
    for layers, trained in sorted(depths.items(), reverse=True):
        deepest = depths[max(depths)]
        seeds = sorted(trained.keys() & deepest.keys())
        row = [f"{layers}", f"{len(trained)}"]
        row.append(metrics.mean_accuracy(list(trained.values())).percent())
        if trained is deepest or not seeds:
            rows.append((*row, "–", "–", "–"))
            continue
        pairs = [(deepest[seed], trained[seed]) for seed in seeds]
        each = [metrics.compare(*pair) for pair in pairs]
        rows.append(
            (
                *row,
                metrics.mean_difference(*zip(*pairs, strict=True)).points(),
                ", ".join(f"{100 * c.difference.value:+.1f}" for c in each),
                ", ".join(f"{c.p_value:.2g}" for c in each),
            )
        )
    header = (
        *("layers", "trainings", "exact class, mean", "deepest better by (points), mean"),
        *("each training", "McNemar's p of each"),
    )
    return markdown_table(header, rows)


def remedies_table(results: Sequence[Result]) -> str:
    """Hold each remedy against overfitting against none, at the same size on the same spectra.

    Trainings that differ in their seed share a row of means.
    """
    header = (
        *("training spectra", "remedy", "trainings", "training: exact class"),
        *("gap to validation (points)", "test: exact class", "test, each training"),
        *("against nothing (points)", "test: NLL (nats)"),
    )
    trained = group_seeds(methods(results))
    remedies = [by_remedy(each.results[0]).partition("\n")[0] for each in trained]
    plain = {
        each.n_train: each
        for remedy, each in zip(remedies, trained, strict=True)
        if remedy == NO_REMEDY
    }
    rows = []
    for remedy, each in zip(remedies, trained, strict=True):
        same = plain.get(each.n_train, each)
        rows.append(
            (
                f"{each.n_train:,}",
                remedy,
                f"{len(each.results)}",
                metrics.mean_accuracy([r.train for r in each.results]).percent(),
                each.gap.points(),
                each.accuracy.percent(),
                ", ".join(f"{100 * metrics.accuracy(test).value:.1f}" for test in each.test),
                each.minus(same).points() if each is not same else "–",
                metrics.negative_log_likelihood(pooled(each.test)),
            )
        )
    return markdown_table(header, rows)


def variants_table(results: Sequence[Result], weights: Mapping[str, int]) -> str:
    """Hold each network against the first, which it differs from in one setting.

    Parameters
    ----------
    results : sequence of Result
        The limits among them give the part of the limit.
    weights : mapping
        What sets a network apart (:func:`specz.estimators.base.differences`) to how many weights it
        learns.
    """
    ceiling = limits(results)
    header = (
        *("network", "training spectra", "weights learned", "validation: exact class"),
        *("against the first (points)", "test: exact class", "test: NLL (nats)"),
        *(["part of the limit"] if ceiling else []),
    )
    first, *others = methods(results)
    rows = []
    for r in (first, *others):
        name = differences(r.estimator, first.estimator)
        versus = metrics.compare(r.validation, first.validation)
        row: list[object] = [name, f"{r.n_train:,}"]
        row.append(f"{weights[name]:,}" if name in weights else "–")
        row.append(metrics.accuracy(r.validation).percent())
        row.append(versus.difference.points() if r is not first else "–")
        row.append(metrics.accuracy(r.test).percent())
        row.append(metrics.negative_log_likelihood(r.test))
        if ceiling:
            row.append(metrics.relative_accuracy(r.test, ceiling[r.snr].test))
        rows.append(row)
    return markdown_table(header, rows)

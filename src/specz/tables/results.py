"""Tables of results, a row each: networks and classifiers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from specz import metrics
from specz.estimators import differences
from specz.figures.style import NOTHING, by_noise, by_remedy, limits, methods, scales
from specz.networks import CNN
from specz.predictions import Predictions
from specz.runner import Result
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
            f"{r.experiment.n_train:,}",
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
            r.experiment.estimator.label,
            f"{r.experiment.n_train:,}",
            metrics.accuracy(r.test).percent(),
            metrics.within_one(r.test).percent(),
            f"{1e4 * metrics.sigma_nmad(r.test).value:.1f}",
            metrics.outlier_fraction(r.test, 0.003).percent(),
            metrics.negative_log_likelihood(r.test),
        )
        for r in results
    ]
    return markdown_table(header, rows)


def comparison_table(results: Sequence[Result]) -> str:
    """Compare each method with the network, if there is one, and say which is first."""
    header = (
        *("method", "training spectra", "exact class", "±1 class", "outliers beyond 0.003"),
        *("CNN better by (points)", "p", "fit (s)", "spectra/s"),
    )
    network = next((r for r in results if isinstance(r.experiment.estimator, CNN)), None)
    rows = []
    for r in results:
        better, p_value = "–", "–"
        if network is not None and r is not network:
            versus = metrics.compare(network.test, r.test)
            better = versus.difference.points()
            p_value = f"{versus.p_value:.1g}"
        rows.append(
            (
                r.experiment.estimator.label,
                f"{r.experiment.n_train:,}",
                metrics.accuracy(r.test).percent(),
                metrics.within_one(r.test).percent(),
                metrics.outlier_fraction(r.test, 0.003).percent(),
                better,
                p_value,
                f"{r.manifest['fit_seconds']:.0f}",
                f"{r.manifest['test_spectra_per_second']:,.0f}",
            )
        )
    return f"{markdown_table(header, rows)}\n\n{_first_of(results)}"


def _first_of(results: Sequence[Result]) -> str:
    first = max(methods(results), key=lambda r: metrics.accuracy(r.test).value)
    return (
        f"{first.experiment.estimator.label} is first with "
        f"{metrics.accuracy(first.test).percent()} of the spectra in their own class."
    )


def depth_table(results: Sequence[Result]) -> str:
    """Hold networks of each depth against the deepest, with the same seed on the same spectra."""
    depths: dict[int, dict[int, Predictions]] = {}
    for r in results:
        if isinstance(r.experiment.estimator, CNN):
            depths.setdefault(r.experiment.estimator.layers, {})[r.experiment.seed] = r.test
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
    """Hold each remedy against overfitting against none, at the same size on the same spectra."""
    header = (
        *("training spectra", "remedy", "training: exact class", "gap to validation (points)"),
        *("test: exact class", "against nothing (points)", "test: NLL (nats)"),
    )
    networks = [(by_remedy(r).partition("\n")[0], r) for r in methods(results)]
    plain = {r.experiment.n_train: r for remedy, r in networks if remedy == NOTHING}
    rows = []
    for remedy, r in networks:
        same = plain.get(r.experiment.n_train, r)
        gap = metrics.difference_interval(metrics.accuracy(r.train), metrics.accuracy(r.validation))
        rows.append(
            (
                f"{r.experiment.n_train:,}",
                remedy,
                metrics.accuracy(r.train).percent(),
                gap.points(),
                metrics.accuracy(r.test).percent(),
                metrics.compare(r.test, same.test).difference.points() if r is not same else "–",
                metrics.negative_log_likelihood(r.test),
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
        What sets a network apart (:func:`specz.estimators.differences`) to how many weights it
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
        name = differences(r.experiment.estimator, first.experiment.estimator)
        versus = metrics.compare(r.validation, first.validation)
        row: list[object] = [name, f"{r.experiment.n_train:,}"]
        row.append(f"{weights[name]:,}" if name in weights else "–")
        row.append(metrics.accuracy(r.validation).percent())
        row.append(versus.difference.points() if r is not first else "–")
        row.append(metrics.accuracy(r.test).percent())
        row.append(metrics.negative_log_likelihood(r.test))
        if ceiling:
            row.append(metrics.part_of(r.test, ceiling[r.experiment.snr].test))
        rows.append(row)
    return markdown_table(header, rows)

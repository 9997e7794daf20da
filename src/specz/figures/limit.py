"""Methods compared with the Bayes limit: spectra needed, probabilities stated."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.estimators.bayes import BayesLimit
from specz.experiments.experiment import noise_label
from specz.experiments.result import Result
from specz.figures.direct import name_lines
from specz.figures.labels import by_n_train, grouped, limits, methods
from specz.figures.style import GREY, Style, against_size, colour, plain_log, points, size_axis

PIT_BINS = 20


def plot_data_efficiency(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on test spectra against training size, one line per method, and the limit."""
    ceiling, results = limits(results), methods(results)
    for label, group in grouped(results, lambda r: r.label).items():
        style: Style = {"color": colour(label), "fmt": "o-", "label": label}
        against_size(ax, by_n_train(group), lambda r: metrics.accuracy(r.test), **style)
    for level, result in ceiling.items():
        value, shade = metrics.accuracy(result.test), colour(result.label)
        ax.axhspan(value.low, value.high, color=shade, alpha=0.12, lw=0)
        name = f"Bayes limit at {noise_label(level)}"
        ax.axhline(value.value, color=shade, ls="--", lw=1, label=name)
    size_axis(ax, results)
    ax.set(ylabel="exact-class accuracy", ylim=(0, 1.02))
    name_lines(ax)
    return ax


def plot_relative_accuracy(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy divided by the Bayes limit against S/N, each method at its largest size.

    Methods that are tried at one noise level only are left out.
    """
    ceiling = limits(results)
    largest = {(r.label, r.snr): r for r in by_n_train(methods(results)) if r.snr in ceiling}
    chosen = sorted(largest.values(), key=lambda r: r.snr)
    for label, group in grouped(chosen, lambda r: r.label).items():
        if len(group) > 1:
            parts = [metrics.relative_accuracy(r.test, ceiling[r.snr].test) for r in group]
            style: Style = {"color": colour(label), "fmt": "o-", "label": label}
            points(ax, [r.snr for r in group], parts, **style)
    ax.axhline(1, color=colour(BayesLimit.label), lw=1, ls="--", label=BayesLimit.label)
    ax.axhline(0.99, color=GREY, lw=0.8, ls=":", label="_0.99 of it")
    ax.set(xscale="log", xlabel="continuum S/N per pixel", ylabel="accuracy / Bayes limit")
    plain_log(ax.xaxis, sorted(ceiling))
    name_lines(ax)
    return ax


def plot_reliability(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the fraction of spectra in their own class against the stated probability."""
    for result in with_probability(results):
        stated, observed, _ = zip(*metrics.reliability(result.test), strict=True)
        style: Style = {"ms": 4, "color": colour(result.label), "label": _name(result)}
        points(ax, stated, observed, fmt="o-", capsize=2, **style)
    ax.plot([0, 1], [0, 1], color=GREY, lw=0.8)
    ax.set(xlabel="stated: mean maximum probability", xlim=(0, 1.02))
    ax.set(ylabel="observed: in their own class", ylim=(0, 1.02))
    ax.legend(fontsize=8)
    return ax


def plot_pit(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the distribution of the cumulative p(z) at the true redshift; uniform is right."""
    for result in with_probability(results):
        counts, edges = np.histogram(result.test.pit, bins=PIT_BINS, range=(0, 1))
        density = counts * PIT_BINS / len(result.test)
        ax.stairs(density, edges, color=colour(result.label), label=_name(result))
    # Two standard deviations of a bin's count, if the distribution is uniform.
    n = len(results[0].test)
    ax.axhspan(*(1 + np.array([-2, 2]) * np.sqrt(PIT_BINS / n)), color=GREY, alpha=0.12, lw=0)
    ax.set(xlabel="cumulative p(z) at the true redshift (PIT)", xlim=(0, 1))
    ax.set(ylabel="density of spectra", ylim=(0, None))
    ax.legend(fontsize=8)
    return ax


def with_probability(results: Sequence[Result]) -> list[Result]:
    """Return the most trained result of each method that gives probabilities, at each S/N."""
    chosen = (r for r in by_n_train(results) if r.test.has_probability)
    return list({(r.label, r.snr): r for r in chosen}.values())


def _name(result: Result) -> str:
    return f"{result.label}, {result.n_train:,}"

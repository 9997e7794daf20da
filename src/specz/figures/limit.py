"""Methods held against the Bayes limit: spectra needed, certainty stated, speed."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from specz import metrics
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.equivariant import Equivariant
from specz.experiments.experiment import noise_label
from specz.experiments.result import Result
from specz.figures.labels import limits, methods
from specz.figures.style import GREY, SHADES, Style, colour, plain_log, points

PIT_BINS = 20


def plot_data_efficiency(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy on test spectra against training size, a line a method, under the limit."""
    ceiling, results = limits(results), methods(results)
    for label in dict.fromkeys(result.label for result in results):
        chosen = sorted(
            (r for r in results if r.label == label),
            key=lambda r: r.n_train,
        )
        n = [r.n_train for r in chosen]
        values = [metrics.accuracy(r.test) for r in chosen]
        points(ax, n, values, color=colour(label), fmt="o-", label=label)
    for level, result in ceiling.items():
        value = metrics.accuracy(result.test)
        shade = colour(result.label)
        ax.axhspan(value.low, value.high, color=shade, alpha=0.12, lw=0)
        ax.axhline(
            value.value, color=shade, ls="--", lw=1, label=f"Bayes limit at {noise_label(level)}"
        )
    ax.set(xscale="log", xlabel="training spectra", ylabel="exact-class accuracy", ylim=(0, 1.02))
    plain_log(ax.xaxis, sorted({r.n_train for r in results}))
    ax.legend(fontsize=9)
    return ax


def plot_relative_accuracy(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw accuracy as a part of the Bayes limit against training size.

    One colour for each noise level, one mark for each method; the CNN at its largest size.
    """
    ceiling, results = limits(results), methods(results)
    sizes = set()
    for level, shade in zip(ceiling, SHADES, strict=False):
        for network, fmt in ((Equivariant, "o-"), (CNN, "s")):
            chosen = sorted(
                (r for r in results if isinstance(r.estimator, network) and r.snr == level),
                key=lambda r: r.n_train,
            )[0 if network is Equivariant else -1 :]
            if not chosen:
                continue
            n = [r.n_train for r in chosen]
            part = [metrics.relative_accuracy(r.test, ceiling[level].test) for r in chosen]
            name = f"{network.label}, {noise_label(level)}"
            face = shade if network is Equivariant else "white"
            points(ax, n, part, color=shade, fmt=fmt, mfc=face, label=name)
            sizes |= set(n)
    ax.axhline(1, color=colour(BayesLimit.label), lw=1, ls="--", label="_Bayes limit")
    ax.axhline(0.99, color=GREY, lw=0.8, ls=":", label="_0.99 of it")
    ax.set(xscale="log", xlabel="training spectra", ylabel="accuracy / Bayes limit")
    plain_log(ax.xaxis, sorted(sizes))
    ax.legend(fontsize=8, ncols=2)
    return ax


def plot_reliability(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the fraction of spectra in their own class against the stated probability."""
    for result in with_probability(results):
        stated, observed, _ = zip(*metrics.reliability(result.test), strict=True)
        style: Style = {"ms": 4, "color": colour(result.label), "label": _name(result)}
        points(ax, stated, observed, fmt="o-", capsize=2, **style)
    ax.plot([0, 1], [0, 1], color=GREY, lw=0.8)
    ax.set(
        xlabel="stated: mean maximum probability",
        ylabel="observed: in their own class",
        xlim=(0, 1.02),
        ylim=(0, 1.02),
    )
    ax.legend(fontsize=8)
    return ax


def plot_pit(results: Sequence[Result], ax: Axes) -> Axes:
    """Draw the distribution of the cumulative p(z) at the true redshift; uniform is right."""
    for result in with_probability(results):
        counts, edges = np.histogram(result.test.pit, bins=PIT_BINS, range=(0, 1))
        ax.stairs(
            counts * PIT_BINS / len(result.test),
            edges,
            color=colour(result.label),
            label=_name(result),
        )
    n = len(results[0].test)
    ax.axhspan(*(1 + np.array([-2, 2]) * np.sqrt(PIT_BINS / n)), color=GREY, alpha=0.12, lw=0)
    ax.set(
        xlabel="cumulative p(z) at the true redshift (PIT)",
        ylabel="density of spectra",
        xlim=(0, 1),
        ylim=(0, None),
    )
    ax.legend(fontsize=8)
    return ax


def with_probability(results: Sequence[Result]) -> list[Result]:
    """Return the most trained result of each method that gives probabilities, at each S/N."""
    found: dict[tuple[str, float], Result] = {}
    for r in sorted(results, key=lambda r: r.n_train):
        if r.test.has_probability:
            found[r.label, r.snr] = r
    return list(found.values())


def _name(result: Result) -> str:
    return f"{result.label}, {result.n_train:,}"

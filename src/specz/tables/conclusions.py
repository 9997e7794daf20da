"""The conclusion of each figure: one sentence with its numbers, computed from the same results."""

import math
from collections.abc import Callable, Sequence

from specz import metrics
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.equivariant import Equivariant
from specz.estimators.evidence import GaussianEvidence
from specz.estimators.registry import differences
from specz.experiments.result import Result, SeedGroup, group_seeds
from specz.figures.labels import (
    NO_REMEDY,
    Label,
    by_depth,
    by_limit,
    by_n_train,
    by_noise,
    by_perturbation,
    by_remedy,
    grouped,
    limits,
    methods,
)
from specz.figures.limit import with_probability
from specz.figures.line_snr import fifths, steps_at_equal_line_snr
from specz.metrics.intervals import Interval
from specz.metrics.predictions import WRONG
from specz.study.claims import Claim
from specz.tables.claims import summary

GROSS = 0.01
"""A redshift error, over 1 + z, that no line width explains."""

NOT_UNIFORM = 0.05
"""p-value of the Kolmogorov-Smirnov test below which a uniform distribution is rejected."""


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f}\u00a0%"


def _exact(result: Result) -> str:
    return _percent(metrics.accuracy(result.test).value)


def _by_level(results: Sequence[Result], say: Callable[[list[Result]], str]) -> str:
    """One phrase for each noise level, with the level in brackets."""
    levels = grouped(by_n_train(methods(results)), by_noise)
    return "; ".join(f"{say(group)} ({noise})" for noise, group in levels.items())


def of_size(results: Sequence[Result]) -> str:
    """Accuracy at the smallest and the largest training set of each noise level."""

    def say(group: list[Result]) -> str:
        return f"from {_exact(group[0])} to {_exact(group[-1])}"

    sizes = [r.n_train for r in methods(results)]
    return (
        f"From {min(sizes):,} to {max(sizes):,} training spectra, accuracy goes "
        f"{_by_level(results, say)}."
    )


def of_gap(results: Sequence[Result]) -> str:
    """Overfitting at the smallest and the largest training set of each noise level."""

    def say(group: list[Result]) -> str:
        few, many = (100 * SeedGroup((r,)).gap.value for r in (group[0], group[-1]))
        return f"from {few:.1f} to {many:.1f} points"

    return f"With more data the gap goes {_by_level(results, say)}."


def of_remedies(results: Sequence[Result]) -> str:
    """The best remedy against overfitting at each size, against none."""
    groups, said = group_seeds(methods(results)), []
    for n in dict.fromkeys(group.n_train for group in groups):
        named = {_row(g, by_remedy): g for g in groups if g.n_train == n}
        best = max(named, key=lambda name: named[name].accuracy.value)
        mean, plain = (_percent(named[name].accuracy.value) for name in (best, NO_REMEDY))
        said.append(f"{best} gives {mean}, no remedy {plain} ({n:,} spectra)")
    return f"Best against overfitting: {'; '.join(said)}."


def of_bars(label: Label) -> Callable[[Sequence[Result]], str]:
    """Make the sentence on a ranking: mean accuracy of each row, from best to worst."""

    def say(results: Sequence[Result]) -> str:
        groups = sorted(group_seeds(methods(results)), key=lambda g: -g.accuracy.value)
        named = [f"{_row(g, label)} {_percent(g.accuracy.value)}" for g in groups]
        return f"In their own class: {', '.join(named)}."

    return say


def of_depth(results: Sequence[Result]) -> str:
    """Mean accuracy of each depth, from the deepest."""
    groups = [g for g in group_seeds(methods(results)) if isinstance(g.estimator, CNN)]
    groups.sort(key=lambda g: -getattr(g.estimator, "layers", 0))
    named = [f"{_row(g, by_depth)} {_percent(g.accuracy.value)}" for g in groups]
    return f"In their own class: {', '.join(named)}."


def _row(group: SeedGroup, label: Label) -> str:
    return _name(group.results[0], label)


def _name(result: Result, label: Label) -> str:
    """The first line of a label; the others give sizes."""
    return label(result).partition("\n")[0]


def of_variants(results: Sequence[Result]) -> str:
    """The change of one setting that helps most on validation spectra, and that costs most."""
    first, *others = methods(results)
    gains = {
        differences(r.estimator, first.estimator): metrics.compare(
            r.validation, first.validation
        ).difference
        for r in others
    }
    best, worst = (pick(gains, key=lambda name: gains[name].value) for pick in (max, min))
    return (
        f"The best change of one setting is worth {gains[best].points()} points ({best}), "
        f"the worst {gains[worst].points()} ({worst})."
    )


def of_noise(results: Sequence[Result]) -> str:
    """Accuracy at the least and at the most noise, and the limit there."""
    ordered = sorted(methods(results), key=lambda r: -r.snr)
    least, most = ordered[0], ordered[-1]
    text = (
        f"From {least.noise} to {most.noise} spectra, accuracy goes from {_exact(least)} to "
        f"{_exact(most)}"
    )
    limit = limits(results).get(most.snr)
    return f"{text}; the best possible there is {_exact(limit)}." if limit else f"{text}."


def of_gross_errors(label: Label) -> Callable[[Sequence[Result]], str]:
    """Make the sentence on outliers: the fraction of each result."""

    def say(results: Sequence[Result]) -> str:
        found = {
            _name(r, label): metrics.outlier_fraction(r.test, GROSS).value for r in methods(results)
        }
        low, high = min(found, key=found.__getitem__), max(found, key=found.__getitem__)
        if not found[high]:
            return f"No redshift is off by more than {GROSS:g}."
        return (
            f"Redshifts that are off by more than {GROSS:g}: {_percent(found[low])} ({low}) to "
            f"{_percent(found[high])} ({high})."
        )

    return say


def of_confusion(results: Sequence[Result]) -> str:
    """How many spectra lie on the diagonal at the highest noise level."""
    noisiest = min(methods(results), key=lambda r: r.snr)
    near = _percent(1 - metrics.outlier_fraction(noisiest.test, WRONG).value)
    return f"{noisiest.noise}: {near} of the spectra lie within {WRONG:g} of the diagonal."


def of_line_snr(results: Sequence[Result]) -> str:
    """How much noise changes at equal S/N of Hα, and the accuracy where Hα is weak and strong."""
    levels = sorted((r for r in methods(results) if math.isfinite(r.snr)), key=lambda r: r.snr)
    if not levels:
        return ""  # Hα has no S/N in clean spectra, and the figure is empty
    noisiest = levels[0]
    steps = steps_at_equal_line_snr(levels)
    line, right = fifths(noisiest)
    weak, strong = (f"{_percent(right[i].value)} (S/N of Hα {line[i]:.1f})" for i in (0, -1))
    equal = ""
    if steps:
        largest = max(steps, key=lambda step: abs(step.value)).points()
        equal = "At equal S/N of Hα, accuracy changes from one noise level to the next by at most "
        equal += f"{largest} points. "
    parts = f"by fifths in Hα: {weak} in the weakest, {strong} in the strongest"
    return f"{equal}{noisiest.noise} spectra in their own class, {parts}."


def of_curves(results: Sequence[Result], label: Label) -> str:
    """Accuracy on training and on validation spectra after the last epoch, for each curve."""
    said = []
    for r in results:
        if (curve := r.history) is not None:
            ends = (
                _percent(part[-1]) for part in (curve.train_accuracy, curve.validation_accuracy)
            )
            said.append(f"{_name(r, label)} {' and '.join(ends)}")
    return f"After the last epoch, training and validation spectra: {', '.join(said)}."


def of_efficiency(results: Sequence[Result]) -> str:
    """Accuracy of each method at its largest training set, and the limit."""
    largest = {r.label: r for r in by_n_train(methods(results))}
    ranked = sorted(largest.values(), key=lambda r: -metrics.accuracy(r.test).value)
    named = [f"{r.label} {_exact(r)} ({r.n_train:,} spectra)" for r in ranked]
    ceiling = [f"{_exact(r)} is the best possible" for r in limits(results).values()]
    return f"{'; '.join([*ceiling, *named])}."


def of_relative(results: Sequence[Result]) -> str:
    """Range over noise levels of each method's part of the limit, at its largest training set.

    Methods that are tried at one noise level only are left out, as in the figure.
    """
    ceiling, said = limits(results), []
    for kind in (Equivariant, GaussianEvidence, CNN):
        found = [r for r in by_n_train(methods(results)) if isinstance(r.estimator, kind)]
        largest = {r.snr: r for r in found if r.snr in ceiling}
        parts = [
            metrics.relative_accuracy(r.test, ceiling[r.snr].test).value for r in largest.values()
        ]
        if len(parts) > 1:
            label = found[0].label
            said.append(f"the {label} {min(parts):.3f} to {max(parts):.3f}")
    return f"Over the noise levels, of the limit: {', '.join(said)}."


def of_reliability(results: Sequence[Result]) -> str:
    """Mean of the stated probability and of its truth, for each method at its largest size."""
    named = [
        f"{r.label} states {_percent(float(r.test.p_max.mean()))} and is right in {_exact(r)}"
        for r in with_probability(results)
    ]
    return f"{'; '.join(named)}."


def of_pit(results: Sequence[Result]) -> str:
    """Say for which methods the PIT can be told from a uniform distribution."""
    uniform: dict[bool, list[str]] = {True: [], False: []}
    for r in with_probability(results):
        uniform[metrics.pit_uniformity(r.test) >= NOT_UNIFORM].append(r.label)
    named = {fits: ", ".join(labels) or "no method" for fits, labels in uniform.items()}
    return f"A uniform distribution fits {named[True]}; it is rejected for {named[False]}."


def of_perturbations(results: Sequence[Result]) -> str:
    """Accuracy of the equivariant network as it is, without lines, and without the continuum."""
    found = {by_perturbation(r): r for r in results if isinstance(r.estimator, Equivariant)}
    named = [
        f"{_exact(found[name])} {name}"
        for name in ("as they are", "no continuum", "no lines")
        if name in found
    ]
    return f"Equivariant network, in their own class: {', '.join(named)}."


def of_convergence(results: Sequence[Result]) -> str:
    """The largest change of the limit by a setting of its sum."""
    first, *others = results
    changes: dict[str, Interval] = {
        by_limit(r): metrics.compare(r.test, first.test).difference
        for r in others
        if isinstance(limit := r.estimator, BayesLimit)
        and limit.known_amplitude
        and limit.known_noise
    }
    name = max(changes, key=lambda n: abs(changes[n].value))
    return (
        f"The setting that moves the limit most moves it by {changes[name].points()} points "
        f"({name})."
    )


def of_claim(claim: Claim) -> str:
    """The verdict on a claim and how many of its checks say what, with effects in points."""
    return (
        f"{str(claim.verdict).capitalize()}: of {len(claim.checks)} checks, "
        f"{summary(claim.checks)}."
    )

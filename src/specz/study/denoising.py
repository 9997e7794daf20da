"""Denoising: the experiments of the chapter, and the verdicts on its claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from specz.common import checks
from specz.denoising.experiment import DenoisingExperiment
from specz.denoising.linear import Dictionary, Raw, Wiener
from specz.denoising.networks import ConditionalGAN, UNet
from specz.denoising.posterior_mean import PosteriorMean, PosteriorSample
from specz.denoising.scores import INVENTED, error, read_by
from specz.estimators.base import Estimator, uses_seed
from specz.estimators.cnn import CNN
from specz.estimators.training import TrainingConfig
from specz.experiments.base import N_MAX, SEED_MAX
from specz.experiments.experiment import SNR_MIN, Experiment
from specz.metrics.effects import Effect, Metric, Quantity, effect, holm, quantity
from specz.spectra.perturbations import PERTURBATIONS
from specz.study.claims import Verdict, decide, trainings_needed
from specz.study.settings import tuned
from specz.study.study import VALIDATION_MAX, Study

METHODS = (Raw, Wiener, Dictionary, UNet, ConditionalGAN, PosteriorSample, PosteriorMean)
ORDER = [method.label for method in METHODS]
"""Labels in the order of figures and tables."""

Results = Sequence[Any]
"""Results on denoised spectra: a :class:`~specz.experiments.result.Result` of their predictions."""


@dataclass(frozen=True, kw_only=True)
class Denoising(Study):
    """Notebook ``denoising``: four denoisers and a GAN, beside the posterior mean and a sample.

    Attributes
    ----------
    n_train, n_test : int
        Spectra; a fifth as many as for tests without their lines.
    snr : float
        Of all spectra.
    filters : sequence of int
        Of the levels of the U-Net, which is the generator of the GAN too.
    epochs_denoiser, updates_cnn : int
        Passes of the U-Net and the GAN; least updates of the CNN that reads redshifts.
    prior_seds : sequence of int
        SEDs of the posterior's prior; the others than the first show its convergence.
    shifted : sequence of str
        Perturbations of test spectra that no method was made for.
    seeds : sequence of int
        Of the networks; the other methods and shifted spectra have the first.
    """

    n_train: int
    n_test: int
    snr: float = 1.0
    filters: Sequence[int] = UNet.filters
    epochs_denoiser: int
    updates_cnn: int
    prior_seds: Sequence[int]
    shifted: Sequence[str] = ("no lines",)
    seeds: Sequence[int] = (1,)

    def experiments(self) -> list[DenoisingExperiment]:
        """Each method on the study's spectra, then those that matter without lines."""
        checks.integer("n_test", self.n_test, 1, N_MAX)
        checks.integer("updates_cnn", self.updates_cnn, 0)
        checks.integer("epochs_denoiser", self.epochs_denoiser, 1, 10_000)
        checks.listed("filters", self.filters, checks.integer, 1, 1024, repeats=True)
        checks.finite("snr", self.snr, SNR_MIN)
        checks.listed("seeds", self.seeds, checks.integer, 0, SEED_MAX)
        checks.listed("prior_seds", self.prior_seds, checks.integer, 1, 10_000_000)
        checks.listed("shifted", self.shifted, checks.choice, PERTURBATIONS, empty=True)
        training = replace(UNet().training, epochs=self.epochs_denoiser)
        network = UNet(tuple(self.filters), training)
        gan = ConditionalGAN(tuple(self.filters), training)
        means = [self._experiment(PosteriorMean(seds=n)) for n in self.prior_seds]
        sample = self._experiment(PosteriorSample(seds=self.prior_seds[0]))
        raw, wiener, dictionary, unet, other = (
            self._experiment(e, knn=True) for e in (Raw(), Wiener(), Dictionary(), network, gan)
        )
        reader = tuned(CNN(training=TrainingConfig(1, self.updates_cnn)), self.n_train, self.snr)
        first = [wiener, replace(unet, cnn=reader), other, replace(raw, cnn=reader), sample]
        again = [replace(e, seed=seed) for seed in self.seeds[1:] for e in (unet, other)]
        shown = [
            replace(e, n_test=max(1, self.n_test // 5), knn=False, altered=name)
            for name in self.shifted
            for e in (raw, wiener, unet, other, sample)
        ]
        # The first are those that the main verdict needs.
        return [means[0], *first, *again, *shown, *means[1:], dictionary]

    def opened(self) -> list[Experiment]:
        """The first training of each network, which draws the page's example."""
        trained = [e for e in self.experiments() if isinstance(e.estimator, UNet) and e.knn]
        return [e for e in trained if e.seed == self.seeds[0]]

    def _experiment(self, estimator: Estimator, knn: bool = False) -> DenoisingExperiment:
        return DenoisingExperiment(
            estimator,
            self.n_train,
            self.snr,
            n_validation=min(self.n_test, VALIDATION_MAX) // 2 or 1,
            n_test=self.n_test,
            seed=self.seeds[0] if uses_seed(estimator) else 1,
            knn=knn,
        )


def groups(results: Results, altered: str = "") -> dict[str, list[Any]]:
    """Results of each method on one kind of test spectra, by label; with the first prior only."""
    found: dict[str, list[Any]] = {}
    for result in results:
        if result.experiment.altered == altered:
            same = found.setdefault(result.label, [])
            if not same or uses_seed(result.estimator):
                same.append(result)
    return dict(sorted(found.items(), key=lambda item: ORDER.index(item[0])))


def measured(group: Results, metric: Metric) -> Effect:
    """Score of a method over its trainings, with its interval; NaN if no training has it.

    No score is negative, so no interval goes below zero.
    """
    if not _having(group, metric):
        return Effect(np.nan, np.nan, np.nan, np.nan, 0)
    found = effect((1, _quantity(group, metric)))
    return found._replace(low=max(found.low, 0.0))


def limit_of(results: Results) -> Any:
    """Predictions of the posterior mean with the largest prior, whose error is the MMSE."""
    return groups(results)[PosteriorMean.label][0].test


class DenoisingCheck(NamedTuple):
    """First method minus second in one metric, and whether that is as the claim has it."""

    claim: str
    what: str
    metric: str
    effect: Effect
    verdict: Verdict


CLAIMS = (
    "A GAN recovers features beyond the deconvolution limit.",
    "What it adds is real: no more invented lines than without the discriminator.",
    "Redshifts gain from denoising.",
)
"""The first is a title on a slide, the others what is expected of it, in our words."""


def denoising_checks(results: Results) -> list[DenoisingCheck]:
    """The checks of each claim for which there are results; p-values are adjusted within it."""
    raw, wiener, unet, gan = (e.label for e in (Raw, Wiener, UNet, ConditionalGAN))
    limit, known = error(limit_of(results)), groups(results)
    wanted = (
        (0, (gan, limit), (wiener, limit)),
        (0, (gan, limit), (unet, limit)),
        (1, (gan, INVENTED), (unet, INVENTED)),
        (2, (unet, read_by("knn")), (raw, read_by("knn"))),
        (2, (unet, read_by("knn")), (raw, read_by("noiseless"))),  # the control
        (2, (unet, read_by("cnn")), (raw, read_by("cnn"))),
        (2, (unet, read_by("bayes")), (raw, read_by("bayes"))),
    )
    possible = [w for w in wanted if all(_having(known.get(a, []), m) for a, m in w[1:])]
    found = []
    for claim, text in enumerate(CLAIMS):
        mine = [(first, second) for number, first, second in possible if number == claim]
        effects = [
            effect((1, _quantity(known[a], one)), (-1, _quantity(known[b], other)))
            for (a, one), (b, other) in mine
        ]
        adjusted = holm([each.p_value for each in effects])
        for ((a, one), (b, other)), difference, p in zip(mine, effects, adjusted, strict=True):
            is_open = difference.trainings < trainings_needed(difference)
            verdict = Verdict.UNDECIDED if is_open else decide(difference, one.sign, p)
            name = one.name if one.name == other.name else f"{one.name}; {other.name}"
            found.append(DenoisingCheck(text, f"{a} minus {b}", name, difference, verdict))
    return found


def _quantity(group: Results, metric: Metric) -> Quantity:
    return quantity(_having(group, metric), uses_seed(group[0].estimator), metric)


def _having(group: Results, metric: Metric) -> list[Any]:
    """Predictions of those trainings that have a score: not all readers are asked of all."""
    return [r.test for r in group if np.isfinite(metric.score(r.test)[0])]

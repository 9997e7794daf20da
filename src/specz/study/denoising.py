"""Denoising: the experiments of the chapter, and the verdicts on its claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from specz.common import checks
from specz.denoising.experiment import DenoisingExperiment
from specz.denoising.linear import Dictionary, Raw, Wiener
from specz.denoising.networks import ConditionalGAN, UNet
from specz.denoising.posterior_mean import PosteriorMean, PosteriorSample
from specz.estimators.base import Estimator, uses_seed
from specz.estimators.cnn import CNN
from specz.estimators.training import TrainingConfig
from specz.experiments.base import N_MAX, SEED_MAX
from specz.experiments.experiment import SNR_MIN
from specz.spectra.perturbations import PERTURBATIONS
from specz.study.settings import tuned
from specz.study.study import VALIDATION_MAX, Study

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
        checks.finite("snr", self.snr, SNR_MIN)
        checks.listed("seeds", self.seeds, checks.integer, 0, SEED_MAX)
        checks.listed("prior_seds", self.prior_seds, checks.integer, 1, 10_000_000)
        checks.listed("shifted", self.shifted, checks.choice, PERTURBATIONS, empty=True)
        training = replace(UNet().training, epochs=self.epochs_denoiser)
        network = UNet(tuple(self.filters), training)
        gan = ConditionalGAN(tuple(self.filters), training)
        means = [self._experiment(PosteriorMean(seds=n)) for n in self.prior_seds]
        sample = self._experiment(PosteriorSample(seds=self.prior_seds[0]))
        plain = [self._experiment(e, knn=True) for e in (Raw(), Wiener(), Dictionary())]
        trained = [self._experiment(e, knn=True) for e in (network, gan)]
        reader = tuned(CNN(training=TrainingConfig(1, self.updates_cnn)), self.n_train, self.snr)
        raw, wiener, first, other = (replace(e, cnn=reader) for e in (*plain[:2], *trained))
        shown = [
            replace(e, n_test=max(1, self.n_test // 5), knn=False, altered=name)
            for name in self.shifted
            for e in (plain[0], plain[1], *trained, sample)
        ]
        again = [replace(e, seed=seed) for seed in self.seeds[1:] for e in trained]
        # The first are those that the main verdict needs.
        return [means[0], raw, wiener, first, other, sample, *again, *shown, *means[1:], plain[2]]

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

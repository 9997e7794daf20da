# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-limit)=
#
# # The limit, and how many spectra it takes to reach it
#
# How good can any method be on these spectra, and how many examples does it need? The *Bayes
# limit* is the accuracy of the exact posterior: white noise of known σ, the SEDs of the training
# set as prior, every redshift equally likely. With $m_k(z)$ the spectrum of SED $k$ at redshift
# $z$,
#
# $$
# p(\text{class} \mid x) \propto \sum_k \int_\text{class} \exp\left(
#   \frac{x \cdot m_k(z) - \tfrac12 |m_k(z)|^2}{\sigma^2}\right) \mathrm{d}z .
# $$
#
# No rule can name the right class more often than the one that takes its maximum. Five methods
# are compared with it on the same test spectra:
#
# - the plain network of the study;
# - k-NN;
# - *template fitting*, which scans $\chi^2$ over redshift with principal components as templates,
#   as astronomers do;
# - the *evidence*: the same sum over galaxies in closed form, with a Gaussian distribution of the
#   principal continua and the lines in place of the SEDs themselves;
# - an *equivariant network*, built so that a redshift is a translation in $\ln\lambda$. It
#   correlates a spectrum with the principal continua and the lines at every redshift. It learns
#   only how to combine the results into a probability.

# %% tags=["parameters"]
snr = 1.0
snr_levels = [2.0]
n_train = [2000]
n_train_plain = [1000, 4000]
layers = 3
epochs = 2
min_updates = 80
epochs_equivariant = 1
min_updates_equivariant = 120
n_test = 250
grid = "paper"
seed = 1

# %%
import sys

from IPython.display import Markdown

from specz import figures, tables
from specz.common import paths
from specz.site import interactive
from specz.study import pages
from specz.study.studies import Limit

sys.path.append(str(paths.ROOT))
from benchmarks import plots, speed
from benchmarks import tables as bench_tables

study = Limit.read(globals())
every_level, archived_levels = shown = pages.shown("limit", study)
results = [r for r in every_level if r.snr == snr]
reference = [r for r in archived_levels if r.snr == snr]

# %%
figures.beside(
    "data_efficiency",
    figures.plot_data_efficiency,
    results,
    reference,
    height=4.2,
    says=tables.conclusions.of_efficiency,
)

# %% [markdown]
# ```{figure} figures/data_efficiency.svg
# :name: fig-data-efficiency
# :alt: Accuracy against number of training spectra for five methods, under the Bayes limit.
#
# Exact-class accuracy on test spectra against the number of training spectra, with 95 %
# intervals. The dashed line is the Bayes limit on the same spectra, the band its interval. Methods
# that are given the library start near it; methods that learn everything from examples do not.
# ```

# %% [markdown]
# The equivariant network, the template fit and the evidence are given the library's components; the
# plain network and k-NN have to find them in the spectra. "Training spectra" counts the spectra
# (for the template fit and the evidence, the SEDs) that each method was shown. The {term}`evidence`
# has a closed form and trains nothing. Where it is close to the limit, a network has little left to
# learn.
#
# ## At other noise levels

# %%
figures.beside(
    "part_of_limit",
    figures.plot_relative_accuracy,
    every_level,
    archived_levels,
    height=4.2,
    says=tables.conclusions.of_relative,
)

# %% [markdown]
# ```{figure} figures/part_of_limit.svg
# :name: fig-part-of-limit
# :alt: Accuracy divided by the Bayes limit against signal-to-noise ratio, a line for each method.
#
# Exact-class accuracy divided by that of the Bayes limit on the same test spectra, with 95 %
# intervals from pairs. Each method has its largest training set; the equivariant network is trained
# at the noise level at which it is tested. Dotted: 0.99 of the limit.
# ```
#
# The same in numbers, with 95 % intervals from pairs:

# %%
Markdown(tables.beside(tables.limit_table, every_level, archived_levels))

# %%
Markdown(pages.missing_lines("limit"))

# %% [markdown]
# ## Can the probabilities be trusted?
#
# A survey needs to know which redshifts to keep. Is the probability that a method states true: of
# the spectra to which it gives 80 %, are 80 % right?

# %%
figures.beside(
    "reliability",
    figures.plot_reliability,
    results,
    reference,
    height=4.6,
    says=tables.conclusions.of_reliability,
)

# %% [markdown]
# ```{figure} figures/reliability.svg
# :name: fig-reliability
# :alt: Observed fraction of correct classes against stated probability, for each method.
#
# Fraction of test spectra in their own class against the probability that the method gave to the
# class it named, in ten bins of equally many spectra, with 95 % intervals; each method at its
# largest training set. On the diagonal the probabilities are true; below it the method is
# overconfident, above it underconfident.
# ```

# %%
figures.beside("pit", figures.plot_pit, results, reference, says=tables.conclusions.of_pit)

# %% [markdown]
# ```{figure} figures/pit.svg
# :name: fig-pit
# :alt: Distribution of the probability integral transform for each method, and the uniform one.
#
# Distribution of the cumulative p(z) at the true redshift ({term}`PIT`). Within a class the
# position is drawn at random. True probabilities give a uniform distribution (grey: two standard
# deviations of the counts). A hill means that p(z) is too wide, peaks at both ends that it is too
# narrow, and a slope that it is biased.
# ```

# %%
Markdown(
    tables.beside(
        tables.posterior_table,
        figures.with_probability(every_level),
        figures.with_probability(archived_levels),
    )
)

# %% [markdown]
# "Mean maximum p" should equal the exact-class accuracy. The calibration error is the mean distance
# from the diagonal of {numref}`fig-reliability`; "of sampling alone" is what true probabilities
# would show on this test sample, by bootstrap over its SEDs. "PIT uniform" is the p-value of a
# Kolmogorov-Smirnov test with one spectrum of each SED. The last column is a quality cut: the
# surest spectra are kept as long as 99.9 % of them have |Δz|/(1+z) ≤ 0.003.

# %% [markdown]
# ## And how fast is each?
#
# Redrock is the redshift fitter of DESI, given principal components of the same training SEDs. It
# is not installed with this book, so the methods were timed once, on one machine, each in turn on
# the same spectra.

# %%
timing = speed.read()
figures.draw("speed", plots.plot_speed, timing)

# %% [markdown]
# ```{figure} figures/speed.svg
# :name: fig-speed
# :alt: Exact-class accuracy against spectra per second for each method.
#
# Exact-class accuracy against the spectra classified per second, once a method has been fitted to
# as many spectra as its label says. Faster methods lie to the right.
# ```

# %%
Markdown(
    f"{timing.n_test:,} test spectra at S/N {timing.snr:g}, the fastest of {timing.rounds} rounds; "
    f"recorded at {timing}.\n\n{bench_tables.speed_table(timing)}"
)

# %% [markdown]
# ## Watch it happen
#
# Two networks of {numref}`fig-data-efficiency` run here in your browser, on galaxies of the test
# split: the plain network of the study and the equivariant one. The line below the figure names
# them. Turn the noise up: p(z) widens, splits over wrong redshifts, and fails. Ask for new noise to
# see the effect of chance, or for a failure: a galaxy, a redshift and noise for which the most
# probable redshift is an outlier.
#
# The Bayes posterior is summed over a few hundred of the training SEDs, not thousands, so it is
# coarser at low noise. It is told σ. The networks are not told, and were trained only at the S/N
# where the slider starts. They are underconfident at higher S/N and overconfident at lower.
#
# The weights of the CNN, some megabytes, are loaded when you scroll to the figure. Those of its
# dense layer are rounded to 8 bits, which changes p(z) by far less than new noise does.

# %%
network, cnn = map(shown.of, study.opened())
train, _, _ = network.experiment.samples()
galaxies = interactive.galaxies(train.library)
interactive.save("front", interactive.posterior(None, train, galaxies))
interactive.posterior(network, train, galaxies, cnn)

# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-probing)=
#
# # What the networks look at, and where they fail
#
# A network may be right for the wrong reason, and a simulation is not the sky. So this page removes
# parts of the test spectra, and breaks one assumption at a time. The networks are trained as on the
# other pages, not on altered spectra. The Bayes posterior, with the prior of the training spectra,
# is shown too. On unaltered spectra it is the Bayes limit. On altered spectra its assumptions are
# wrong, as the networks' are. It is then called the *Bayes rule for unperturbed spectra*: it is no
# limit, and a network can exceed it.

# %% tags=["parameters"]
snr = 1.0
n_train = 2000
n_train_plain = 4000
altered = ["no lines", "Brown atlas"]
grids = ["nisp"]
n_probed = 100
layers = 3
epochs = 2
min_updates = 80
epochs_equivariant = 1
min_updates_equivariant = 120
n_test = 250
grid = "paper"
seed = 1

# %%
import numpy as np
from IPython.display import Markdown

from specz import figures, tables
from specz.estimators.equivariant import LogBins, filters_of
from specz.metrics import line_confusion
from specz.study import pages
from specz.study.studies import Probing

study = Probing.read(globals())
results, reference = shown = pages.shown("probing", study)
plain = [r for r in shown.first if not r.experiment.altered and r.experiment.grid == grid]
network = shown.of(*study.opened())

# %% [markdown]
# ## Removing parts of the spectrum, breaking assumptions

# %%
figures.beside(
    "alterations",
    figures.plot_perturbations,
    results,
    reference,
    height=4.6,
    says=tables.conclusions.of_perturbations,
)

# %% [markdown]
# ```{figure} figures/alterations.svg
# :name: fig-alterations
# :alt: Accuracy of three methods on test spectra as they are and altered in several ways.
#
# Exact-class accuracy on the same test galaxies, with 95 % intervals, unaltered and altered:
# without emission lines, on a flat continuum, without one line or doublet, with a wavelength scale
# that is wrong by a pixel, with noise of a kind that the methods do not expect, and with observed
# galaxies in place of simulated ones. On the "nisp" grid, the grism of Euclid (13.4 Å a pixel,
# R = 450), the networks were trained on that grid too. Filled, in the colour of the text: the Bayes
# limit. Open: the Bayes rule for unperturbed spectra, which is no limit.
# ```
#
# The observed galaxies are 69 of the atlas of {cite}`brown2014`, those with Hα in emission. The
# rest frame of that atlas is good to about 2 Å: for 68 % of them, Hα lies between −2.6 and +1.2 Å
# of its wavelength. That alone moves half of the spectra out of their class, for every method.
# Compare the column "±1 class" for them.

# %%
Markdown(tables.beside(tables.perturbations_table, results, reference))

# %% [markdown]
# "Mean maximum p" is the accuracy that a method states. Where it is far above the exact-class
# accuracy, the method is overconfident.
#
# ## What the network has learned
#
# The filters of the equivariant network are given; its first dense layer mixes them. Each mixture
# is a rest-frame template that the network has learned.

# %%
train, _, test = network.experiment.samples()
model = pages.fitted(network).model
edges = LogBins(train.grid, network.estimator.shifts).rest_edges
figures.draw(
    "learned_filters",
    figures.plot_learned_filters,
    filters_of(model),
    np.asarray(model.get_layer("dense_1").kernel),
    0.5 * (edges[1:] + edges[:-1]),
    behind=network,
    size=(7.2, 4.6),
)

# %% [markdown]
# ```{figure} figures/learned_filters.svg
# :name: fig-learned-filters
# :alt: Four rest-frame filters with peaks at emission lines, which are marked.
#
# The four mixtures with the highest peak among the units of the first dense layer, each scaled to
# one, in the rest frame. Dotted lines mark the emission lines.
# ```
#
# ## Which line was taken for which
#
# A method that takes one line for another is wrong by an amount that the two wavelengths fix. The
# table names the pair of lines behind each redshift that is wrong by more than 0.003 (1 + z), where
# a pair explains it to 0.001 in ln(1 + z).

# %%
confused = {r.label: line_confusion.confused_lines(r.test, test.grid) for r in plain}
wrong = {label: found[found != ""] for label, found in confused.items()}
explained = [
    f"{np.count_nonzero(found != line_confusion.UNEXPLAINED)} of {len(found)} ({label})"
    for label, found in wrong.items()
]
Markdown(
    tables.line_confusion_table(plain)
    + f"\n\nWrong redshifts that a pair of lines explains: {', '.join(explained)}. Of redshifts "
    + "that are wrong at random, some pair would explain "
    + f"{100 * line_confusion.explained_by_chance(test.grid):.0f} %. Only the excess is confusion."
)

# %% [markdown]
# ## Failures, one by one

# %%
names = confused[network.label]
failures = np.argsort(np.where(names != "", -network.test.p_max, np.inf))
failures = failures[: min(4, np.count_nonzero(names))]
rows = max(1, len(failures))
figures.draw(
    "failures",
    figures.plot_failures,
    test,
    network.test,
    failures,
    names,
    behind=network,
    rows=rows,
    size=(7.2, 1.9 * rows),
)

# %% [markdown]
# ```{figure} figures/failures.svg
# :name: fig-failures
# :alt: Noisy spectra with the lines where they are, and where the network took them to be.
#
# The wrong redshifts of highest stated probability, of the equivariant network. Grey: the spectrum;
# blue: without its noise. Dotted: emission lines at the true redshift; dashed: at the redshift that
# the network named.
# ```

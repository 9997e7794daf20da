# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-ablation)=
#
# # A network with the shift and the line list built in
#
# In $\ln\lambda$ a redshift is a shift by $\ln(1+z)$. A spectrum $x$ at redshift $z$ is
# $m(\ln\lambda - \ln(1+z))$ plus white noise, so all that it says about $z$ is in its products
# with the rest-frame components $b_r$ at each redshift,
#
# $$
# s_r(z) = \sum_i x_i \, b_r\!\left(\ln\lambda_i - \ln(1+z)\right) .
# $$
#
# In bins of $\ln\lambda$ that is a cross-correlation. One fast Fourier transform per continuum, or
# a short convolution for all lines, gives it at every redshift. The equivariant network computes
# the $s_r$ for the principal continua of the training SEDs and for each emission line; then the
# *same* small network of dense layers turns the $s_r$ at each trial redshift into $\ln p$ there;
# $p$ is summed over each class. Only that small network is learned, and it is the same at every
# redshift. So an example at one redshift teaches it about all others.
#
# What does each part contribute? One is changed at a time:
#
# - *learn filters, do not know library*: the symmetry without the knowledge: filters that start
#   as noise and are learned;
# - *learn filters*: filters that start as the library's components and are trained too;
# - *continua 1*, *continua 12*: the mean continuum and the lines alone, or three times as many
#   continua;
# - *hidden 32*: one dense layer in place of two;
# - *shifts 400*: trial redshifts two classes apart;
# - *CNN*: neither symmetry nor knowledge.

# %% tags=["parameters"]
snr = 1.0
n_train = 1000
layers = 3
epochs = 2
min_updates = 80
epochs_equivariant = 1
min_updates_equivariant = 60
n_test = 250
grid = "paper"
seed = 1

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.estimators.cnn import n_learned
from specz.estimators.registry import differences
from specz.study import pages
from specz.study.studies import Ablation

results, reference = shown = pages.shown("ablation", Ablation.read(globals()))

# %%
figures.beside(
    "ablation",
    figures.plot_variants,
    results,
    reference,
    says=tables.conclusions.of_variants,
)

# %% [markdown]
# ```{figure} figures/ablation.svg
# :name: fig-ablation
# :alt: Validation accuracy of the equivariant network and of variants that lack one part.
#
# Accuracy on validation spectra, with 95 % intervals: the network of the other pages (top, and
# the band), and with one part changed. All have seen the same training spectra.
# ```

# %%
first, *_ = shown.first
train, _, _ = first.experiment.samples()
weights = {
    differences(r.estimator, first.estimator): n_learned(r.estimator.untrained(train))
    for r in figures.methods(shown.first)
}
Markdown(tables.beside(tables.variants_table, results, reference, weights=weights))

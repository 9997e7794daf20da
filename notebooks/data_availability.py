# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-data-availability)=
#
# # Impact of data availability
#
# Does the network get better with more training spectra, and does it overfit less? Training sets
# that are larger than the number of training SEDs hold further copies of the same SEDs at other
# redshifts. Smaller training sets are the first part of larger ones. All networks are tested on the
# same spectra. They have the L2 penalty that tuning chose ([](budget.ipynb)); without a remedy they
# overfit far more ([](overfitting.ipynb)).

# %% tags=["parameters"]
n_train = [1000, 4000]
snr = [float("inf"), 1.0]
layers = 3
epochs = 2
min_updates = 80
n_test = 250
grid = "paper"
seed = 1

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.study import pages
from specz.study.studies import DataAvailability

results, reference = pages.shown("data_availability", DataAvailability.read(globals()))

# %%
figures.beside(
    "accuracy_against_n",
    figures.plot_accuracy_against_n,
    results,
    reference,
    says=tables.conclusions.of_size,
)

# %% [markdown]
# ```{figure} figures/accuracy_against_n.svg
# :name: fig-accuracy-against-n
# :alt: Accuracy against number of training spectra, rising on test spectra, for clean and noisy.
#
# Accuracy on test spectra (filled) and on training spectra (open) against the size of the
# training set, clean and noisy. Bars are 95 % intervals. The study claims that the filled curves
# rise. The distance between open and filled curves is overfitting. Dashed lines are the Bayes limit
# on the test spectra ([](limit.ipynb)). Each network was trained once; on few noisy spectra two
# trainings may differ by more than a bar ([](claims.ipynb) has five of each).
# ```

# %%
figures.beside(
    "gap_against_n",
    figures.plot_gap_against_n,
    results,
    reference,
    says=tables.conclusions.of_gap,
)

# %% [markdown]
# ```{figure} figures/gap_against_n.svg
# :name: fig-gap-against-n
# :alt: Training minus validation accuracy against training size.
#
# The gap between training and validation accuracy, with 95 % intervals. A zero gap means no
# overfitting. [The next page](overfitting.ipynb) compares remedies.
# ```

# %%
Markdown(tables.beside(tables.size_table, results, reference))

# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-budget)=
#
# # One budget of tuning
#
# Tuning one method and not another decides a comparison. So every classifier of [the
# claims](claims.ipynb) gets the same number of settings, trained on the same spectra and compared
# on the same validation spectra, which show other galaxies. The best setting is kept; test spectra
# are not used. Tuning is separate for clean and noisy spectra, and for each depth of network.
#
# A network chooses its remedy against overfitting (dropout, or an L2 penalty on the weights of its
# last layer), its learning rate and its least number of updates. It keeps the weights of its last
# epoch. To keep the best of many epochs instead would let chance decide between a network trained
# for one epoch and one trained for many.

# %% tags=["parameters"]
n_train = 500
snr = [float("inf"), 1.0]
layers = [1, 3]
tried = 2
epochs = 1
min_updates = 20
n_test = 250
grid = "paper"
seed = 1

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.study import pages
from specz.study.profiles import STUDY, profile_study
from specz.study.studies import Budget

here, paper = Budget.read(globals()), profile_study(STUDY, "budget")
results, archived = pages.shown("budget", here)

# %%
figures.draw(
    "budget",
    figures.plot_budget,
    paper,
    archived,
    columns=2,
    size=figures.budget_size(paper),
)

# %% [markdown]
# ```{figure} figures/budget.svg
# :name: fig-budget
# :alt: Validation accuracy of every setting of every method, clean and noisy, one row a setting.
#
# Accuracy on validation spectra of every setting of every method, at the scale of the study, with
# 95 % intervals over galaxies. Filled: the setting that the claims use. A row without a mark has
# not been computed yet.
# ```
#
# ## At the scale of the study

# %%
Markdown(tables.folded(tables.budget_table(paper, archived)))

# %% [markdown]
# Accuracy of the exact class on validation spectra, with 95 % intervals over galaxies; the best of
# each method is bold. Settings that lie within each other's intervals do about equally well; which
# of them is kept is chance and matters little.

# %%
Markdown(f"## Computed here\n\n{tables.budget_table(here, results)}" if results else "")

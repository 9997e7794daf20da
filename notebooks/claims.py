# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-claims)=
#
# # The claims, one by one
#
# What does the study claim, as the talk presents it, and does it hold on these data? Each claim
# is split into checks. A check is a difference of accuracies on test spectra with its 95 %
# interval, and it passes if the whole interval is above zero. The verdict follows: *holds* if
# every check passes, *fails* if none does, *holds in part* otherwise. A claim that fails here is
# printed as failed.

# %% tags=["parameters"]
n_train = [3000, 10000, 16000]
snr = [float("inf"), 1.0]
layers = [1, 2, 3]
snr_levels = [float("inf"), 1.0, 0.5]
methods = ["cnn", "knn", "forest", "linear_svm", "kernel_svm"]
n_train_methods = [16000, 16000, 1000, 1000, 1000]
n_common = 1000
epochs = 3
min_updates = 240
n_test = 1000
grid = "paper"
seeds = [1]

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.experiments.run import run
from specz.study import archive, claims
from specz.study.studies import Claims

assessed = claims.assess(run(Claims.read(globals()).experiments()))
reference = archive.reference("claims")
archived = claims.assess(reference)
tables.save("verdicts", tables.verdicts_table(archived))

# %%
Markdown(tables.both_verdicts_table(assessed, archived))

# %% [markdown]
# "Not tested" means that the results do not cover all that a claim speaks of. For the sixth claim
# a network is taken to be at the limit if it is less than one point of accuracy below it; see
# [](limit.ipynb). Where a method was trained with several seeds, a check takes the mean of the
# trainings; its interval is that of the test spectra.
#
# ## The checks

# %%
figures.draw(
    "claims",
    figures.plot_checks,
    assessed,
    size=(8.4, 0.32 * sum(len(c.checks) for c in assessed) + 1.2),
)

# %% [markdown]
# ```{figure} figures/claims.svg
# :name: fig-claims
# :alt: Differences in accuracy with intervals, one row for each check of each claim.
#
# Every check, computed here: a difference of accuracies in points, as claimed if it is to the
# right of zero. Filled marks pass; open marks do not. The number of training spectra is in
# brackets.
# ```

# %%
Markdown(tables.checks_table(assessed))

# %% [markdown]
# Archived at paper scale:

# %%
Markdown(tables.checks_table(archived))

# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-depth)=
#
# # Impact of the architecture
#
# Does depth help? The talk shows learning curves for one and for three convolutional layers at
# 400,000 training examples. This page trains networks of both depths and of equal width on the same
# spectra in the same order, each with the settings that tuning chose for it ([](budget.ipynb)), and
# the datathon's network too. [The claims](claims.ipynb) compare the depths on noisy spectra and at
# smaller sizes.

# %% tags=["parameters"]
layers = [1, 3]
n_train = 4000
snr = float("inf")
epochs = 2
min_updates = 80
n_train_datathon = 1000
epochs_datathon = 4
n_test = 250
grid = "paper"
seeds = [1]

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.spectra.grid import get_grid
from specz.study import pages
from specz.study.studies import Depth

results, reference = shown = pages.shown("depth", Depth.read(globals()))

# %%
first = [
    r
    for r in figures.methods(shown.archived or shown.own)
    if r.method == "cnn" and r.seed == seeds[0]
]
figures.draw(
    "depth_learning_curves",
    figures.plot_histories,
    first,
    says=tables.conclusions.of_curves(first, figures.by_depth),
    label=figures.by_depth,
    columns=2,
    size=(9, 4.1),
)

# %% [markdown]
# ```{figure} figures/depth_learning_curves.svg
# :name: fig-depth-learning-curves
# :alt: Loss and accuracy against examples seen, one curve for each depth.
#
# Learning curves for each depth on validation (filled) and training (open) spectra. A deeper
# network of this kind has fewer parameters, because each layer halves the length that the dense
# layer sees.
# ```

# %%
figures.beside(
    "depth_accuracy",
    figures.plot_accuracy_bars,
    results,
    reference,
    label=figures.by_depth,
    says=tables.conclusions.of_depth,
)

# %% [markdown]
# ```{figure} figures/depth_accuracy.svg
# :name: fig-depth-accuracy
# :alt: Test accuracy of each depth with intervals.
#
# Accuracy on the same test spectra, with 95 % intervals, one point per training; the number is the
# mean of a row. Note the number of training spectra under each name: the datathon's network is slow
# to train, so it has fewer.
# ```

# %%
Markdown(tables.beside(tables.depth_table, results, reference))

# %% [markdown]
# Two trainings of one network differ by chance: in their initial weights and in the order of the
# examples. Each depth is trained once for each of the `seeds`. The intervals of the means are over
# test spectra; the scatter between trainings stands beside them. `results/summary.csv` names the
# device on which each archived network was trained.

# %%
pixels = get_grid(grid).n_pixels
lines = [
    f"- {name}: {r.estimator.build(pixels).count_params():,} parameters."
    for name, r in {figures.by_depth(r).partition("\n")[0]: r for r in shown.first}.items()
]
Markdown("\n".join([*lines, pages.missing_lines("depth")]))

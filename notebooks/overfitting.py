# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-overfitting)=
#
# # What helps against overfitting
#
# The talk names overfitting as one thing that the study addresses. A network overfits when it
# memorises its training spectra and their noise. The measure is the gap: accuracy on training
# spectra minus that on validation spectra, which show other galaxies. The network is the one before
# tuning, with the weights of its best epoch on validation spectra. Three remedies are compared with
# no remedy, all else equal:
#
# - *dropout*: each step leaves out a random half of the features before the dense layer;
# - *L2*: the sum of the squared weights of the dense layer is added to the loss, here with a factor
#   that was guessed; tuned, a stronger one does far better ([](budget.ipynb));
# - *fresh noise*: an example gets new noise in every epoch. A survey does not have this remedy: it
#   observes each galaxy with one noise. A simulation has it for free.
#
# How much a network learns before it has memorised its training spectra depends on its initial
# weights and on the order of the examples. This matters most for the smallest set, so there each
# network is trained once for each of the `seeds`.

# %% tags=["parameters"]
n_train = [1000]
snr = 1.0
dropout = 0.5
l2 = 1e-4
layers = 3
epochs = 2
min_updates = 80
n_test = 250
grid = "paper"
seeds = [1]

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.study import pages
from specz.study.studies import Overfitting

results, reference = both = pages.shown("overfitting", Overfitting.read(globals()))

# %%
figures.beside(
    "remedies",
    figures.plot_gaps,
    results,
    reference,
    row=0.45,
    label=figures.by_remedy,
    says=tables.conclusions.of_remedies,
)

# %% [markdown]
# ```{figure} figures/remedies.svg
# :name: fig-remedies
# :alt: Accuracy on training and on test spectra for each remedy, joined by a bar.
#
# Accuracy on training (open) and on test spectra (filled), with 95 % intervals; the bar between
# them is overfitting. A remedy helps only if the filled end moves right: it may also close the gap
# by learning less. Bars close to each other are trainings that differ in their seed alone. Ignore
# differences smaller than the scatter between seeds.
# ```

# %%
Markdown(tables.beside(tables.remedies_table, results, reference))

# %% [markdown]
# ## While it learns

# %%
shown = both.archived or both.own
first = shown[0].experiment
shown = [r for r in figures.methods(shown) if (r.n_train, r.seed) == (first.n_train, first.seed)]
figures.draw(
    "remedies_learning_curves",
    figures.plot_histories,
    shown,
    says=tables.conclusions.of_curves(shown, figures.by_remedy),
    label=figures.by_remedy,
    columns=2,
    size=(9, 4.2),
)

# %% [markdown]
# ```{figure} figures/remedies_learning_curves.svg
# :name: fig-remedies-learning-curves
# :alt: Loss and accuracy against examples seen, one curve for each remedy.
#
# Learning curves of the smallest training set, one for each remedy, on validation (filled) and
# training spectra (open), at the scale of the study where that is archived. Where an open curve has
# reached one, the network has memorised its training spectra. Once the training loss is near zero,
# only L2 changes the weights.
# ```
#
# The archived networks of this page were trained with two backends, TensorFlow and JAX, which draw
# different initial weights from one seed; `results/summary.csv` names the device of each
# ([](page-clusters)).

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
# The talk names overfitting as one thing that the study addresses. A network overfits as far as it
# learns its training spectra, their noise included, and not what they have in common with others.
# The measure is the gap: accuracy on training spectra minus that on validation spectra, which show
# other galaxies. Three remedies are held against doing nothing, all else equal:
#
# - *dropout*: half of the features before the dense layer are left out at random in each step;
# - *L2*: the sum of the squared weights of the dense layer is added to the loss, here with a factor
#   that was guessed; tuned, a stronger one does far better ([](budget.ipynb));
# - *fresh noise*: an example gets new noise each time it is seen. That is not a remedy which a
#   survey has, as it knows each galaxy with one noise only; a simulation has it for nothing.
#
# How much a network learns before it knows its training spectra by heart hangs on chance: on its
# first weights and on the order of the examples. So from the smallest set, where that matters most,
# each network is trained once for each of the `seeds`.

# %% tags=["parameters"]
n_train = [3000]
snr = 1.0
dropout = 0.5
l2 = 1e-4
layers = 3
epochs = 3
min_updates = 240
n_test = 1000
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
# them is overfitting. A shorter bar is worth something only if its filled end moves right: a
# remedy may close the gap by learning less. Bars close to each other are trainings that differ in
# their seed alone: what moves the filled end by less than they scatter may be luck.
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
# training spectra (open), at paper scale as soon as that is archived. Where the open curves stand
# at one, the network knows its training spectra by heart. Watch what the filled ones do after that:
# the loss has nothing left to teach, but L2 still pulls at the weights.
# ```

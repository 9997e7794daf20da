# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-network)=
#
# # The network
#
# What is the network, how large is it, and does it learn? The study's classifier is a stack of
# one-dimensional convolutions followed by a dense layer with one output per redshift class.
# What each of these parts does, number by number, is in [](by_hand.ipynb).

# %% tags=["parameters"]
layers = 3
n_train = 4000
snr = float("inf")
epochs = 2
min_updates = 80
n_test = 250
grid = "paper"
seed = 1

# %%
from IPython.display import Markdown

from specz import figures, metrics, tables
from specz.estimators.cnn import DatathonNetwork, layer_table
from specz.spectra.grid import get_grid
from specz.study import pages
from specz.study.studies import Network

result = pages.shown("network", Network.read(globals())).first[0]
model = result.estimator.build(get_grid(grid).n_pixels)
rows = layer_table(model)

# %% [markdown]
# ## Architecture

# %%
figures.draw("architecture", figures.plot_architecture, rows, size=(1.25 * len(rows) + 1, 2.2))

# %% [markdown]
# ```{figure} figures/architecture.svg
# :name: fig-architecture
# :alt: A row of boxes from the spectrum through the convolutions to the classes.
#
# The network, layer by layer, with the shape of each output and the number of parameters, as
# Keras counts them. Each convolution halves the length; almost all parameters are in the dense
# layer. A softmax turns its outputs into $p(\mathrm{class} \mid x)$.
# ```

# %%
datathon = DatathonNetwork().build(get_grid(grid).n_pixels)
Markdown(
    f"The network has {model.count_params():,} parameters. For comparison, the baseline network "
    f"that a co-author of the study published for a datathon in 2023 has "
    f"{datathon.count_params():,}; it appears in [](depth.ipynb)."
)

# %% [markdown]
# ## Training
#
# Training minimises the {term}`cross-entropy` $-\ln p(\mathrm{true\ class} \mid x)$ with
# {term}`Adam`, plus a penalty on the squared weights of the dense layer (L2). The penalty and the
# length of the training were chosen on validation spectra ([](budget.ipynb)), and the weights after
# the last epoch are kept. Spectra are generated whenever they are needed, from the SED, the
# redshift and a seed; an example has the same noise each time.

# %%
figures.draw(
    "learning_curves",
    figures.plot_histories,
    [result],
    says=tables.conclusions.of_curves([result], figures.by_depth),
    label=figures.by_depth,
    columns=2,
    size=(9, 3.6),
)

# %% [markdown]
# ```{figure} figures/learning_curves.svg
# :name: fig-learning-curves
# :alt: Loss falling and accuracy rising with training examples seen.
#
# Loss and accuracy after each {term}`epoch`, on validation spectra (filled) and on an equal number
# of training spectra (open). The distance between the two is overfitting.
# ```

# %%
Markdown(
    f"After {result.history.examples[-1]:,.0f} examples the network puts "
    f"{metrics.accuracy(result.test).percent()} of {len(result.test):,} test spectra into their "
    f"own class, and {metrics.within_one(result.test).percent()} within one class of it. "
    "The brackets are 95 % intervals."
)

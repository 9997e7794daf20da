# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-tuning)=
#
# # How the network was tuned
#
# The study's own settings could not be read here, so the network has ours. How much does the
# accuracy depend on them? One setting is changed at a time: the learning rate, the batch, the
# length of the training, the width, kernel and stride of the convolutions, and whether their
# outputs are normalised over the batch. Settings are chosen on validation spectra. The accuracy on
# test spectra is reported once for each network; nothing is chosen by it. The remedy against
# overfitting is chosen elsewhere: [](budget.ipynb).

# %% tags=["parameters"]
n_train = 1000
snr = float("inf")
learning_rate = [1e-3]
batch = []
updates = []
filters = []
kernel = [16]
stride = []
normalise = [True]
layers = 3
epochs = 2
min_updates = 60
n_test = 250
grid = "paper"
seed = 1

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.estimators.cnn import n_learned
from specz.estimators.registry import differences
from specz.spectra.grid import get_grid
from specz.study import pages
from specz.study.studies import Tuning

results, reference = pages.shown("tuning", Tuning.read(globals()))

# %%
figures.beside(
    "tuning",
    figures.plot_variants,
    results,
    reference,
    says=tables.conclusions.of_variants,
)

# %% [markdown]
# ```{figure} figures/tuning.svg
# :name: fig-tuning
# :alt: Validation accuracy of the network and of variants with one setting changed.
#
# Accuracy on validation spectra, with 95 % intervals, of the network as it is on every other page
# (top, and the band) and with one setting changed. All were trained once, on the same spectra.
# Differences inside the band are not significant.
# ```

# %%
pixels = get_grid(grid).n_pixels
weights = {
    differences(r.estimator, part[0].estimator): n_learned(r.estimator.build(pixels))
    for part in (results, reference)
    for r in part
}
Markdown(tables.beside(tables.variants_table, results, reference, weights=weights))

# %% [markdown]
# The archived networks were trained with two backends, TensorFlow and JAX, which draw different
# initial weights from one seed; `results/summary.csv` names the device of each ([](page-clusters)).

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
# - *L2*: the sum of the squared weights of the dense layer is added to the loss;
# - *fresh noise*: an example gets new noise each time it is seen. That is not a remedy which a
#   survey has, as it knows each galaxy with one noise only; a simulation has it for nothing.

# %% tags=["parameters"]
n_train = [1000, 3000]
snr = 1.0
dropout = 0.5
l2 = 1e-4
layers = 3
epochs = 4
min_updates = 600
n_test = 2000
grid = "paper"
seed = 1

# %%
from IPython.display import Markdown

from specz import archive, figures, metrics, runner, studies, tables

experiments = studies.overfitting(
    n_train, snr, dropout, l2, layers, epochs, min_updates, n_test, grid, seed
)
results = runner.run(experiments)
reference = archive.reference("overfitting")

# %%
figures.beside(
    "remedies_gap", figures.plot_gap_against_n, results, reference, label=figures.by_remedy
)

# %% [markdown]
# ```{figure} figures/remedies_gap.svg
# :name: fig-remedies-gap
# :alt: Training minus validation accuracy against training size, a line for each remedy.
#
# The gap against the size of the training set, with 95 % intervals, one line for each remedy. The
# lower, the less the network has learned of its training spectra alone.
# ```

# %%
figures.beside(
    "remedies_accuracy",
    figures.plot_accuracy_against_n,
    results,
    reference,
    height=4.6,
    label=figures.by_remedy,
)

# %% [markdown]
# ```{figure} figures/remedies_accuracy.svg
# :name: fig-remedies-accuracy
# :alt: Accuracy on test and training spectra against training size, a colour for each remedy.
#
# Accuracy on test spectra (filled) and on training spectra (open). A smaller gap is worth
# something only if the filled line rises: a remedy may close the gap by learning less.
# ```

# %%
rows = []
for group in (results, reference):
    networks = {(r.experiment.n_train, figures.by_remedy(r)): r for r in figures.methods(group)}
    for (n, remedy), r in networks.items():
        plain = networks.get((n, "nothing"))
        gained = metrics.compare(r.test, plain.test).difference.points() if plain else "–"
        rows.append(
            (
                f"{n:,}",
                remedy,
                metrics.accuracy(r.test).percent(),
                gained if plain is not r else "–",
                metrics.accuracy(r.train).percent(),
                metrics.negative_log_likelihood(r.test),
            )
        )
Markdown(
    tables.markdown_table(
        (
            *("training spectra", "remedy", "test: exact class", "against nothing (points)"),
            *("training: exact class", "test: NLL (nats)"),
        ),
        rows,
    )
)

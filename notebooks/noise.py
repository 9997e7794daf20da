# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-noise)=
#
# # Impact of noise
#
# How much does noise cost, and what kind of error does it cause? One network is trained and tested
# at each noise level; the test galaxies are the same at every level. The networks of this page have
# no remedy against overfitting, which would need tuning at every level. The tuned network, which is
# better on noisy spectra, is in [](data_availability.ipynb), at S/N 1.

# %% tags=["parameters"]
snr = [float("inf"), 1.0]
n_train = 4000
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
from specz.study.studies import Noise

results, reference = pages.shown("noise", Noise.read(globals()))

# %%
figures.beside(
    "accuracy_against_snr",
    figures.plot_accuracy_against_snr,
    results,
    reference,
    says=tables.conclusions.of_noise,
)

# %% [markdown]
# ```{figure} figures/accuracy_against_snr.svg
# :name: fig-accuracy-against-snr
# :alt: Accuracy rising with signal-to-noise ratio, clean spectra at the right edge.
#
# Accuracy against the continuum signal-to-noise ratio per pixel, with 95 % intervals. Most spectra
# that miss their class at high S/N are assigned to the next one: their redshift lies near the edge
# between two classes. Lines without marks are the Bayes limit, the best that any method can do
# ([](limit.ipynb)).
# ```

# %%
figures.beside(
    "error_distribution",
    figures.plot_error_distribution,
    results,
    reference,
    label=figures.by_noise,
    says=tables.conclusions.of_gross_errors(figures.by_noise),
)

# %% [markdown]
# ```{figure} figures/error_distribution.svg
# :name: fig-error-distribution
# :alt: Fraction of spectra whose redshift error exceeds a value, for each noise level.
#
# The fraction of test spectra whose redshift error exceeds a value. Dotted lines mark the limits of
# 0.003, 0.01 and 0.15. Noise widens the core of the errors (the steep part on the left) and adds
# {term}`outliers <outlier>` (the flat part).
# ```

# %%
figures.beside(
    "confusion",
    figures.plot_confusion,
    results,
    reference,
    height=5,
    says=tables.conclusions.of_confusion,
)

# %% [markdown]
# ```{figure} figures/confusion.svg
# :name: fig-confusion
# :alt: Predicted against true redshift; spectra on the diagonal, and others all over the square.
#
# Predicted against true redshift at the highest noise level. A spectrum lies on a dotted line if
# one emission line was taken for another. Points that are spread over the whole square are spectra
# in which no line was found.
# ```

# %%
figures.beside(
    "accuracy_by_line_snr",
    figures.plot_accuracy_by_line_snr,
    results,
    reference,
    says=tables.conclusions.of_line_snr,
)

# %% [markdown]
# ```{figure} figures/accuracy_by_line_snr.svg
# :name: fig-accuracy-by-line-snr
# :alt: Accuracy against the signal-to-noise ratio of the Hα line for each noise level.
#
# Accuracy in fifths of the test spectra, ordered by the matched-filter S/N of Hα. If Hα alone
# decided, the curves would lie on one another. Each level has one training, whose scatter the
# intervals leave out.
# ```

# %%
Markdown(tables.beside(tables.noise_table, results, reference))

# %% [markdown]
# The archived networks of this page were trained with two backends, TensorFlow and JAX, which draw
# different initial weights from one seed; `results/summary.csv` names the device of each
# ([](page-clusters)).

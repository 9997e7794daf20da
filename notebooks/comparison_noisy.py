# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-comparison-noisy)=
#
# # Comparison with other classifiers, noisy
#
# The same comparison as in [](comparison_clean.ipynb), at a signal-to-noise ratio of about one
# per pixel, where the continuum is barely visible and the lines carry the redshift.
#
# Not every classifier can handle the whole training set. So each method appears twice: at one
# common size, and at its own, which is printed with it. At the scale of the study its own size is
# the largest set that it can handle in an hour on two cores, training and noisy test spectra
# included. A method that depends on chance, by its initial weights or its trees, is trained on the
# common set once for each of the `seeds`. Every method has the settings that tuning chose for it
# ([](budget.ipynb)).

# %% tags=["parameters"]
snr = 1.0
methods = ["cnn", "knn", "forest", "linear_svm", "kernel_svm"]
n_train = [4000, 4000, 1000, 1000, 1000]
n_common = 1000
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
from specz.study.profiles import STUDY, profile_study
from specz.study.studies import Comparison

study, paper = Comparison.read(globals()), profile_study(STUDY, "comparison_noisy")
results, reference = pages.shown("comparison_noisy", study)
common, own = study.at_common_size(results), study.at_own_size(results)
reference_common, reference_own = paper.at_common_size(reference), paper.at_own_size(reference)

# %% [markdown]
# ## One common training set

# %%
figures.beside(
    "comparison_noisy_common",
    figures.plot_accuracy_bars,
    common,
    reference_common,
    label=figures.by_method,
    says=tables.conclusions.of_bars(figures.by_method),
)

# %% [markdown]
# ```{figure} figures/comparison_noisy_common.svg
# :name: fig-comparison-noisy-common
# :alt: Test accuracy of five classifiers that were trained on one common set.
#
# Accuracy of each classifier on the same noisy test spectra, all trained on the same spectra:
# exact class (filled) and within one class (open), with 95 % intervals. Dashed and dotted lines
# are the Bayes limit of both, the best that any method can do ([](limit.ipynb)).
# ```

# %%
Markdown(tables.beside(tables.comparison_table, common, reference_common))

# %% [markdown]
# [The claims](claims.ipynb) test the differences, also where every method may draw new noise.
#
# ## Each at its own training size

# %%
figures.beside(
    "comparison_noisy_own",
    figures.plot_accuracy_bars,
    own,
    reference_own,
    label=figures.by_method,
    says=tables.conclusions.of_bars(figures.by_method),
)

# %% [markdown]
# ```{figure} figures/comparison_noisy_own.svg
# :name: fig-comparison-noisy-own
# :alt: Test accuracy of five classifiers, each at the training size under its name.
#
# The same test spectra, each classifier trained on the number of spectra under its name.
# ```

# %%
figures.beside(
    "comparison_noisy_errors",
    figures.plot_error_distribution,
    own,
    reference_own,
    label=figures.by_method,
    says=tables.conclusions.of_gross_errors(figures.by_method),
)

# %% [markdown]
# ```{figure} figures/comparison_noisy_errors.svg
# :name: fig-comparison-noisy-errors
# :alt: Fraction of spectra whose redshift error exceeds a value, for each classifier.
#
# The fraction of test spectra whose redshift error exceeds a value, each classifier at its own
# training size. Lower is better; a flat part counts {term}`outliers <outlier>`.
# ```

# %%
Markdown(tables.beside(tables.comparison_table, own, reference_own))

# %% [markdown]
# "CNN better by" is the difference in exact-class accuracy on the same spectra, with the p-value
# of McNemar's test. For several trainings the table gives the mean, the interval over test spectra,
# and the largest p over all pairs of trainings; the figure of the common set shows the scatter
# between trainings. Seconds were measured while other programs ran; they are no benchmark.

# %%
Markdown(pages.missing_lines("comparison_noisy"))

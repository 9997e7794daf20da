# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Comparison with other classifiers, clean
#
# How does the network compare with the classifiers that were popular before it, when there is no
# noise? The talk names support vector machines and random forests; k nearest neighbours is the
# usual third.
#
# A classifier that can't take the whole training set is given what it can take, and the size
# is printed with it. So each method appears twice: at one common size, and at its own.

# %% tags=["parameters"]
snr = float("inf")
methods = ["cnn", "knn", "forest", "linear_svm", "kernel_svm"]
n_train = [24000, 24000, 2000, 2000, 2000]
n_common = 1000
layers = 3
epochs = 4
min_updates = 600
n_test = 2000
grid = "paper"
seed = 1

# %%
from IPython.display import Markdown

from specz import figures, metrics, runner, studies

experiments = studies.comparison(
    snr, methods, n_train, n_common, layers, epochs, min_updates, n_test, grid, seed
)
results = runner.run(experiments)
common, own = results[: len(methods)], results[len(methods) :]
names = [f"{r.experiment.estimator.label}\n{r.experiment.n_train:,} spectra" for r in results]

# %%
fig, axes = figures.subplots(2, 1, size=(7.2, 8))
figures.plot_accuracy_bars(common, names[: len(methods)], axes[0, 0])
figures.plot_accuracy_bars(own, names[len(methods) :], axes[1, 0])
figures.save(fig, "comparison_clean_accuracy")

# %% [markdown]
# ```{figure} figures/comparison_clean_accuracy.svg
# :name: fig-comparison-clean-accuracy
# :alt: Test accuracy of five classifiers at one common training size and at their own.
#
# Accuracy of each classifier on the same clean test spectra: exact class (filled) and within
# one class (open), with 95 % intervals. Top: all trained on one common set. Bottom: each at the
# training size under its name.
# ```

# %%
fig, axes = figures.subplots()
figures.plot_error_distribution(own, names[len(methods) :], axes[0, 0])
figures.save(fig, "comparison_clean_errors")

# %% [markdown]
# ```{figure} figures/comparison_clean_errors.svg
# :name: fig-comparison-clean-errors
# :alt: Fraction of spectra whose redshift error exceeds a value, for each classifier.
#
# The fraction of test spectra whose redshift is off by more than a value, each classifier at
# its own training size. The lower the curve, the better; a flat part counts redshifts that are
# wrong altogether.
# ```

# %%
rows = []
for r in results:
    reference = (common if r in common else own)[methods.index("cnn")]
    versus = metrics.compare(reference.test, r.test)
    against = (
        "–"
        if r is reference
        else f"{100 * versus.difference.value:+.1f} (p = {versus.p_value:.1g})"
    )
    rows.append(
        f"| {r.experiment.estimator.label} | {r.experiment.n_train:,} "
        f"| {metrics.accuracy(r.test).percent()} | {metrics.within_one(r.test).percent()} "
        f"| {metrics.outlier_fraction(r.test, 0.003).percent()} | {against} "
        f"| {r.manifest['fit_seconds']:.0f} | {r.manifest['test_spectra_per_second']:,.0f} |"
    )
Markdown(
    "| method | training spectra | exact class | ±1 class | outliers beyond 0.003 "
    "| CNN better by (points) | fit (s) | spectra/s |\n|---|---|---|---|---|---|---|---|\n"
    + "\n".join(rows)
)

# %% [markdown]
# "CNN better by" is the difference in exact-class accuracy on the same spectra, with the
# probability that McNemar's test gives to a difference as large by chance. The CNN is the one
# trained on the common set for the first rows, the one at its own size for the rest. Seconds
# are of the machine that made this page; they rank the methods and are no benchmark.

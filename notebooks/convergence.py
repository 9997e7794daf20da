# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-convergence)=
#
# # Is the limit the limit?
#
# Every page compares methods with the [Bayes limit](#page-limit), so it must be right. It is a sum
# over SEDs, each made of principal continua and lines, at steps in redshift. This page changes each
# of these: if the limit has converged, more SEDs, continua or steps change nothing. The case of a
# single line has an analytic result, and the limit is compared with it.

# %% tags=["parameters"]
snr = 1.0
n_seds = [2000, 500]
continua = [4]
resolution = [2.0]
n_test = 200
grid = "paper"
seed = 1

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.estimators import cramer_rao
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.study import pages
from specz.study.studies import Convergence

results, reference = pages.shown("convergence", Convergence.read(globals()))

# %%
figures.beside(
    "convergence",
    figures.plot_convergence,
    results,
    reference,
    says=tables.conclusions.of_convergence,
)

# %% [markdown]
# ```{figure} figures/convergence.svg
# :name: fig-convergence
# :alt: Change of the limit's accuracy when SEDs, continua, steps or knowledge are taken away.
#
# Change of the exact-class accuracy on the same test spectra, with 95 % paired intervals. Zero is
# the first row of the table below. The limit of the other pages has 10,000 SEDs, 16 principal
# continua and, at S/N 1, 8 redshifts per class. Rows change the number of SEDs, the continua or the
# redshifts per class ("resolution"). In the last rows the mean flux ("amplitude") or the noise
# level is unknown and integrated over.
# ```

# %%
Markdown(tables.beside(tables.convergence_table, results, reference))

# %% [markdown]
# For a correct posterior, "exact class" and "mean maximum p" agree within the sampling error.
#
# ## A single line: the analytic result
#
# For one Gaussian line of flux $F$ and width $\sigma_\lambda$ at $\lambda_0(1+z)$, in white noise
# $\sigma$ a pixel of width $\Delta$, the Fisher information gives the bound of Cramér and Rao,
#
# $$
# \sigma_z \ge \frac{\sigma}{F \lambda_0} \sqrt{4\sqrt{\pi}\, \sigma_\lambda^3\, \Delta} .
# $$
#
# The code of the limit is given a flat continuum with Hα alone (rest-frame equivalent width 40 Å,
# widened to 1000 km/s so that the pixels resolve it). It finds the redshift of noisy spectra at the
# maximum of the likelihood between redshift 1 and 1.8, whatever the noise.

# %%
line = cramer_rao.one_line(build_library(LibraryConfig()), 40.0, 1000.0)
levels = [0.5, 1.0, 2.0, 5.0, 10.0]
wanted = [(line, 1.4, level, get_grid(grid)) for level in levels]
bounds = [cramer_rao.bound(*one) for one in wanted]
errors = [cramer_rao.errors(*one, n=400, seed=seed) for one in wanted]
figures.draw("cramer_rao", figures.plot_cramer_rao, levels, bounds, errors)

# %% [markdown]
# ```{figure} figures/cramer_rao.svg
# :name: fig-cramer-rao
# :alt: Scatter of redshifts from a single line: on the bound at high S/N, far above it at low S/N.
#
# Standard deviation of the redshift at the likelihood's maximum over 400 draws of the noise, with
# 95 % intervals, and the bound (dashed). At high S/N the two agree. At low S/N the highest peak is
# often a noise peak. The bound describes small errors only, so the scatter rises above it, towards
# that of redshifts drawn at random from the range of the search (dotted).
# ```

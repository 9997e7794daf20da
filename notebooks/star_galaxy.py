# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-star-galaxy)=
#
# # Stars and galaxies
#
# A faint galaxy behind the atmosphere looks like a star. Can a network tell them apart from the
# pixels, better than the measurements that astronomers use?
#
# The talk shows the network of {cite:t}`kim2016`: its slide "CNN: Star-galaxy Classification" has
# the table of layers below. The text has no number from its figures, so this page tests none. It
# tests a sentence of the talk's discussion, *Deep Learning "always" achieves state-of-art
# performance*: is the network at least as good as the best classical method, on the same stamps?
#
# Four methods classify the same simulated stamps, 44 × 44 pixels in five bands:
#
# - the **network** of the slide, or at quick settings a narrow one with the same layers;
# - a **forest with Δχ²**, the fair baseline: a random forest on moments, aperture fluxes and the
#   difference in χ² between the best star and the best galaxy of a bank of templates;
# - a **forest on moments**, the same without Δχ²: a baseline that is easy to beat;
# - the **Bayes rule**, the limit. It sums the likelihood over templates of the population that the
#   stamps are drawn from. No method can have a higher {abbr}`AUC (area under the curve of galaxies
#   found against stars mistaken for one)`.

# %% tags=["parameters"]
n_train = 6000
n_test = 250
filters = 8
dense = 512
epochs = 2
min_updates = 200
templates = [256, 64]
shifted = ["worse seeing"]
seeds = [1]

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.images.networks import StampNetwork
from specz.images.stamps import Population, draw_stamps
from specz.study import pages
from specz.study.studies import StarGalaxy

results, reference = pages.shown("star_galaxy", StarGalaxy.read(globals()))

# %% [markdown]
# ## The verdict
#
# The AUC decides. The claim holds where the network is no worse than a forest by a point (0.01).
# The last rows give the distance to the limit. Differences are paired, in points, with 95 %
# intervals over stamps and, where there are several, over trainings. One training per method
# leaves a check undecided; so do fewer than five if the difference is below two points.

# %%
shown = reference or results
Markdown(tables.of_star_claim(shown) + "\n\n" + tables.star_checks_table(shown))

# %%
Markdown(tables.beside(tables.star_table, results, reference))

# %% [markdown]
# "Right class" cuts at a probability of one half. "Mean maximum p" is the mean probability of the
# class that was named: it equals the fraction right if the probabilities are true, and for the
# Bayes rule it must, within the sampling error. Its other rows have fewer templates: the limit has
# converged if they agree with the first.
#
# ## The stamps

# %%
stamps = draw_stamps(Population(), "test", 400, 1)
figures.draw("stamps", figures.plot_stamps, stamps, 6, rows=2, columns=6, size=(7.2, 2.9))

# %% [markdown]
# ```{figure} figures/stamps.svg
# :name: fig-stamps
# :alt: Six stars above six galaxies, from faint to bright; the faint ones look alike.
#
# Stars (above) and galaxies (below) of like S/N: the sum of the five bands, each weighted by its
# S/N. The S/N is that of a fit with the true profile to all bands.
# ```
#
# Half of the objects are stars, each the point spread function alone: a round Moffat profile whose
# width, the seeing, differs from stamp to stamp and is not told. Galaxies are elliptical Sérsic
# profiles behind the same. The centre is anywhere within a pixel, the noise white. **Colours tell
# nothing**: all objects have the same, so that only the shape counts.
#
# ## Where does it matter?

# %%
figures.beside(
    "star_purity",
    figures.plot_purity_by_snr,
    results,
    reference,
    says=tables.of_purity,
)

# %% [markdown]
# ```{figure} figures/star_purity.svg
# :name: fig-star-purity
# :alt: Purity of a sample of galaxies against signal-to-noise ratio for each method.
#
# Purity of a sample of galaxies that holds 96 % of them, in fifths of the stamps by S/N, with 95 %
# intervals. The cut is set in each fifth. A sample of all stamps has a purity of one half. Bright
# stamps do not help as much as one may think: the last galaxies of the 96 % are so small that they
# look like stars at any S/N.
# ```

# %%
figures.beside(
    "star_calibration",
    figures.plot_calibration_by_snr,
    results,
    reference,
    says=tables.of_calibration,
)

# %% [markdown]
# ```{figure} figures/star_calibration.svg
# :name: fig-star-calibration
# :alt: Stated probability minus fraction right against signal-to-noise ratio for each method.
#
# Mean probability of the class that was named, minus the fraction in which it is right, in
# percentage points, with 95 % intervals. Above zero a method is overconfident. Each forest and
# network was calibrated on validation stamps of all S/N together.
# ```
#
# ## Another seeing, another PSF

# %%
figures.beside("star_shifted", figures.plot_shifted, results, reference, says=tables.of_shifts)

# %% [markdown]
# ```{figure} figures/star_shifted.svg
# :name: fig-star-shifted
# :alt: AUC of each method on test stamps like those it was trained on, and on others.
#
# AUC on test stamps like the training stamps, and on others: in worse seeing than any of them, or
# behind a PSF with wider wings, β = 2 in place of 3. All methods know only the first population; on
# others the Bayes rule is no limit.
# ```
#
# ## The network
#
# The table on the slide, with the number of parameters that Keras counts. The first layer has no
# padding there, and none here; with one the count would be the same. Leaky units have a slope of
# 0.01 below zero, which the slide does not print.

# %%
Markdown(tables.layers_table(StampNetwork()))

# %% [markdown]
# ## A toy?
#
# - With a known point spread function, bright objects, or a forest without Δχ² as the baseline,
#   the network would only have to find what a fit finds, or to beat a straw man.
# - Here the seeing is unknown, most objects are faint, and the limit is computed: what a network
#   can gain over the fair baseline is known before any is trained.
# - It is still a simulation. Real stamps have neighbours, artefacts and colours, a point spread
#   function known from other stars, and far fewer galaxies than stars at the bright end.

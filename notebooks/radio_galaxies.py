# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-radio-galaxies)=
#
# # Radio galaxies and rotation
#
# A galaxy has no upright position. Does a network that knows this need fewer galaxies to learn
# from?
#
# The talk names {cite:t}`aniyan2017` in a list, beside the rotation-invariant networks of
# {cite:t}`dieleman2015` and {cite:t}`cabrera2017`; the slides have no number on them. So this page
# tests a sentence of the talk's discussion, *Deep Learning "always" achieves state-of-art
# performance*, and the idea behind those networks: that rotation built in saves data.
#
# Five methods name the class of the same real sources of the FIRST survey {cite}`becker1995`, as
# one of FR I, FR II, compact and bent:
#
# - the **Fanaroff–Riley ratio**, the distance between the brightest spots on either side over the
#   extent of the source {cite}`fanaroff1974`, with the extent, in a random forest: thresholds that
#   are learned, not set at one half;
# - a **shape forest**, the fair baseline: a random forest on fifteen measurements;
# - a **plain CNN** of four convolutions;
# - the same **CNN with rotated copies**: every epoch turns and flips the training images at random;
# - the **CNN averaged over rotations**: it sees each image in the eight positions of the square,
#   with the same weights, and averages inside, so that its answer can't depend on them.

# %% tags=["parameters"]
n_train = [400]
folds = 1
updates = 100
updates_copies = 150
updates_averaged = 30
catalogues = []
turned = []

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.study import pages
from specz.study.studies import RadioGalaxies

study = RadioGalaxies.read(globals())
results, reference = pages.shown("radio_galaxies", study)
shown = reference or results
lacks = study.lacks()
Markdown(f"*Only archived numbers are shown here: {lacks}.*" if lacks else "*The images are here.*")

# %% [markdown]
# ## The verdict
#
# The fraction right decides, over five folds: each source is tested once, by a training that saw
# none of the sources within 4.5 arcmin of it. Differences are paired, in points. Their 95 %
# intervals hold both sources of chance, the sources and the scatter between folds, each a training
# of its own; p-values are adjusted together (Holm). The last rows are about data: a network with
# rotation and few sources against the plain one with all.

# %%
Markdown(tables.of_radio_claim(shown) + "\n\n" + tables.radio_checks_table(shown))

# %%
Markdown(tables.beside(tables.radio_table, results, reference))

# %% [markdown]
# Precision is the fraction right of the sources that a method names so. {cite:t}`aniyan2017` print
# 95 % for bent, 91 % for FR I and 75 % for FR II, on other sources: not a number to compare with.
# "Training minus validation" is the accuracy at the end of training, in points: a network far above
# zero has overfitted.
#
# ## The sources

# %%
at_hand = not study.lacks()
figures.draw(
    "radio_sources", figures.plot_radio_sources, at_hand, rows=4, columns=6, size=(7.2, 5.2)
)

# %% [markdown]
# ```{figure} figures/radio_sources.svg
# :name: fig-radio-sources
# :alt: Six sources of each of the four classes, as the networks see them.
#
# Sources of each class, as the methods see them: the middle 4.3 arcmin, in pixels of 5.4 arcsec,
# the root of the brightness. Panels are empty where the page was made without the images.
# ```
#
# The 2,158 images are those of the package `firstgalaxydata` 0.2.1 (MIT; {cite:t}`griese2023`).
# `python scripts/fetch_radio_galaxies.py` fetches it and checks its digest. The images are of the
# FIRST project team, R. J. Becker, D. J. Helfand, R. L. White, M. D. Gregg and S. A.
# Laurent-Muehleisen, copyright 1994, University of California, for scholarly, educational and
# private non-commercial use: this repository has none of them, and the page is drawn from archived
# answers without them. In the images, what lies below three standard deviations of the noise is
# zero.

# %%
Markdown(
    "**The class nearly follows the catalogue.** A rule that reads only which of the six "
    "catalogues a source is from, and names its commonest class, is right in "
    f"{100 * tables.catalogue_rule(shown):.0f} %. A network could learn a catalogue's habits in "
    "place of shapes; hence the test across catalogues below."
)

# %% [markdown]
# ## How much data does rotation save?

# %%
figures.beside("radio_size", figures.plot_radio_size, results, reference, says=tables.of_radio_size)

# %% [markdown]
# ```{figure} figures/radio_size.svg
# :name: fig-radio-size
# :alt: Fraction right against the number of training sources for a forest and three networks.
#
# Fraction right against the number of training sources of a fold, with 95 % intervals over sources
# and folds. The measurements of the forest do not change when an image is turned, apart from its
# pixels: it has the symmetry from the start.
# ```
#
# ## Which classes?

# %%
figures.beside(
    "radio_precision",
    figures.plot_radio_precision,
    results,
    reference,
    height=4.4,
    says=tables.of_radio_precision,
)

# %% [markdown]
# ```{figure} figures/radio_precision.svg
# :name: fig-radio-precision
# :alt: Precision of each class for each method.
#
# Fraction right of the sources that a method names so, with 95 % intervals over sources.
# ```
#
# ## Another catalogue

# %%
figures.beside(
    "radio_across",
    figures.plot_radio_across,
    results,
    reference,
    height=4.8,
    says=tables.of_radio_across,
)

# %% [markdown]
# ```{figure} figures/radio_across.svg
# :name: fig-radio-across
# :alt: Fraction right on a catalogue that training saw in part and on one that it never saw.
#
# Fraction right on the sources of a catalogue. "In the folds": training had other sources of it.
# "Never seen": training had the other five catalogues only. One training each; 95 % intervals over
# sources. All sources of the catalogue of Proctor are bent.
# ```
#
# ## Turned images

# %%
figures.beside(
    "radio_turned",
    figures.plot_radio_turned,
    results,
    reference,
    says=tables.of_radio_turned,
)

# %% [markdown]
# ```{figure} figures/radio_turned.svg
# :name: fig-radio-turned
# :alt: How often a network names another class when the test image is turned.
#
# Test sources for which a network names another class when the image is turned, with 95 % intervals
# over sources. By 90° it is the average inside that makes zero sure; 45° is none of the eight
# positions.
# ```
#
# ## What was tried
#
# Settings were chosen on the validation sources of the first fold: 400 and 800 steps of training
# for the plain network and penalties of 0.001 and 0.003; 800 and 1,200 steps with copies; 150 and
# 300 for the averaged network, of which a step costs about five times as much; pixels of 3.6 and
# 5.4 arcsec. Training ends with its schedule, so that no accident of few validation sources chooses
# an epoch. The forests choose among leaves of 1, 3 and 10 sources in each fold. That is less tuning
# than on the [pages on redshifts](page-budget), for all methods.
#
# ## A toy?
#
# - With one catalogue, copies of a source in training and test, or only FR I against FR II, the
#   answer could be known from the catalogue, from memory, or from one ratio.
# - Here images are real, all sources of one image fall into one part, the baseline has the symmetry
#   too, and whole catalogues are held out.
# - A ceiling is not known: classes are opinions, and the package holds each source once, so how far
#   catalogues agree can't be counted. Fewer than 2,200 sources are not a survey's millions.

# %%
left = pages.missing_lines("radio_galaxies")
Markdown(tables.folded(left, "Not archived yet") if left else "*All of this is archived.*")

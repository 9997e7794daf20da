# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-data)=
#
# # From templates to noisy spectra
#
# What does a network see, and where does it come from? The study made its spectra from 13,000
# clean rest-frame profiles that are not public. This page builds 13,000 of our own from the
# 31 galaxy templates from which those profiles very likely derive. It shows each step from the
# templates to the pixels that a network is given. [](assumptions.md) lists every step that is
# assumed, not measured.

# %% tags=["parameters"]
snr = [float("inf"), 5.0, 2.0, 1.0, 0.5]
n_train = 4000
grid = "paper"
seed = 1

# %%
from dataclasses import fields

import numpy as np
from IPython.display import Markdown

from specz import figures
from specz.site import interactive
from specz.spectra.grid import CLASSES, get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.noise import White
from specz.spectra.observe import halpha_snr
from specz.spectra.sample import draw_sample
from specz.spectra.templates import load_templates

pixels = get_grid(grid)
templates = load_templates()
library = build_library(LibraryConfig())
train = draw_sample(library, "train", n_train, White(snr[-1]), pixels, seed)

# %% [markdown]
# ## Templates
#
# The continua are the 31 templates of the COSMOS photometric redshifts
# {cite}`polletta2007,bruzual2003,ilbert2009`, from red ellipticals to blue starbursts: models
# built to match galaxies, not observed spectra. They have no emission lines.

# %%
figures.draw("templates", figures.plot_templates, templates)

# %% [markdown]
# ```{figure} figures/templates.svg
# :name: fig-templates
# :alt: Flux against rest-frame wavelength for 31 templates, the bluest rising steeply below 4500 Å.
#
# The 31 template continua, scaled at 6500 Å, from ellipticals (dark) to starbursts (light).
# The break near 4000 Å fades along the sequence and the blue continuum rises.
# ```
#
# ## SEDs
#
# A spectral energy distribution (SED) is a template mixed with its neighbour in the sequence,
# reddened by dust {cite}`calzetti2000`, and given emission lines whose ratios follow
# {cite:t}`ilbert2009`. The equivalent width of Hα is drawn at random; it stands in for the
# Hα selection of the study's catalogue.

# %%
shown = np.argsort(library.position)[[600, 4500, 8500, 12000]]
figures.draw("seds", figures.plot_seds, library, shown, rows=4, size=(7.2, 6.4))

# %% [markdown]
# ```{figure} figures/seds.svg
# :name: fig-seds
# :alt: Four rest-frame spectra with emission lines at Hβ, [O III], Hα and [S II].
#
# Four of the SEDs at redshift 0, with their recipe. Hα with [N II] is the strongest line
# everywhere; [O III] and Hβ are weaker and more reddened. [O II] enters the observed range only
# beyond the redshifts of the study.
# ```
#
# What the library assumes, as the code has it:

# %%
Markdown(
    "| assumption | value |\n|---|---|\n"
    + "\n".join(
        f"| `{field.name}` | {getattr(library.config, field.name):g} |"
        for field in fields(library.config)
    )
)

# %% [markdown]
# Units and meaning of each are in [](assumptions.md) and in the documentation of
# `LibraryConfig`: equivalent widths in Å, velocities in km/s, E(B−V) in magnitudes.
#
# ## The split
#
# The SEDs are split before any copy is made: two copies of one SED at different redshifts
# never sit on both sides.

# %%
figures.draw("splits", figures.plot_splits, library, columns=3, size=(9, 3.2))

# %% [markdown]
# ```{figure} figures/splits.svg
# :name: fig-splits
# :alt: Three histograms in which training, validation and test curves lie on one another.
#
# Properties of the SEDs in the three splits. The curves agree within their counting noise:
# a difference between training and test accuracy is not caused by different populations.
# ```
#
# ## Redshift and pixels
#
# Light emitted at $\lambda$ arrives at $\lambda (1 + z)$. The flux is integrated over each
# pixel of the observed grid, so no flux is lost and none is interpolated.

# %%
blue = int(np.argsort(library.position)[9500])
redshifts = [1.0, 1.2, 1.4, 1.6, 1.79]
figures.draw(
    "redshifting", figures.plot_redshifting, library, blue, redshifts, pixels, size=(7.2, 5)
)

# %% [markdown]
# ```{figure} figures/redshifting.svg
# :name: fig-redshifting
# :alt: The same spectrum at five redshifts, its lines moving to the right as redshift grows.
#
# One SED at five redshifts. The lines move right by the same factor: [O III] is missing
# below $z \approx 1.2$, where it falls short of the grid, and Hα is always there.
# ```
#
# Move the redshift yourself, beyond the study's range too. Then take Hα for another line: dashes
# show where the others would have to be. A redshift from one line alone can be wrong in this way.
# The spectrum is computed in your browser as the package computes it.

# %%
interactive.redshift(library, shown, pixels)

# %% [markdown]
# ## Noise
#
# White Gaussian noise of standard deviation (mean flux)/(S/N) is added to every pixel.

# %%
samples = [draw_sample(library, "test", 50, White(level), pixels, seed) for level in snr]
example = 7
figures.draw(
    "noise_levels",
    figures.plot_noise_levels,
    samples,
    example,
    rows=len(snr),
    size=(7.2, 1.6 * len(snr)),
)

# %% [markdown]
# ```{figure} figures/noise_levels.svg
# :name: fig-noise-levels
# :alt: The same spectrum in panels of growing noise; the Hα line stays visible longest.
#
# One test spectrum at each noise level, with the same noise pattern rescaled. The dotted line
# marks Hα. At S/N 1 the continuum is lost in the noise, but Hα stands out.
# ```

# %%
rows = []
noisy = [sample for sample in samples if np.isfinite(sample.snr)]
for sample in noisy:
    line = halpha_snr(library, train.sed[:2000], train.z[:2000], pixels, sample.noise)
    low, middle, high = np.quantile(line, [0.16, 0.5, 0.84])
    rows.append(f"| {sample.snr:g} | {middle:.1f} | {low:.1f}–{high:.1f} |")
Markdown(
    "| continuum S/N per pixel | median S/N of Hα | 68 % of the galaxies |\n|---|---|---|\n"
    + "\n".join(rows)
)

# %% [markdown]
# The table gives the signal-to-noise ratio of Hα alone at each noise level above, for a
# {term}`matched filter`: the line's known profile, multiplied by the spectrum and summed.
#
# ## Classes
#
# The redshift range is cut into classes, and finding the redshift becomes naming the class.

# %%
figures.draw("classes", figures.plot_class_counts, train, size=(7.2, 3.2))
Markdown(
    f"{CLASSES.n} classes of $\\Delta z = {CLASSES.width:g}$ between {CLASSES.z_min:g} and "
    f"{CLASSES.z_max:g}; the {len(train):,} training spectra put "
    f"{len(train) / CLASSES.n:.0f} into each on average."
)

# %% [markdown]
# ```{figure} figures/classes.svg
# :name: fig-classes
# :alt: A flat histogram of training spectra over redshift classes.
#
# Training spectra per class. Redshifts are uniform and continuous, so the counts scatter as
# Poisson counts do, and a redshift can lie anywhere within its class.
# ```

# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-real-spectra)=
#
# # Real galaxies
#
# The library is simulated. Does `specz predict` find the redshift of a real galaxy? No public
# spectrum of Euclid is small enough to travel with this book, so five galaxies of other surveys
# are taken, whose redshifts are published: three of MaNGA {cite}`bundy2015` and two of DESI
# {cite}`desi2024`, with the noise that the surveys give for each pixel. All are nearer than the
# window. A redshift multiplies every wavelength by the same number, so theirs are multiplied by
# $(1+z)/(1+z_\mathrm{published})$, and the spectrum is that of the same galaxy at $z$. Four
# neighbouring pixels are averaged, which makes them about as wide as those of Euclid's grism. Some
# trials add white noise, down to a S/N of a pixel; one redshift lies beyond the window on purpose.
#
# What this does not test: galaxies of this brightness are not those that Euclid sees at $z > 1$,
# and the noise of a grism has more than these two sources.

# %% tags=["parameters"]
z = [1.2, 1.6, 1.9]
snr = [float("inf"), 2.0]
seed = 1

# %%
import numpy as np
from IPython.display import Markdown

from specz import figures, tables
from specz.own import drop, predict, real
from specz.site import interactive
from specz.study.studies import RealSpectra

study = RealSpectra.read(globals())
study.experiments()
found = real.trials(study.z, study.snr, study.seed)
shown = [trial for trial in found if (trial.z, trial.snr) == (study.z[0], study.snr[0])]

# %% [markdown]
# ## Spectra and their models

# %%
figures.draw(
    "real_galaxies",
    figures.plot_galaxies,
    [trial.galaxy.spectrum.name for trial in shown],
    [np.nan if trial.doubted else trial.answer.z for trial in shown],
    [(t.spectrum.wave, t.spectrum.flux, t.spectrum.ivar, t.answer.model) for t in shown],
    rows=len(shown),
    size=(9, 11),
)

# %% [markdown]
# ```{figure} figures/real_galaxies.svg
# :name: fig-real-galaxies
# :alt: Five spectra with emission lines, each with the best model of the library over it.
#
# The five galaxies at the first redshift and noise of this page, with the library's best model.
# Lines are marked where the answer puts them, if no flag doubts it. The library's continua and
# lines follow the first four. DESI 2 has one bright line, where its published redshift, that of
# the survey's pipeline, puts [O III] 5008; the companion at 4960 Å, a third as bright, is not
# seen. So the published redshift is doubtful too, and no answer here counts as right or wrong.
# ```

# %% [markdown]
# ## How far off

# %%
figures.draw(
    "real_redshift_errors",
    figures.plot_redshift_errors,
    [trial.galaxy.spectrum.name for trial in found],
    np.array([trial.error for trial in found]),
    np.array([trial.doubted for trial in found]),
    np.array([trial.inside for trial in found]),
    says=real.conclusion(found),
    size=(7.2, 4.2),
)

# %% [markdown]
# ```{figure} figures/real_redshift_errors.svg
# :name: fig-real-redshift-errors
# :alt: Size of the error of each trial, a row for each galaxy, with flagged trials as open marks.
#
# Error of the redshift of each trial. Filled: no flag doubts it; open: `NO_LINE`, `SECOND_PEAK`,
# `AT_EDGE` or `FEW_PIXELS` does. Right of the dashed line, at 0.003, a redshift is wrong. Crosses
# and squares lie beyond the window of the library: there every answer is wrong, and not all are
# flagged, as [](your_spectrum.md) warns.
# ```

# %%
interactive.save("drop", drop.living(predict.library_components()))
Markdown(tables.folded(tables.markdown_table(real.rows(found)), "Every trial"))

# %% [markdown]
# `LIBRARY_UNLIKE` and `OUT_OF_RANGE` doubt no redshift: the first says that the noise is low
# enough to see that a galaxy differs from the library, the second that pixels beyond the library's
# wavelengths were left out. The spectra are in the package, with their licences and digests, and
# `scripts/rebuild_real_spectra.py` makes them from the files that their projects publish.

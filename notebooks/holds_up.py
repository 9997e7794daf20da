# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-holds-up)=
#
# # How it holds up
#
# What happens when something goes wrong: the disk is full, a process is killed, a file is forged,
# two builds run at once? Tests inject each fault and check what follows. The table below is
# written by those tests, not by hand; one that failed would be printed as failed.

# %% tags=["parameters"]
# This page has none: it shows what was recorded.

# %%
import sys

from IPython.display import Markdown

from specz import figures
from specz.common import paths
from specz.study import archive, profiles
from specz.tables import save

sys.path.append(str(paths.ROOT))
from benchmarks import plots, record, tables

recorded = record.faults()
measured = record.benchmarks()
counted = record.long_run()

# %% [markdown]
# ## Faults

# %%
Markdown(f"Recorded at {recorded}.\n\n{tables.faults_table(recorded.faults)}")

# %% [markdown]
# A *try* is one injection: one kill, one forged file, one command. A step that is "killed before
# each change" is stopped with `kill -9` before every single file that it opens to write, every name
# that it makes, moves or removes, one after another; after each kill the tests look whether all
# that was finished is whole, and run the step again.
#
# The tests do not cover a loss of power. A file that the program has closed may then not have
# reached the disk. The digest of a stored result would show it, and the result would be computed
# again; an executed page or a site would have to be removed by hand.
#
# The same again, on your machine: `python -m benchmarks faults`.
#
# ## Many builds
#
# One process builds the book many times; each build executes a notebook anew and renders the site.
# After each, its memory, its open files, the processes that it started and the size of its folder
# are recorded. Growth is the slope of a straight line, with its 95 % interval; the whole interval
# must lie below the limit.

# %%
Markdown(f"Recorded: {counted}.\n\n{tables.growths_table(counted.growths)}")

# %% [markdown]
# The same again, in the better part of an hour: `python -m benchmarks long_run`.
#
# ## Benchmarks
#
# Speed is measured as a ratio of two things timed in one run, so that the machine nearly cancels:
# generation against drawing the Gaussian numbers of its noise alone, a training against the
# machine's matrix product. Ratios are taken so that larger is better. The goal of generation is
# a number of spectra/s on each core, whatever the machine: one that draws numbers slowly needs a
# higher ratio.

# %%
height = 1.4 + 0.35 * len(measured.benchmarks)
figures.draw("benchmarks", plots.plot_benchmarks, measured.benchmarks, size=(7.2, height))

# %% [markdown]
# ```{figure} figures/benchmarks.svg
# :name: fig-benchmarks
# :alt: One row for each benchmark: its ratio, divided by its goal, on a logarithmic axis.
#
# Each benchmark's ratio, divided by the goal that it must reach: right of the line, and filled,
# the goal is met. As long as no benchmark is recorded the panel says so.
# ```

# %%
Markdown(f"Recorded: {measured}.\n\n{tables.benchmarks_table(measured.benchmarks)}")

# %% [markdown]
# Cost of a job against the number N of its spectra, or of its SEDs for the Bayes limit. Each size
# runs in a process of its own. The time excludes imports and the compilation of a network. The
# power is the slope of a straight line in log-log with its 95 % interval. It is below one where a
# part of the work, such as classifying the test spectra, does not grow with N. Memory includes the
# libraries.

# %%
Markdown(tables.scalings_table(measured.scalings))

# %% [markdown]
# These powers give the cost of the archived experiments with a thousand times the training spectra
# and the same test spectra, for those that ran on processors alone, as the jobs above did. The
# intervals are those of the powers alone. A power that was measured at the sizes above need not
# hold that far beyond them. For the Bayes limit and template fitting, N counts SEDs.

# %%
extrapolated = record.extrapolate(
    archive.core_hours(profiles.profile_experiments(profiles.STUDY)), measured.scalings, 1000
)
save("enlarged", tables.extrapolation_table(extrapolated))
Markdown(tables.extrapolation_table(extrapolated))

# %% [markdown]
# The same again, on your machine: `make bench`; `python -m benchmarks bench` puts it here.

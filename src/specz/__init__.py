"""specz: spectroscopic redshifts by classification, held against the Bayes limit.

The package behind the reproducible companion to Stivaktakis et al. (2020),
doi:10.1109/TBDATA.2019.2934475. Modules import in one direction only:
physics (templates, dust, lines, library), data (grid, observe, noise, sample),
models (estimators, training, networks, baselines), predictions and metrics, experiments
(experiment, store, runner, studies), what they are asked (profiles, archive, claims), figures,
book, command line.
"""

from importlib.metadata import version

__version__ = version("specz")

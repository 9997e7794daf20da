"""Drawing results. Each function takes results and axes, and returns the axes.

Numbers come from :mod:`specz.metrics`; only counts in bins are computed here. Every figure is
saved as SVG and PDF, with the numbers that it shows as CSV.
"""

from specz.experiments.experiment import noise_label
from specz.figures.bars import plot_accuracy_bars
from specz.figures.budget import budget_size, plot_budget
from specz.figures.by_hand import (
    plot_activations,
    plot_chain_rule,
    plot_convolution,
    plot_descents,
    plot_epochs,
    plot_shortening,
    plot_softmax,
    plot_trained_filters,
)
from specz.figures.claims import checks_size, plot_checks
from specz.figures.convergence import plot_convergence, plot_cramer_rao
from specz.figures.data import (
    plot_class_counts,
    plot_noise_levels,
    plot_redshifting,
    plot_seds,
    plot_splits,
    plot_templates,
)
from specz.figures.denoising import (
    plot_denoised,
    plot_error_ratios,
    plot_invented,
    plot_read,
)
from specz.figures.errors import plot_error_distribution
from specz.figures.figure_data import figure_data
from specz.figures.labels import (
    by_depth,
    by_limit,
    by_method,
    by_noise,
    by_perturbation,
    by_remedy,
    limits,
    methods,
)
from specz.figures.limit import (
    plot_data_efficiency,
    plot_pit,
    plot_relative_accuracy,
    plot_reliability,
    with_probability,
)
from specz.figures.noise import plot_accuracy_against_snr, plot_accuracy_by_line_snr, plot_confusion
from specz.figures.overfitting import plot_gaps
from specz.figures.probing import plot_failures, plot_learned_filters, plot_perturbations
from specz.figures.radio import (
    plot_radio_across,
    plot_radio_precision,
    plot_radio_size,
    plot_radio_sources,
    plot_radio_turned,
)
from specz.figures.real_spectra import plot_galaxies, plot_redshift_errors
from specz.figures.size import plot_accuracy_against_n, plot_gap_against_n
from specz.figures.stars import (
    plot_calibration_by_snr,
    plot_purity_by_snr,
    plot_shifted,
    plot_stamps,
)
from specz.figures.style import beside, colour, draw, save, subplots
from specz.figures.training import plot_architecture, plot_histories
from specz.figures.variants import plot_variants

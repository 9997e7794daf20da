"""Predictions of an estimator for a sample, and scores with their intervals."""

from specz.metrics.intervals import (
    Interval,
    difference_interval,
    mean_interval,
    statistic_interval,
)
from specz.metrics.predictions import WRONG
from specz.metrics.scores import (
    OUTLIER_THRESHOLDS,
    Comparison,
    accuracy,
    bias,
    compare,
    completeness_at_purity,
    coverage,
    ece_floor,
    expected_calibration_error,
    is_exact,
    is_within_one,
    mean_accuracy,
    mean_difference,
    negative_log_likelihood,
    nmad,
    outlier_fraction,
    pit_uniformity,
    relative_accuracy,
    relative_error,
    reliability,
    sigma_nmad,
    within_one,
)

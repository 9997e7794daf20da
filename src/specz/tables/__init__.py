"""Results, claims and records as tables in Markdown, numbers with their intervals."""

from specz.tables import conclusions
from specz.tables.budget import budget_table, choices
from specz.tables.claims import (
    checks_table,
    previous_table,
    verdict_badges,
    verdicts_table,
    where_they_disagree,
)
from specz.tables.denoising import (
    denoising_checks_table,
    denoising_table,
    of_denoising_claims,
    of_errors,
    of_example,
    of_invented,
    of_read,
)
from specz.tables.limit import convergence_table, limit_table, posterior_table
from specz.tables.markdown import folded, markdown_table, save
from specz.tables.probing import line_confusion_table, perturbations_table
from specz.tables.radio import (
    catalogue_rule,
    of_radio_across,
    of_radio_claim,
    of_radio_precision,
    of_radio_size,
    of_radio_turned,
    radio_checks_table,
    radio_table,
)
from specz.tables.results import (
    beside,
    comparison_table,
    depth_table,
    noise_table,
    remedies_table,
    size_table,
    variants_table,
)
from specz.tables.stars import (
    layers_table,
    of_calibration,
    of_purity,
    of_shifts,
    of_star_claim,
    star_checks_table,
    star_table,
)

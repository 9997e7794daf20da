"""Results, claims and records as tables in Markdown, numbers with their intervals."""

from specz.tables.limit import convergence_table, limit_table, posterior_table
from specz.tables.markdown import markdown_table, save
from specz.tables.probing import alterations_table, mistakes_table
from specz.tables.record import (
    benchmarks_table,
    checks_table,
    enlarged_table,
    faults_table,
    growths_table,
    scalings_table,
    speed_table,
    verdicts_table,
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

__all__ = [
    "alterations_table",
    "benchmarks_table",
    "beside",
    "checks_table",
    "comparison_table",
    "convergence_table",
    "depth_table",
    "enlarged_table",
    "faults_table",
    "growths_table",
    "limit_table",
    "markdown_table",
    "mistakes_table",
    "noise_table",
    "posterior_table",
    "remedies_table",
    "save",
    "scalings_table",
    "size_table",
    "speed_table",
    "variants_table",
    "verdicts_table",
]

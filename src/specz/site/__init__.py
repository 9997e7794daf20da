"""Pages: executed notebooks, their provenance, the website, sweeps, bundles."""

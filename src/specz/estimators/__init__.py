"""Everything that turns a spectrum into the probability of each redshift class."""

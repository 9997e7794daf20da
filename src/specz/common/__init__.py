"""What every room may use: paths, checks, the store, fingerprints, locks, processes."""

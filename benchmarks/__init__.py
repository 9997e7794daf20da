"""What is measured of the package, and the record of it. ``python -m benchmarks NAME``."""

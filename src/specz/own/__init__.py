"""A reader's own spectra: their redshifts, from arrays and from files."""

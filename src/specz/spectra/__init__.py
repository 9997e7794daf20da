"""From templates to noisy pixels: SEDs, redshift, wavelength grids, noise, samples."""

"""Types of arrays that every room uses; docstrings add shape, unit and frame."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.integer]
BoolArray = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int16]
"""Redshift class of each spectrum, shape (n_spectra,)."""
Flux = npt.NDArray[np.float32]
"""Spectra, shape (n_spectra, n_pixels), in units of their noiseless mean flux."""

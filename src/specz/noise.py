"""White Gaussian noise, the same for a spectrum whichever batch or thread asks for it.

A counter-based generator (Philox, Salmon et al. 2011) is addressed by (seed, example, epoch),
so the noise of one spectrum needs no other spectrum to have been drawn before it.
"""

import numpy as np
import numpy.typing as npt


def add_noise(
    flux: npt.NDArray[np.float32],
    snr: float,
    seed: int,
    example: npt.NDArray[np.integer],
    epoch: int = 0,
) -> None:
    """Add noise of standard deviation mean(flux)/snr per pixel, in place.

    Parameters
    ----------
    flux : ndarray, shape (n_spectra, n_pixels), float32, in units of the mean flux
    snr : float
        Continuum signal-to-noise ratio per pixel, on the mean flux; infinity adds nothing.
    seed : int
        Names the data set.
    example : ndarray of int, shape (n_spectra,)
        Names the spectrum within the data set.
    epoch : int
        Names the draw: another epoch, other noise on the same spectrum.
    """
    if np.isinf(snr):
        return
    philox = np.random.Philox(key=seed)
    state = philox.state
    state["state"]["counter"][3] = epoch
    generator = np.random.Generator(philox)
    draws = np.empty(flux.shape, dtype=np.float32)
    for row, index in zip(draws, example, strict=True):
        state["state"]["counter"][2] = index  # its words 0 and 1 count within the spectrum
        philox.state = state
        generator.standard_normal(out=row, dtype=np.float32)
    draws *= np.float32(1 / snr)
    flux += draws

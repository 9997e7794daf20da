"""Rendered images: Sérsic galaxies and point sources, seen through a Moffat PSF and square pixels.

Everything is multiplied in Fourier space, where a shift is a phase and no oversampling is needed:
the transform of a Moffat PSF falls exponentially, and at a FWHM of three pixels it is below 1e-4
beyond the Nyquist frequency. Lengths are in pixels, wave numbers in radians per pixel, fluxes one.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.special import gamma, gammaincinv, kv

from specz.common.arrays import FloatArray

Image = npt.NDArray[np.float32]

BOX = 72
"""Side of the periodic box that stamps are cut from: what leaves it on one side enters opposite."""

N_RANGE = 0.5, 4.0
"""Sérsic indices that are tabulated: Gaussian to de Vaucouleurs."""

N_NODES = 48
LOG_KAPPA = np.linspace(np.log(1e-3), np.log(1e3), 1500)
"""Nodes of the table in the logarithm of wave number times half-light radius."""

ARGUMENTS = np.linspace(0, 40, 8192)
"""Nodes of the Moffat table in wave number times scale radius; beyond, it is below 1e-15."""


def moffat_radius(fwhm: npt.ArrayLike, beta: float) -> FloatArray:
    """Scale radius of a Moffat profile (1 + r²/a²)^-β with this full width at half maximum."""
    return np.asarray(np.asarray(fwhm, dtype=float) / (2 * np.sqrt(2 ** (1 / beta) - 1)))


@lru_cache(maxsize=8)
def _moffat_table(beta: float) -> FloatArray:
    """Transform of a Moffat profile of unit scale radius at :data:`ARGUMENTS`.

    2 (ka/2)^(β-1) K_(β-1)(ka) / Γ(β-1), with K the modified Bessel function (Trujillo et al. 2001,
    MNRAS 328, 977).
    """
    x = ARGUMENTS[1:]
    return np.concatenate([[1.0], 2 * (x / 2) ** (beta - 1) * kv(beta - 1, x) / gamma(beta - 1)])


@lru_cache(maxsize=1)
def _sersic_table() -> tuple[FloatArray, FloatArray]:
    """Transform of Sérsic profiles of unit half-light radius, shape (N_NODES, kappa); their n."""
    nodes = np.geomspace(*N_RANGE, N_NODES)
    r = np.exp(np.linspace(-18, 18, 4096))
    step = float(np.log(r[1] / r[0]))
    kappa = np.exp(np.log(r) - np.log(r).mean())  # the grid that fht gives without an offset
    rows = []
    for n in nodes:
        b = gammaincinv(2 * n, 0.5)
        total = 2 * np.pi * n * b ** (-2 * n) * gamma(2 * n)
        profile = np.exp(-b * r ** (1 / n)) / total
        transform = 2 * np.pi * fft.fht(r * profile, step, mu=0) / kappa
        rows.append(np.interp(LOG_KAPPA, np.log(kappa), transform))
    return np.array(rows), nodes


def _sersic(kappa: FloatArray, index: FloatArray) -> FloatArray:
    """Transform at wave number times half-light radius, shape (n, ...), of indices (n,)."""
    table, nodes = _sersic_table()
    row = (np.log(index / nodes[0]) / np.log(nodes[1] / nodes[0])).clip(0, N_NODES - 1.001)
    at = (np.log(np.maximum(kappa, 1e-3)) - LOG_KAPPA[0]) / (LOG_KAPPA[1] - LOG_KAPPA[0])
    at = at.clip(0, len(LOG_KAPPA) - 1.001)
    i, j = row.astype(int)[:, None, None], at.astype(int)
    u, v = (row - row.astype(int))[:, None, None], at - j
    low = table[i, j] * (1 - v) + table[i, j + 1] * v
    high = table[i + 1, j] * (1 - v) + table[i + 1, j + 1] * v
    return np.asarray(low * (1 - u) + high * u)


def transform(
    fwhm: FloatArray,
    beta: float,
    radius: FloatArray,
    index: FloatArray,
    axis_ratio: FloatArray,
    angle: FloatArray,
    box: int = BOX,
) -> FloatArray:
    """Fourier transform of centred objects of unit flux, seen through PSF and pixels.

    Parameters
    ----------
    fwhm : ndarray, shape (n,)
        Seeing: full width at half maximum of the round Moffat PSF with exponent ``beta``.
    radius : ndarray, shape (n,)
        Half-light radius, √(ab) of the ellipse that holds half of the light; 0 is a point source.
    index, axis_ratio, angle : ndarray, shape (n,)
        Sérsic index, b/a, and the angle of the long axis from x towards y, radians.

    Returns
    -------
    ndarray, shape (n, box, box // 2 + 1), as of :func:`scipy.fft.rfft2`
    """
    kx = 2 * np.pi * fft.rfftfreq(box)
    ky = 2 * np.pi * fft.fftfreq(box)[:, None]
    at = np.hypot(kx, ky) * (moffat_radius(fwhm, beta)[:, None, None] / ARGUMENTS[1])
    at = at.clip(0, len(ARGUMENTS) - 1.001)
    i = at.astype(int)
    table = _moffat_table(beta)
    psf = table[i] + (at - i) * (table[i + 1] - table[i])
    seen = psf * np.sinc(kx / (2 * np.pi)) * np.sinc(ky / (2 * np.pi))
    extended = np.flatnonzero(radius > 0)
    if extended.size:
        cos, sin = (f(angle[extended])[:, None, None] for f in (np.cos, np.sin))
        stretch = np.sqrt(axis_ratio[extended])[:, None, None]
        along, across = kx * cos + ky * sin, ky * cos - kx * sin
        kappa = np.hypot(along / stretch, across * stretch) * radius[extended, None, None]
        seen[extended] *= _sersic(kappa, index[extended])
    return np.asarray(seen)


def images(seen: FloatArray, centre: FloatArray, size: int) -> Image:
    """Images of transformed objects, integrated over pixels.

    Parameters
    ----------
    seen : ndarray
        From :func:`transform`.
    centre : ndarray, shape (n, 2) or (2,)
        Offset (x, y) from the middle of the image.
    size : int
        Side of the image, at most that of the box.

    Returns
    -------
    ndarray of float32, shape (n, size, size), rows along y
    """
    box = seen.shape[1]
    kx, ky = 2 * np.pi * fft.rfftfreq(box), 2 * np.pi * fft.fftfreq(box)
    # The middle of the image lies between pixels if their number is even.
    x, y = np.moveaxis(np.atleast_2d(centre) + (size - 1) / 2, 1, 0)[:, :, None]
    phase = np.exp(-1j * ky * y)[:, :, None] * np.exp(-1j * kx * x)[:, None, :]
    whole = fft.irfft2((seen * phase).astype(np.complex64), s=(box, box))
    return np.ascontiguousarray(whole[:, :size, :size], dtype=np.float32)

"""The redshift of a reader's own spectrum: arrays in, one answer with its p(z) and flags out.

The evidence of :mod:`specz.estimators.posterior` on the reader's wavelengths, with a variance in
each pixel and the amplitude free. It knows the library only: redshifts in [1, 1.8), and rest-frame
wavelengths that the templates cover.
"""

import functools
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common import checks
from specz.common.arrays import BoolArray, FloatArray, IntArray
from specz.estimators.any_noise import best_model
from specz.estimators.posterior import STEPS, TRIAL, Noisy, Reading, capped, posterior
from specz.metrics.predictions import WRONG
from specz.spectra.components import Components, decompose
from specz.spectra.grid import CLASSES, Pixels, pixels_around
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.lines import HALPHA, LINE_WAVE_REST

CONTINUA = 8
"""Principal components of the continuum, as of the method "evidence"."""

BATCH = 1024
"""Spectra per scan: each scan computes the redshifted components once."""

PIXELS_MIN = 50
"""With fewer good pixels there is no answer."""

GAIN_MIN = 5.0
"""Ln of the Bayes factor of lines over none, below which no line was found."""

ODDS_MIN = 9.0
"""2 ln(p₁/p₂) of two peaks, below which the second is near; redrock's threshold of Δχ²."""

EDGE = 3
"""Classes at either end of the window that count as its edge."""

CHI2_SIGMA = 5.0
"""Standard deviations of χ² above its mean, beyond which a spectrum is unlike the library."""


WEAK = 0.1
"""Hα weaker than this part of the library's mean is none: the weakest of the library has 0.17."""

TINY = 1e-300
"""Stands for a probability that is zero in double precision."""


class ZWarn(IntFlag):
    """Reasons to doubt a redshift; 0 if there is none. :data:`MEANING` says what each means."""

    FEW_PIXELS = 1
    OUT_OF_RANGE = 2
    NO_LINE = 4
    SECOND_PEAK = 8
    AT_EDGE = 16
    LIBRARY_UNLIKE = 32


MEANING = {
    ZWarn.FEW_PIXELS: f"fewer than {PIXELS_MIN} good pixels in the range: there is no answer",
    ZWarn.OUT_OF_RANGE: "good pixels beyond the wavelengths of the library were left out",
    ZWarn.NO_LINE: f"no line is found: lines gain less than {GAIN_MIN:g} in ln p, or Hα is weaker "
    "than the library has it",
    ZWarn.SECOND_PEAK: f"another redshift is nearly as probable: odds below {ODDS_MIN:g}",
    ZWarn.AT_EDGE: f"within {EDGE * CLASSES.width:g} of an end of the window "
    f"[{CLASSES.z_min:g}, {CLASSES.z_max:g}): the true redshift may lie outside",
    ZWarn.LIBRARY_UNLIKE: f"χ² of the best model is {CHI2_SIGMA:g} standard deviations too large: "
    "no galaxy of the library, or variances that are too small",
}
"""What each flag means, in the words of the book's page."""


@dataclass(frozen=True, eq=False)
class Redshift:
    """The answer for one spectrum.

    Attributes
    ----------
    z : float
        Mean redshift of the most probable class and its neighbours; NaN if there is no answer.
    z_err : float
        Half of the width of the central 68 % of p(z), whatever its shape.
    zwarn : ZWarn
        Flags; 0 if there is none.
    odds : float
        2 ln(p₁/p₂) of the most probable class and the best one beyond ±0.003 (1 + z) from it.
    p_best : float
        Probability of the most probable class.
    line_gain : float
        Ln of the Bayes factor of a galaxy with lines over one without.
    chi2, dof : float
        Of the best model.
    z_trial : ndarray, shape (n_trial,)
    p : ndarray, shape (n_trial,), float32
        Probability of each trial redshift; its sum is 1.
    classes : ndarray, shape (800,), float32
        Probability of each redshift class.
    model : ndarray, shape (n_pixels,)
        The best model in the units of the flux; NaN where the library has no wavelengths.
    """

    z: float
    z_err: float
    zwarn: ZWarn
    odds: float
    p_best: float
    line_gain: float
    chi2: float
    dof: float
    z_trial: FloatArray
    p: npt.NDArray[np.float32]
    classes: npt.NDArray[np.float32]
    model: FloatArray


def predict(
    flux: npt.ArrayLike,
    wave: npt.ArrayLike,
    ivar: npt.ArrayLike,
    *,
    resolving_power: float | None = None,
) -> list[Redshift]:
    """Redshifts of spectra on one wavelength grid.

    Parameters
    ----------
    flux : array_like, shape (n_pixels,) or (n_spectra, n_pixels)
        Flux density f_λ in any unit.
    wave : array_like, shape (n_pixels,), Å
        Observed wavelengths in vacuum of the pixels' centres, increasing in any steps.
    ivar : array_like, shape of ``flux`` or (n_pixels,)
        Inverse variance of the flux, independent from pixel to pixel; zero masks a pixel.
    resolving_power : float, optional
        λ/FWHM of the instrument, which widens the lines; by default only the pixels do.

    Returns
    -------
    list of Redshift
        One for each spectrum, in their order.

    Raises
    ------
    ValueError
        If shapes differ, wavelengths do not increase, an inverse variance is negative or not
        finite, or the flux of a pixel that is not masked is not finite.
    """
    flux, wave, ivar = checked(flux, wave, ivar)
    if resolving_power is not None:
        checks.number("resolving_power", resolving_power, 10, 1e6)
    window = _window(wave, resolving_power)
    if window is None:
        return [_no_answer(flux.shape[1], (row > 0).any()) for row in ivar]
    batches = (slice(start, start + BATCH) for start in range(0, len(flux), BATCH))
    return [answer for part in batches for answer in _batch(flux[part], ivar[part], window)]


@cache
def library_components() -> Components:
    """Components of the training SEDs of the library with its default assumptions."""
    library = build_library(LibraryConfig())
    return decompose(library, library.config.split("train"), CONTINUA)


def wavelength_range() -> tuple[float, float]:
    """Observed wavelengths, Å, that the library covers at every redshift of the window."""
    rest = library_components().library.wave_rest
    return float(rest[0]) * (1 + CLASSES.z_max), float(rest[-1]) * (1 + CLASSES.z_min)


def checked(
    flux: npt.ArrayLike, wave: npt.ArrayLike, ivar: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return flux, (n_spectra, n_pixels), wavelengths and inverse variance of :func:`predict`.

    Errors are those of that function.
    """
    flux, wave, ivar = (np.asarray(each, dtype=float) for each in (flux, wave, ivar))
    if wave.ndim != 1 or len(wave) < 2:
        raise ValueError(f"wave must have one dimension and two pixels; got shape {wave.shape}")
    if flux.ndim not in (1, 2) or flux.shape[-1] != len(wave):
        raise ValueError(
            f"flux must have shape ({len(wave)},) or (n_spectra, {len(wave)}), as wave has "
            f"{len(wave)} pixels; got {flux.shape}"
        )
    if ivar.shape not in (flux.shape, wave.shape):
        raise ValueError(f"ivar must have the shape of flux, {flux.shape}; got {ivar.shape}")
    if not np.isfinite(wave).all() or wave[0] <= 0:
        raise ValueError("wave must be finite and positive")
    wrong = np.flatnonzero(np.diff(wave) <= 0)
    if wrong.size:
        i = wrong[0]
        word = "repeats" if wave[i + 1] == wave[i] else "falls"
        raise ValueError(
            f"wave must increase; it {word} from {wave[i]:.8g} to {wave[i + 1]:.8g} "
            f"at pixel {i + 1}"
        )
    flux = np.atleast_2d(flux)
    ivar = np.broadcast_to(ivar, flux.shape)
    _check_pixels("ivar must be finite and not negative", ivar, np.isfinite(ivar) & (ivar >= 0))
    sound = np.isfinite(flux) | (ivar == 0)
    _check_pixels("flux must be finite, or its ivar 0 to mask the pixel", flux, sound)
    if wave[-1] < wavelength_range()[0]:
        _check_unit(wave)
    return flux, wave, ivar


def _check_pixels(wanted: str, value: FloatArray, sound: BoolArray) -> None:
    wrong = np.argwhere(~sound)
    if len(wrong):
        row, pixel = wrong[0]
        where = f"pixel {pixel}" + (f" of spectrum {row}" if len(value) > 1 else "")
        raise ValueError(f"{wanted}; got {value[row, pixel]} at {where} ({len(wrong)} in all)")


def _check_unit(wave: FloatArray) -> None:
    """Raise if wavelengths would be in the range of the library in another unit than Å."""
    low, high = wavelength_range()
    for name, factor in (("nm", 10), ("µm", 1e4)):
        if ((wave * factor > low) & (wave * factor < high)).any():
            raise ValueError(
                f"wave must be in Å and reach into {low:.0f}-{high:.0f} Å; got {wave[0]:g} to "
                f"{wave[-1]:g}; are these {name}?"
            )


class _Window(NamedTuple):
    """The pixels of a spectrum that the library covers at every redshift.

    ``grid`` also has pixels that fill gaps between those; ``seen`` are the places of the spectrum's
    pixels in it, ``inside`` the mask of those pixels in the spectrum.
    """

    grid: Pixels
    seen: IntArray
    inside: BoolArray


def _window(wave: FloatArray, resolving_power: float | None) -> _Window | None:
    pixels, real = pixels_around(wave, resolving_power)
    low, high = wavelength_range()
    covered = (pixels.edges[:-1] >= low) & (pixels.edges[1:] <= high)
    if not (covered & real).any():
        return None
    first, *_, last = np.flatnonzero(covered).repeat(2)  # one pixel is first and last
    grid = Pixels(pixels.edges[first : last + 2], resolving_power)
    return _Window(grid, np.flatnonzero(real & covered) - first, covered[real])


def _no_answer(n_pixels: int, beyond: bool) -> Redshift:
    """Every redshift is as probable as before."""
    nan = math.nan
    warn = _flags({ZWarn.FEW_PIXELS: True, ZWarn.OUT_OF_RANGE: beyond})
    p, classes = (np.full(n, 1 / n, dtype=np.float32) for n in (len(TRIAL), CLASSES.n))
    model = np.full(n_pixels, nan)
    return Redshift(nan, nan, warn, 0.0, 1 / CLASSES.n, nan, nan, nan, TRIAL, p, classes, model)


def _batch(flux: FloatArray, ivar: FloatArray, window: _Window) -> list[Redshift]:
    """Answers for a few spectra; those with too few good pixels are not asked."""
    good = ivar > 0
    beyond: BoolArray = np.any(good & ~window.inside, axis=1)
    asked: BoolArray = np.sum(good & window.inside, axis=1) >= PIXELS_MIN
    answers = iter(_answers(flux[asked], ivar[asked], window, beyond[asked]) if asked.any() else [])
    return [
        next(answers) if ask else _no_answer(flux.shape[1], bool(outside))
        for ask, outside in zip(asked, beyond, strict=True)
    ]


def _answers(
    flux: FloatArray, ivar: FloatArray, window: _Window, beyond: BoolArray
) -> list[Redshift]:
    used = (ivar[:, window.inside] > 0).any(axis=0)
    at = np.flatnonzero(window.inside)[used]
    ivar = ivar[:, at]
    flux = np.where(ivar > 0, flux[:, at], 0.0)
    scale = _amplitude(flux, ivar)
    flux, ivar = flux / scale[:, None], ivar * scale[:, None] ** 2
    components, seen = library_components(), window.seen[used]
    galaxy = Reading(components, window.grid, seen)
    spectra = Noisy.of(flux, ivar)
    p, gain = posterior(galaxy, Reading(components, window.grid, seen, lines=False), spectra)
    out = []
    for i, row in enumerate(p):
        z = summary(row)[0]
        basis, mean, spread = next(galaxy.at(np.array([z])))
        fit = best_model(basis, mean, spread, flux[i], capped(ivar[i]))
        halpha = components.n - len(LINE_WAVE_REST) + HALPHA
        weak = fit.coefficients[halpha] < WEAK * mean[halpha]
        if weak:
            row = np.full_like(row, 1 / len(row))
        model = np.full(len(window.inside), math.nan)
        model[at] = scale[i] * (fit.coefficients @ basis)
        _, z_err, odds, classes = summary(row)
        warn = _flags(
            {
                ZWarn.OUT_OF_RANGE: beyond[i],
                ZWarn.NO_LINE: weak or gain[i] < GAIN_MIN,
                ZWarn.SECOND_PEAK: odds < ODDS_MIN,
                ZWarn.AT_EDGE: not EDGE <= CLASSES.label(z) < CLASSES.n - EDGE,
                ZWarn.LIBRARY_UNLIKE: fit.chi2 > fit.dof + CHI2_SIGMA * math.sqrt(2 * fit.dof),
            }
        )
        found = (z, z_err, warn, odds, float(classes.max()), float(gain[i]), fit.chi2, fit.dof)
        small = row.astype(np.float32), classes.astype(np.float32)
        out.append(Redshift(*found, TRIAL, *small, model))
    return out


def _amplitude(flux: FloatArray, ivar: FloatArray) -> FloatArray:
    """Scale of each spectrum: its weighted mean, or three times the error of that if it is less."""
    weight = ivar.sum(axis=1)
    return np.asarray(np.maximum((ivar * flux).sum(axis=1) / weight, 3 / np.sqrt(weight)))


class Summary(NamedTuple):
    """What p(z) says: see :class:`Redshift`."""

    z: float
    z_err: float
    odds: float
    classes: FloatArray


def summary(p: FloatArray) -> Summary:
    """Summarise the probabilities of the trial redshifts, shape (n_trial,)."""
    classes = p.reshape(CLASSES.n, STEPS).sum(axis=1)
    best = int(classes.argmax())
    near = slice(max(0, best - 1) * STEPS, (best + 2) * STEPS)
    z = float(np.average(TRIAL[near], weights=p[near]))
    edges = np.linspace(CLASSES.z_min, CLASSES.z_max, len(p) + 1)
    low, high = np.interp([0.16, 0.84], np.append(0.0, np.cumsum(p)), edges)
    apart = np.abs(CLASSES.centres - z) > WRONG * (1 + z)
    odds = 2 * math.log(classes[best] / max(classes[apart].max(), TINY))
    return Summary(z, float(high - low) / 2, odds, classes)


def flag_names(flags: ZWarn) -> str:
    """Names of flags, with commas; empty if there is none."""
    return ", ".join(flag.name or "" for flag in ZWarn if flag in flags)


def _flags(found: Mapping[ZWarn, bool]) -> ZWarn:
    return functools.reduce(operator.or_, (flag for flag in found if found[flag]), ZWarn(0))

"""Real galaxies with known redshifts, moved into the window, and what is found of them.

Three spectra of emission-line galaxies from MaNGA and two from DESI, with the noise that the
surveys give. They are nearer than the window: their wavelengths, in vacuum, are multiplied by
(1 + z) / (1 + published z), which is what a redshift does; flux and noise of each pixel stay. Four
pixels are averaged, which makes them about as wide as those of Euclid's grism.
``scripts/rebuild_real_spectra.py`` rebuilds the committed array byte for byte from the wheels named
in ``data/real_spectra.json``.

References
----------
Bundy et al. 2015, ApJ 798, 7 (MaNGA); DESI Collaboration 2024, AJ 168, 58.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from specz.metrics.predictions import WRONG
from specz.own.predict import Redshift, ZWarn, flag_names, predict
from specz.own.spectrum import Spectrum
from specz.spectra import data_files
from specz.spectra.grid import CLASSES

DATA = Path(__file__).parent / "data"

AS_OBSERVED = float("inf")
"""In place of a S/N: no noise is added."""

PER_PIXEL = 4
"""Pixels of the surveys that are averaged, weighted by inverse variance."""

DOUBT = ZWarn.FEW_PIXELS | ZWarn.NO_LINE | ZWarn.SECOND_PEAK | ZWarn.AT_EDGE
"""Flags that doubt the redshift itself. The others say that pixels were left out, and that the
galaxy differs from the library, as every real one does where the noise is low."""


@dataclass(frozen=True, eq=False)
class Galaxy:
    """A real galaxy: its spectrum as observed, and its published redshift, if that is sure."""

    z: float
    spectrum: Spectrum
    sure: bool


@dataclass(frozen=True, eq=False)
class Trial:
    """A galaxy moved to ``z``, with noise added down to ``snr`` a pixel, and the answer."""

    galaxy: Galaxy
    z: float
    snr: float
    spectrum: Spectrum
    answer: Redshift

    @property
    def error(self) -> float:
        """(z found - z) / (1 + z)."""
        return (self.answer.z - self.z) / (1 + self.z)

    @property
    def doubted(self) -> bool:
        """Whether a flag doubts the redshift."""
        return bool(self.answer.zwarn & DOUBT)

    @property
    def inside(self) -> bool:
        """Whether the redshift lies in the window."""
        return CLASSES.z_min <= self.z < CLASSES.z_max


def galaxies() -> list[Galaxy]:
    """Return the committed galaxies; errors as for :func:`specz.spectra.data_files.read`."""
    about, rows = data_files.read(DATA, "real_spectra")
    parts = np.split(rows.astype(float), np.cumsum(about["n_pixels"])[:-1])
    return [
        Galaxy(z, Spectrum(name, *part.T), name not in about["unsure"])
        for name, z, part in zip(about["names"], about["z"], parts, strict=True)
    ]


def moved(galaxy: Galaxy, z: float) -> Spectrum:
    """Return the galaxy's spectrum as if its redshift were ``z``."""
    wave = galaxy.spectrum.wave * (1 + z) / (1 + galaxy.z)
    return replace(galaxy.spectrum, wave=wave)


def averaged(spectrum: Spectrum, n: int) -> Spectrum:
    """Average ``n`` neighbouring pixels, weighted; those left over at the end are dropped."""
    size = len(spectrum.wave) // n * n
    wave, flux, ivar = (
        each[:size].reshape(-1, n) for each in (spectrum.wave, spectrum.flux, spectrum.ivar)
    )
    weight = ivar.sum(axis=1)
    total = (ivar * flux).sum(axis=1)
    mean = np.divide(total, weight, out=np.zeros(len(weight)), where=weight > 0)
    return replace(spectrum, wave=wave.mean(axis=1), flux=mean, ivar=weight)


def noisier(spectrum: Spectrum, snr: float, seed: int) -> Spectrum:
    """Add white noise of σ = median flux / ``snr``; its variance is added to that of each pixel."""
    if np.isinf(snr):
        return spectrum
    good = spectrum.ivar > 0
    sigma = np.median(spectrum.flux[good]) / snr  # the mean would be that of the lines
    flux = spectrum.flux + np.random.default_rng(seed).normal(0, sigma, len(good))
    variance = 1 / np.where(good, spectrum.ivar, 1) + sigma**2
    return replace(spectrum, flux=flux, ivar=np.where(good, 1 / variance, 0))


def trials(z: Sequence[float], snr: Sequence[float], seed: int) -> list[Trial]:
    """Ask for the redshift of every galaxy at each redshift, with noise down to each ``snr``."""
    found = []
    for galaxy in galaxies():
        for each in z:
            here = averaged(moved(galaxy, each), PER_PIXEL)
            spectra = [noisier(here, level, seed) for level in snr]
            flux, ivar = (np.stack([getattr(s, n) for s in spectra]) for n in ("flux", "ivar"))
            answers = predict(flux, spectra[0].wave, ivar)
            rows = zip(snr, spectra, answers, strict=True)
            found += [Trial(galaxy, each, level, s, answer) for level, s, answer in rows]
    return found


def conclusion(found: Sequence[Trial]) -> str:
    """Say how many redshifts in the window no flag doubts, and how many of those are right.

    Galaxies whose published redshift is not sure are left out.
    """
    inside = [trial for trial in found if trial.inside and trial.galaxy.sure]
    kept = [trial for trial in inside if not trial.doubted]
    right = [trial for trial in kept if abs(trial.error) <= WRONG]
    text = f"Of {len(inside)} redshifts in the window {len(inside) - len(kept)} are flagged"
    if not kept:
        return f"{text}."
    text += f"; of the other {len(kept)}, {len(right)} are right to {WRONG:g} (1+z)"
    if right:
        text += f", and off by at most {max(abs(t.error) for t in right):.1g} (1+z)"
    return f"{text}."


def rows(found: Sequence[Trial]) -> list[dict[str, str]]:
    """One row of a table for each trial."""
    return [
        {
            "galaxy": trial.galaxy.spectrum.name,
            "published $z$": f"{trial.galaxy.z:.5f}",
            "moved to": f"{trial.z:g}",
            "S/N": "as observed" if np.isinf(trial.snr) else f"{trial.snr:g}",
            "$z$ found": f"{trial.answer.z:.4f} ± {trial.answer.z_err:.4f}",
            r"$10^3\,\Delta z/(1+z)$": f"{1e3 * trial.error:+.2f}",
            "flags": flag_names(trial.answer.zwarn) or "none",
        }
        for trial in found
    ]

"""Nebular emission lines: wavelengths and intrinsic strengths.

Wavelengths are in vacuum, as a space telescope measures them (NIST values as tabulated by SDSS).
Ratios to Hβ for [O II], [O III] and Hα follow Ilbert et al. (2009, ApJ 690, 1236); [N II] and
[S II] relative to Hα are assumed. Two lines from the same upper level have a fixed ratio, so they
share one draw of the scatter (``group``).
"""

from typing import NamedTuple

import numpy as np

C_KM_S = 299792.458
"""Speed of light, km/s."""


class Line(NamedTuple):
    """One emission line.

    Attributes
    ----------
    wave_rest : float, Å
        Vacuum wavelength.
    ratio : float
        Intrinsic flux relative to Hα, before dust.
    group : str
        Lines of one group share their scatter.
    label : str
        Name in figures.
    """

    name: str
    wave_rest: float
    ratio: float
    group: str
    label: str


HALPHA_TO_HBETA = 2.90
"""Hα/Hβ of Ilbert et al. (2009); case B gives 2.86."""

LINES = (
    Line("OII3727", 3727.09, 0.5 * 1.62 / HALPHA_TO_HBETA, "OII", "[O II]"),
    Line("OII3730", 3729.88, 0.5 * 1.62 / HALPHA_TO_HBETA, "OII", "[O II]"),
    Line("Hb", 4862.68, 1.00 / HALPHA_TO_HBETA, "Hb", "Hβ"),
    Line("OIII4960", 4960.30, 0.21 / HALPHA_TO_HBETA, "OIII", "[O III]"),
    Line("OIII5008", 5008.24, 0.59 / HALPHA_TO_HBETA, "OIII", "[O III]"),
    Line("NII6550", 6549.85, 0.35 / 4, "NII", "[N II]"),
    Line("Ha", 6564.61, 1.00, "Ha", "Hα"),
    Line("NII6585", 6585.28, 0.35 * 3 / 4, "NII", "[N II]"),
    Line("SII6718", 6718.29, 0.17, "SII6718", "[S II]"),
    Line("SII6733", 6732.67, 0.13, "SII6733", "[S II]"),
)
"""The lines of the simulated spectra, in order of wavelength."""

_BY_LABEL = {
    label: [line.wave_rest for line in LINES if line.label == label]
    for label in dict.fromkeys(line.label for line in LINES)
}
WAVE_REST = {line.name: line.wave_rest for line in LINES} | {
    label: sum(waves) / len(waves) for label, waves in _BY_LABEL.items()
}
"""Vacuum wavelength, Å, by name of a line; by label the mean of its lines, such as a doublet."""

LINE_WAVE_REST = np.array([line.wave_rest for line in LINES])
LINE_RATIO = np.array([line.ratio for line in LINES])
# Index of Hα, to whose flux the library scales all lines.
HALPHA = next(i for i, line in enumerate(LINES) if line.name == "Ha")

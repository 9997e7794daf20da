"""The figure that finds the redshift of a reader's spectrum in the browser.

`book/_static/living_drop.js` draws it, `living_own.js` computes as :mod:`specz.own.predict` does,
and `living_read.js` reads as :mod:`specz.own.text` does. Their rules and words come from here, so
that they stand in the package once.
"""

import numpy as np

from specz.estimators import posterior
from specz.estimators.redshift_scan import COARSE
from specz.figures.spectrum import BEFORE, MARKED
from specz.metrics.predictions import WRONG
from specz.own import predict
from specz.own.spectrum import TO_ANGSTROM
from specz.own.text import FLUX, NOISE, WAVE
from specz.site.interactive import Living, encoded, packed, write_weights
from specz.spectra.components import Components
from specz.spectra.grid import CLASSES, GAP, get_grid
from specz.spectra.lines import LINE_WAVE_REST, LINES, WAVE_REST
from specz.spectra.observe import line_sigma

STEPS = 255
"""Steps of 8 bits for each column of the coefficients, between its least and its largest value."""

GROUP = 4 * posterior.GROUP
"""Classes that share a prior in the browser, more than in the package: p differs by under 0.002."""


def living(components: Components) -> Living:
    """Let the reader drop a text table on the page; show its p(z), as ``specz predict`` finds it.

    ``components`` are those of :func:`specz.own.predict.library_components`. They are written
    beside the figures, and the page loads them when the figure is seen.
    """
    grid, library = get_grid("paper"), components.library
    first, second = map(float, library.wave_rest[:2])
    data = {
        "classes": {"z_min": CLASSES.z_min, "width": CLASSES.width, "n": CLASSES.n},
        "nodes": {"wave_min": first, "step": second - first, "n_nodes": len(library.wave_rest)},
        "sigma_over_wave": float(line_sigma(1.0, library.config.velocity_dispersion, grid)),
        "lines": [{"label": line.label, "wave_rest": line.wave_rest} for line in LINES],
        "marked": [
            {"name": name, "wave_rest": WAVE_REST[line], "before": name in BEFORE}
            for name, line in MARKED.items()
        ],
        "range": predict.wavelength_range(),
        "columns": {"wavelength": WAVE, "flux": FLUX, "noise": tuple(NOISE)},
        "units": {"angstrom": TO_ANGSTROM, "variance": NOISE},
        "flags": {flag.name: meaning for flag, meaning in predict.MEANING.items()},
        "rules": _rules(),
        "example": {"wave_min": grid.wave_min, "step": grid.step, "n_pixels": grid.n_pixels},
        "weights": _write(components),
    }
    alt = "The spectrum of a file with its best model; below, the probability of each redshift."
    return Living("drop", alt, data)


def _rules() -> dict[str, float]:
    """Numbers that decide, by their names in the browser."""
    return {
        "gap": GAP,
        "pixels_min": predict.PIXELS_MIN,
        "snr_max": posterior.SNR_MAX,
        "group": GROUP,
        "steps": posterior.STEPS,
        "coarse": COARSE,
        "every": posterior.CONTINUUM_EVERY,
        "drop": posterior.DROP,
        "shortfall": posterior.SHORTFALL,
        "no_lines": posterior.NO_LINES,
        "wrong": WRONG,
        "tiny": predict.TINY,
        "weak": predict.WEAK,
        "gain_min": predict.GAIN_MIN,
        "odds_min": predict.ODDS_MIN,
        "edge": predict.EDGE,
        "chi2_sigma": predict.CHI2_SIGMA,
    }


def _write(components: Components) -> str:
    """Write the components, a quarter of a megabyte; return their address in the site.

    Rounding the coefficients of 10,000 SEDs to 8 bits hardly moves their mean and covariance.
    """
    low, high = components.coefficients.min(axis=0), components.coefficients.max(axis=0)
    step = np.maximum((high - low) / STEPS, np.finfo("f4").tiny)
    rounded = np.rint((components.coefficients - low) / step).astype(np.uint8)
    continua = components.library.continuum[: components.n - len(LINE_WAVE_REST)]
    weights = {
        "continua": packed(continua),
        "least": packed(low),
        "step": packed(step),
        "coefficients": encoded(rounded.T),
    }
    return write_weights("library", weights)

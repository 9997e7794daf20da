"""Figures that the reader moves: the data that a page carries, and where they are drawn.

The drawing is `book/_static/living.js`, which follows :mod:`specz.observe` step by step: the
spectra that it makes in the browser are those of the package.
"""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass

from specz.grid import Grid
from specz.library import Library
from specz.lines import LINES
from specz.observe import line_sigma, redshift_range

DIGITS = 6
"""Significant digits of fluxes on a page."""


@dataclass(frozen=True)
class Living:
    """A living figure, shown by a notebook as HTML.

    Attributes
    ----------
    name : str
        Tells `living.js` what to draw.
    alt : str
        What the figure shows, in words.
    data : dict
        JSON values that the drawing needs.
    """

    name: str
    alt: str
    data: dict[str, object]

    def _repr_html_(self) -> str:
        # "<" would let a string of the data end the script element.
        text = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        text = text.replace("<", "\\u003c")
        return (
            f'<div class="living" data-figure="{self.name}" data-alt="{html.escape(self.alt)}">'
            f'<script type="application/json">{text}</script>'
            "<p>This figure needs JavaScript.</p></div>"
        )


def redshift(library: Library, seds: Sequence[int], grid: Grid) -> Living:
    """Let the reader drag the redshift of some SEDs through a grid.

    Parameters
    ----------
    library : Library
    seds : sequence of int
        Indices of the SEDs to choose from.
    grid : Grid
    """
    low, high = redshift_range(library, grid)
    return Living(
        "redshift",
        "One galaxy's spectrum in the observed window; its lines move right as the redshift grows.",
        {
            "grid": {"wave_min": grid.wave_min, "step": grid.step, "n_pixels": grid.n_pixels},
            "sigma_over_wave": float(line_sigma(1.0, library.config.velocity_dispersion, grid)),
            "nodes": {
                "wave_min": float(library.wave_rest[0]),
                "step": float(library.wave_rest[1] - library.wave_rest[0]),
            },
            "z": [round(low + 0.005, 2), round(high - 0.005, 2)],
            "lines": [{"label": line.label, "wave_rest": line.wave_rest} for line in LINES],
            "seds": [
                {
                    "label": f"position {library.position[sed]:.1f}, "
                    f"E(B−V) {library.ebv[sed]:.2f}, EW(Hα) {library.ew_halpha[sed]:.0f} Å",
                    "continuum": _rounded(library.continuum[sed]),
                    "line_flux": _rounded(library.line_flux[sed]),
                }
                for sed in seds
            ],
        },
    )


def _rounded(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]

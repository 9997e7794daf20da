"""Figures that the reader moves: the data that a page carries for them.

`book/_static/living.js` draws them. It follows :mod:`specz.spectra.observe` step by step, so
spectra, network and posterior in the browser are those of the package.
"""

import base64
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from specz.common import paths
from specz.estimators.equivariant import filters_of
from specz.spectra.components import decompose
from specz.spectra.grid import CLASSES, Grid
from specz.spectra.library import Library
from specz.spectra.lines import LINES
from specz.spectra.observe import line_sigma, redshift_range
from specz.spectra.sample import Sample

if TYPE_CHECKING:
    import keras

PRIOR_SEDS = 400
"""SEDs that the browser sums over, in a moment; the sum over all takes minutes."""

PRIOR_CONTINUA = 16
PRIOR_STEPS = 2
"""Principal continua, and redshifts per class, of the sum in the browser."""


@dataclass(frozen=True)
class Living:
    """A living figure, shown by a notebook as HTML.

    ``name`` is that in `living.js`, ``alt`` a description for readers who do not see the figure,
    ``data`` the JSON values that the drawing needs.
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


def save(name: str, figure: Living) -> None:
    """Write a living figure as ``<name>.html`` beside the others, for a page of prose to include.

    The page shows it with ``{raw} html`` and ``:file: figures/<name>.html``.
    """
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    (paths.FIGURES / f"{name}.html").write_text(figure._repr_html_() + "\n", encoding="utf-8")


def redshift(library: Library, seds: Sequence[int], grid: Grid) -> Living:
    """Let the reader choose one of the SEDs by index and move its redshift through a grid."""
    low, high = redshift_range(library, grid)
    z = [round(low + 0.005, 2), round(high - 0.005, 2)]
    alt = (
        "One galaxy's spectrum in the observed window; its lines move right as the redshift grows."
    )
    return Living("redshift", alt, {**_observing(library, seds, grid), "z": z})


def posterior(network: "keras.Model | None", train: Sample, seds: Sequence[int]) -> Living:
    """Let the reader add noise to a galaxy; show p(z) of a network and of the Bayes posterior.

    The network is that of :meth:`specz.estimators.equivariant.Equivariant.build`, trained on
    ``train``, whose grid and S/N are used; some of its SEDs, evenly spaced, are the prior.
    ``seds`` are indices of the galaxies to choose from. Without a network the Bayes posterior
    stands alone, and the page carries far fewer numbers.
    """
    components = decompose(train.library, prior_seds(train), PRIOR_CONTINUA)
    prior = {
        "steps": PRIOR_STEPS,
        "continuum": _packed(components.library.continuum[:PRIOR_CONTINUA]),
        "coefficients": _packed(components.coefficients),
    }
    data = {
        **_observing(train.library, seds, train.grid),
        "classes": {"z_min": CLASSES.z_min, "width": CLASSES.width, "n": CLASSES.n},
        "snr": train.snr,
        "prior": prior,
    }
    methods = "the Bayes posterior"
    if network is not None:
        data["network"] = _network(network)
        methods = f"the network and by {methods}"
    return Living("posterior", f"A noisy spectrum, and below it p(z) by {methods}.", data)


def prior_seds(train: Sample) -> npt.NDArray[np.integer]:
    """SEDs of a training sample that :func:`posterior` sums over, shape (n_seds,)."""
    seds = np.unique(train.sed)
    return np.asarray(seds[:: -(-len(seds) // PRIOR_SEDS)])


def _observing(library: Library, seds: Sequence[int], grid: Grid) -> dict[str, object]:
    """Grid, lines and SEDs, from which the browser makes spectra."""
    first, second = map(float, library.wave_rest[:2])
    galaxies = [
        {
            "label": f"position {library.position[sed]:.1f}, "
            f"E(B−V) {library.ebv[sed]:.2f}, EW(Hα) {library.ew_halpha[sed]:.0f} Å",
            "continuum": _packed(library.continuum[sed]),
            "line_flux": _packed(library.line_flux[sed]),
        }
        for sed in seds
    ]
    return {
        "grid": {"wave_min": grid.wave_min, "step": grid.step, "n_pixels": grid.n_pixels},
        "sigma_over_wave": float(line_sigma(1.0, library.config.velocity_dispersion, grid)),
        "nodes": {"wave_min": first, "step": second - first},
        "lines": [{"label": line.label, "wave_rest": line.wave_rest} for line in LINES],
        "seds": galaxies,
    }


def _network(model: "keras.Model") -> dict[str, object]:
    """The weights of an equivariant network, named by their part in it."""
    sharing, correlate, total = map(model.get_layer, ("log_bins", "correlate", "sum_over_class"))
    names = [layer.name for layer in model.layers]
    dense = [name for name in names if name.removeprefix("dense_").isdigit()]
    first = np.repeat(total.first, total.substeps)
    return {
        "n_shifts": correlate.n_shifts,
        "sharing": {name: _packed(getattr(sharing, name)) for name in ("first", "weight")},
        "window": _packed(correlate.window),
        "filters": _packed(filters_of(model)),
        "dense_window": _packed(model.get_layer("dense_window").kernel),
        "dense": [
            {name: _packed(getattr(model.get_layer(layer), name)) for name in ("kernel", "bias")}
            for layer in [*dense, "log_p"]
        ],
        "interpolate": {"first": _packed(first), "weight": _packed(total.weight)},
        "scale": float(model.get_layer("temperature").scale) if "temperature" in names else 1.0,
    }


def _packed(values: npt.ArrayLike) -> str:
    """Values as base64 of little-endian float32, row by row: all digits in little space."""
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode("ascii")

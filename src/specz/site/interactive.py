"""Figures that the reader moves: the data that a page carries for them.

`book/_static/living.js` draws them. `living_methods.js` follows :mod:`specz.spectra.observe` and
the estimators step by step, so spectra, networks and posterior are those of the package.
"""

import base64
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from specz import metrics
from specz.common import paths
from specz.common.arrays import FloatArray, IntArray
from specz.denoising import lines
from specz.estimators.equivariant import filters_of
from specz.experiments.result import Result
from specz.spectra.components import decompose
from specz.spectra.grid import CLASSES, Grid
from specz.spectra.library import Library
from specz.spectra.lines import LINES
from specz.spectra.observe import line_sigma, redshift_range
from specz.spectra.sample import Sample
from specz.study import pages

if TYPE_CHECKING:
    import keras

PRIOR_SEDS = 400
"""SEDs that the browser sums over, in a moment; the sum over all takes minutes."""

PRIOR_CONTINUA = 16
PRIOR_STEPS = 2
"""Principal continua, and redshifts per class, of the sum in the browser."""

CNN_STEPS = 127
"""Steps of 8 bits to either side of zero, for the weights of the CNN's dense layer."""

COLOUR_BANDS = (4200.0, 4800.0), (6000.0, 6500.0)
"""Rest-frame Å whose mean fluxes, blue and red of 5000 Å, give a galaxy's colour."""


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


def write_weights(name: str, weights: object) -> str:
    """Write numbers that a page loads when it shows them; return the address in the site.

    They are a script beside the figures, as a page that was opened from a file may load no other.
    """
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    text = json.dumps(weights, separators=(",", ":"))
    file = f"living_{name}.js"
    (paths.FIGURES / file).write_text(f"specz.weights.{name} = {text};\n", encoding="ascii")
    return f"figures/{file}"


def redshift(library: Library, seds: Sequence[int], grid: Grid) -> Living:
    """Let the reader choose one of the SEDs by index and move its redshift through a grid."""
    low, high = redshift_range(library, grid)
    z = [round(low + 0.005, 2), round(high - 0.005, 2)]
    alt = (
        "One galaxy's spectrum in the observed window; its lines move right as the redshift grows."
    )
    classes = [CLASSES.z_min, CLASSES.z_max]
    return Living("redshift", alt, {**_observing(library, seds, grid), "z": z, "classes": classes})


def convolution(pixels: FloatArray, kernel: FloatArray, edges: FloatArray) -> Living:
    """Let the reader drag a kernel over pixels, shape (n_pixels,), and trace out its answers.

    ``edges`` are those of the pixels in Å, shape (n_pixels + 1,).
    """
    alt = "Pixels of a spectrum with a kernel over some of them; below, the kernel's answers."
    given = {"pixels": pixels, "kernel": kernel, "edges": edges}
    data = {name: np.asarray(values).tolist() for name, values in given.items()}
    return Living("convolution", alt, data)


def posterior(
    network: Result | None, train: Sample, seds: Sequence[int], cnn: Result | None = None
) -> Living:
    """Let the reader add noise to a galaxy; show p(z) of networks and of the Bayes posterior.

    ``network`` is a result of :class:`specz.estimators.equivariant.Equivariant`, trained on
    ``train``, whose grid and S/N are used; some of its SEDs, evenly spaced, are the prior. ``cnn``
    is one of :class:`specz.estimators.cnn.CNN` at the same S/N: its weights, megabytes, are
    written beside the figures, and the page loads them when the figure is seen. ``seds`` are
    indices of the galaxies to choose from. Without networks the Bayes posterior stands alone, and
    the page carries far fewer numbers.
    """
    methods = [{"key": "bayes", "name": "Bayes posterior"}]
    given = {"snr": train.snr, "wrong": metrics.WRONG, "methods": methods}
    data = {**_with_prior(train, seds), **given}
    if network is not None:
        data["network"] = _network(pages.fitted(network).model)
        methods.insert(
            0, {"key": "network", "name": "Equivariant network", "about": _about(network)}
        )
    if cnn is not None:
        data["weights"] = _write_cnn(pages.fitted(cnn).model)
        methods.insert(0, {"key": "cnn", "name": "CNN", "about": _about(cnn)})
    *others, last = (method["name"] for method in methods)
    named = f"{', '.join(others)} and {last}" if others else last
    return Living("posterior", f"A noisy spectrum, and below it p(z): {named}.", data)


def denoising(train: Sample, seds: Sequence[int]) -> Living:
    """Let the reader add noise to a galaxy; show the posterior mean or sample, and invented lines.

    The prior is that of :func:`posterior`. ``seds`` are indices of the galaxies to choose from.
    """
    filter_ = packed(lines.matched_filter(train.grid))
    rule = {"filter": filter_, "level": lines.LEVEL, "near": lines.NEAR}
    alt = "A noisy spectrum, and below it the posterior mean or sample; triangles mark what is new."
    return Living("denoise", alt, {**_with_prior(train, seds), "invented": rule})


def _with_prior(train: Sample, seds: Sequence[int]) -> dict[str, object]:
    """What the browser needs to observe SEDs, and to hold them against those of ``train``."""
    components = decompose(train.library, prior_seds(train), PRIOR_CONTINUA)
    return {
        **_observing(train.library, seds, train.grid),
        "classes": {"z_min": CLASSES.z_min, "width": CLASSES.width, "n": CLASSES.n},
        "prior": {
            "steps": PRIOR_STEPS,
            "continuum": packed(components.library.continuum[:PRIOR_CONTINUA]),
            "coefficients": packed(components.coefficients),
        },
    }


def _about(result: Result) -> str:
    """Say of a network what it was trained on and how well it does there."""
    right = 100 * metrics.accuracy(result.test).value
    return (
        f"{result.n_train:,} training spectra at S/N {result.snr:g}, "
        f"{right:.0f} % of the test spectra in their own class"
    )


def prior_seds(train: Sample) -> npt.NDArray[np.integer]:
    """SEDs of a training sample that :func:`posterior` sums over, shape (n_seds,)."""
    seds = np.unique(train.sed)
    return np.asarray(seds[:: -(-len(seds) // PRIOR_SEDS)])


def _observing(library: Library, seds: Sequence[int], grid: Grid) -> dict[str, object]:
    """Grid, lines and SEDs, from which the browser makes spectra."""
    first, second = map(float, library.wave_rest[:2])
    galaxies = [
        {
            "label": label,
            "continuum": packed(library.continuum[sed]),
            "line_flux": packed(library.line_flux[sed]),
        }
        for sed, label in zip(seds, describe(library, seds), strict=True)
    ]
    return {
        "grid": {"wave_min": grid.wave_min, "step": grid.step, "n_pixels": grid.n_pixels},
        "sigma_over_wave": float(line_sigma(1.0, library.config.velocity_dispersion, grid)),
        "nodes": {"wave_min": first, "step": second - first},
        "lines": [
            {name: getattr(line, name) for name in ("label", "wave_rest", "ratio")}
            for line in LINES
        ],
        "seds": galaxies,
    }


def galaxies(library: Library) -> IntArray:
    """SEDs of the test to choose from, from a strong Hα to a weak one."""
    seds = library.config.split("test")
    rank = np.array([0.9, 0.7, 0.5, 0.3, 0.1, 0.01]) * len(seds)
    return np.asarray(seds[np.argsort(library.ew_halpha[seds])[rank.astype(int)]])


def describe(library: Library, seds: Sequence[int]) -> list[str]:
    """Name galaxies in words, by the thirds of the library that their colour and Hα fall into."""
    blue, red = (
        library.continuum[:, (library.wave_rest >= low) & (library.wave_rest <= high)].mean(axis=1)
        for low, high in COLOUR_BANDS
    )
    colours = _thirds(red / blue, ("blue", "green", "red"))
    strengths = _thirds(library.ew_halpha, ("weak", "medium", "strong"))
    return [
        f"{colours[sed]}, {strengths[sed]} Hα (EW {library.ew_halpha[sed]:.0f} Å)" for sed in seds
    ]


def _thirds(values: FloatArray, words: Sequence[str]) -> list[str]:
    """A word for each value: that of the third of all values which it falls into."""
    return [words[i] for i in np.searchsorted(np.quantile(values, [1 / 3, 2 / 3]), values)]


def _write_cnn(model: "keras.Model") -> str:
    """Write the weights of a CNN as a script beside the figures; return its address in the site.

    The CNN is one without batch normalisation, which the browser does not know.
    The dense layer, nearly all of them, goes in 8 bits: of each column the largest weight is
    :data:`CNN_STEPS` steps from zero.
    """
    convolutions = [layer for layer in model.layers if type(layer).__name__ == "Conv1D"]
    kernel, bias = model.get_layer("classes").get_weights()
    # The softmax is the same without what all classes share, and smaller weights have finer steps.
    kernel -= kernel.mean(axis=1, keepdims=True)
    scale = np.abs(kernel).max(axis=0) / CNN_STEPS
    steps = np.rint(kernel / np.maximum(scale, np.finfo("f4").tiny)).astype(np.int8)
    weights = {
        "layers": [
            {
                "stride": layer.strides[0],
                **{name: packed(getattr(layer, name)) for name in ("kernel", "bias")},
            }
            for layer in convolutions
        ],
        "classes": {"kernel": encoded(steps), "scale": packed(scale), "bias": packed(bias)},
    }
    return write_weights("cnn", weights)


def _network(model: "keras.Model") -> dict[str, object]:
    """The weights of an equivariant network, named by their part in it."""
    sharing, correlate, total = map(model.get_layer, ("log_bins", "correlate", "sum_over_class"))
    names = [layer.name for layer in model.layers]
    dense = [name for name in names if name.removeprefix("dense_").isdigit()]
    first = np.repeat(total.first, total.substeps)
    return {
        "n_shifts": correlate.n_shifts,
        "sharing": {name: packed(getattr(sharing, name)) for name in ("first", "weight")},
        "window": packed(correlate.window),
        "filters": packed(filters_of(model)),
        "dense_window": packed(model.get_layer("dense_window").kernel),
        "dense": [
            {name: packed(getattr(model.get_layer(layer), name)) for name in ("kernel", "bias")}
            for layer in [*dense, "log_p"]
        ],
        "interpolate": {"first": packed(first), "weight": packed(total.weight)},
        "scale": float(model.get_layer("temperature").scale) if "temperature" in names else 1.0,
    }


def packed(values: npt.ArrayLike) -> str:
    """Return values as base64 of little-endian float32, row by row: all digits in little space."""
    return encoded(np.asarray(values, dtype="<f4"))


def encoded(values: npt.NDArray[np.generic]) -> str:
    """Return the bytes of values, row by row, as base64."""
    return base64.b64encode(values.tobytes()).decode("ascii")

"""The 31 COSMOS galaxy templates: stellar continua, ellipticals to starbursts.

Templates of Polletta et al. (2007) from ellipticals to spirals, some mixed from two others,
and blue models of Bruzual & Charlot (2003), as used for the COSMOS 30-band photometric redshifts
(Ilbert et al. 2009). They are models built to match galaxies; none is an observed spectrum. They
have no emission lines. ``scripts/rebuild_templates.py`` rebuilds the committed array byte for byte
from the wheel named in ``data/cosmos_templates.json``.

References: Polletta et al. 2007, ApJ 663, 81. Bruzual & Charlot 2003, MNRAS 344, 1000.
Ilbert et al. 2009, ApJ 690, 1236.
"""

from dataclasses import dataclass
from functools import cache

from specz.common.arrays import FloatArray
from specz.spectra import data_files


@dataclass(frozen=True, eq=False)
class Templates:
    """Rest-frame template continua on a uniform wavelength grid.

    Attributes
    ----------
    names : tuple of str
        In the order of the COSMOS sequence, earliest type first.
    wave_rest : ndarray, shape (n_nodes,), Å
        Uniform nodes; between them a template is linear.
    flux : ndarray, shape (n_templates, n_nodes), arbitrary units per Å
        Flux density f_λ, scaled to a mean of one over the nodes.
    """

    names: tuple[str, ...]
    wave_rest: FloatArray
    flux: FloatArray


@cache
def load_templates() -> Templates:
    """Read the committed template array; errors as for :func:`specz.spectra.data_files.load`."""
    about, wave, flux = data_files.load("cosmos_templates")
    flux = flux.astype(float)
    return Templates(tuple(about["names"]), wave, flux / flux.mean(axis=1, keepdims=True))

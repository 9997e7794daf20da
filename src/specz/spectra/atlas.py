"""Observed galaxies with real emission lines, as test spectra that are not from the library.

69 nearby galaxies of the atlas of Brown et al. (2014) whose Hα emission is within the limits of the
library. Their spectra are observed up to about 7000 Å and a smooth model of the continuum beyond.
``scripts/rebuild_atlas.py`` rebuilds the committed array byte for byte from the archive named in
``data/brown_atlas.json``.

Reference: Brown et al. 2014, ApJS 212, 18.
"""

from functools import cache

import numpy as np

from specz.spectra import data_files
from specz.spectra.library import Library, LibraryConfig
from specz.spectra.lines import LINES

ZERO_POINT = (-2.6, 1.2)
"""Offset of Hα from its vacuum wavelength for 68 % of the galaxies, Å: the error of the atlas's
rest frame. 2 Å correspond to 0.7 classes at z = 1.4."""


@cache
def load_atlas() -> Library:
    """Return the galaxies as a library with nodes every 2.5 Å; their lines are in the continuum.

    Errors as for :func:`specz.spectra.data_files.load`.
    """
    about, wave, flux = data_files.load("brown_atlas")
    n = len(about["names"])
    unknown = np.full(n, np.nan)  # dust and equivalent widths are not in the atlas
    no_lines = np.zeros((n, len(LINES)))
    continuum = flux.astype(np.float32)
    return Library(LibraryConfig(), wave, continuum, no_lines, unknown, unknown, unknown)

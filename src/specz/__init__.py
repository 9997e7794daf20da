"""specz: spectroscopic redshifts by classification, held against the Bayes limit.

The package behind the reproducible companion to Stivaktakis et al. (2020),
doi:10.1109/TBDATA.2019.2934475. Twelve rooms, which import in one direction only: ``common``,
``spectra``, ``estimators``, ``metrics``, ``experiments``, ``images``, ``study``, ``figures``,
``tables``, ``site``, ``own``, ``cli``.

Make a spectrum, and ask an estimator for its redshift:

>>> from specz.estimators.template_fit import TemplateFit
>>> from specz.spectra.grid import CLASSES, get_grid
>>> from specz.spectra.library import LibraryConfig
>>> from specz.spectra.noise import White
>>> from specz.spectra.sample import draw_samples
>>> grid = get_grid("paper")  # 11000-20000 Å at 5 Å
>>> train, validation, test = draw_samples(LibraryConfig(), (2000, 100, 10), White(2.0), grid, 1)
>>> fitted = TemplateFit(templates=(10,)).fit(train, validation, seed=1)
>>> p = fitted.scores(test.flux(slice(1))).values[0]  # of each redshift class
>>> print(f"z = {CLASSES.centres[p.argmax()]:.4f}, p = {p.max():.2f}; true: {test.z[0]:.4f}")
z = 1.3585, p = 1.00; true: 1.3587
"""

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: the program answers Ctrl-C the sooner."""
    if name == "predict":
        return importlib.import_module("specz.own.predict").predict
    if name != "__version__":
        raise AttributeError(f"module 'specz' has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("specz")
    except PackageNotFoundError:  # a checkout on the path, not installed
        return "not installed"

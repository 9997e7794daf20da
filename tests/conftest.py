import pytest

from specz import book
from specz.grid import get_grid
from specz.library import LibraryConfig, build_library
from specz.sweep import Sweep


@pytest.fixture(scope="session")
def library():
    """A small library: the same assumptions, fewer SEDs."""
    return build_library(LibraryConfig(n_train=300, n_validation=60, n_test=120))


@pytest.fixture(scope="session")
def grid():
    return get_grid("paper")


@pytest.fixture(scope="session")
def smoke_site(tmp_path_factory):
    """The site at the smallest profile with the page of a sweep.

    Experiments and executed notebooks are kept in build/ between sessions.
    """
    sweep = Sweep("sizes", "noise", "smoke", {"n_train": [500, 1000]})
    return book.build_sweep(sweep, tmp_path_factory.mktemp("smoke")).parent

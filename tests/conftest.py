import pytest

from specz.grid import get_grid
from specz.library import LibraryConfig, build_library


@pytest.fixture(scope="session")
def library():
    """A small library: the same assumptions, fewer SEDs."""
    return build_library(LibraryConfig(n_train=300, n_validation=60, n_test=120))


@pytest.fixture(scope="session")
def grid():
    return get_grid("paper")

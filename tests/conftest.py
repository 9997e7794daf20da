import json

import pytest

from specz.common import paths
from specz.site import build
from specz.site.sweep import Sweep
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig, build_library


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
    return build.build_sweep(sweep, tmp_path_factory.mktemp("smoke")).parent


# The record of faults: what was injected, how often, and what came of it. A marked test is one
# try, or as many as it says with the fixture `tries`; tests of one fault are counted together.
FAULTS = {}


@pytest.fixture
def tries(record_property):
    """Say how often a test tried its fault."""
    return lambda n: record_property("tries", n)


def pytest_configure(config):
    FAULTS.clear()
    config.addinivalue_line("markers", "fault(name, expected): a fault injected; it is recorded")


LONG = (
    *("test_site", "test_resume", "test_bayes", "test_fanout", "test_kernels", "test_networks"),
    *("test_archive", "test_killed", "test_figures", "test_supply_chain"),
)
"""Files that take longest, longest first, are begun first: no process is left alone with one."""


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
    for item in items:
        for mark in item.iter_markers("fault"):
            item.user_properties.append(("fault", mark.args))  # it travels between processes


def pytest_runtest_logreport(report):
    """Count a report; with pytest-xdist this is called where the workers report to as well."""
    said = dict(report.user_properties)
    if "fault" not in said or (report.when != "call" and report.outcome == "passed"):
        return
    name, expected = said["fault"]
    empty = {"expected": expected, "tries": 0, "passed": 0, "failed": 0, "skipped": 0, "seconds": 0}
    fault = FAULTS.setdefault(name, empty)
    fault[report.outcome] += 1
    fault["seconds"] = round(fault["seconds"] + report.duration, 2)
    if report.when == "call" and report.outcome != "skipped":
        fault["tries"] += said.get("tries", 1)


def pytest_sessionfinish(session):
    if FAULTS and not hasattr(session.config, "workerinput"):
        paths.BUILD.mkdir(exist_ok=True)
        listed = [{"name": name, **FAULTS[name]} for name in sorted(FAULTS)]
        text = json.dumps({"faults": listed}, indent=1, ensure_ascii=False)
        (paths.BUILD / "faults.json").write_text(text + "\n", encoding="utf-8")

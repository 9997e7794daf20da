import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from specz.common import paths, store
from specz.common.processes import cores
from specz.experiments.parallel import Backend
from specz.own.predict import CONTINUA
from specz.site import build, notebooks
from specz.site.sweep import Sweep
from specz.spectra.components import decompose
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.study.profiles import experiments, profile_parameters
from specz.study.studies import STUDIES


@pytest.fixture(scope="session")
def library():
    """A small library: the same assumptions, fewer SEDs."""
    return build_library(LibraryConfig(n_train=300, n_validation=60, n_test=120))


@pytest.fixture(scope="session")
def small_components(library):
    """Components of the small library: as good for tests of ``specz.predict``, and soon ready."""
    return decompose(library, library.config.split("train"), CONTINUA)


@pytest.fixture(scope="session")
def grid():
    return get_grid("paper")


FRESH = ("data", "limit", "claims")
"""Notebooks that are executed anew in each session: data, networks and limit, tables."""


@dataclass(frozen=True)
class Built:
    """The site at the smallest profile, as a process without a network made it.

    Attributes
    ----------
    html : Path
    said : str
        What the process printed.
    reached : str
        Who reached for the network.
    wanted : set of str
        Notebooks that were not there and had to be executed.
    """

    html: Path
    said: str
    reached: str
    wanted: set[str]


@pytest.fixture(scope="session")
def built_site(tmp_path_factory):
    """The one site of a session, with the page of a sweep, made where no network is.

    Experiments and executed notebooks are kept in build/ between sessions.
    """
    from offline import Offline  # another folder than this one may hold a copy of this file

    folder = tmp_path_factory.mktemp("smoke")
    sweep = Sweep("sizes", "noise", "smoke", {"n_train": [500, 1000]})
    pages = [(sweep.notebook, parameters, "smoke") for parameters in sweep.runs()]
    pages += [(name, profile_parameters("smoke", name), "smoke") for name in STUDIES]
    every = [e for name, parameters, _ in pages for e in experiments(name, parameters)]
    build.compute(every, Backend(min(2, cores())))

    (folder / "build" / "notebooks").mkdir(parents=True)
    (folder / "build" / "store").symlink_to(paths.STORE)
    if (paths.BUILD / "wheels").is_dir():  # a page with the images is another than one without
        (folder / "build" / "wheels").symlink_to(paths.BUILD / "wheels")
    wanted = set()
    for name, parameters, profile in pages:
        page = notebooks.kept(name, parameters, profile) if name not in FRESH else None
        if page is None:
            wanted.add(name)
        else:
            target = folder / "build" / "notebooks" / page.folder.name
            shutil.copytree(page.folder, target, dirs_exist_ok=True)
    grid = {"notebook": sweep.notebook, "profile": sweep.profile, "grid": sweep.grid}
    (folder / "sizes.yml").write_text(json.dumps(grid))
    command = ("-c", "from specz.cli import main; main()", "sweep", str(folder / "sizes.yml"))
    done, reached = Offline(folder / "offline").run(*command, SPECZ_BUILD=str(folder / "build"))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for path in (folder / "build" / "notebooks").iterdir():
        if path.is_dir() and not (paths.EXECUTED / path.name).exists():
            aside = store.stage(paths.EXECUTED, ".running-")
            shutil.copytree(path, aside, dirs_exist_ok=True)
            store.commit(aside, paths.EXECUTED / path.name)
    html = folder / "build" / "books" / "sweep-sizes" / "html"
    return Built(html, done.stdout, reached, wanted)


@pytest.fixture(scope="session")
def smoke_site(built_site):
    """Folder of the pages of the site at the smallest profile."""
    return built_site.html


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
    *("test_site", "test_parallel", "test_resume", "test_cnn", "test_kernels", "test_archive"),
    *("test_tables", "test_equivariant", "test_build", "test_bayes", "test_crate", "test_faults"),
    *("test_killed", "test_registry", "test_figures", "test_template_fit", "test_verification"),
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

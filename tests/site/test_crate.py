import hashlib
import importlib.resources
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
import requests
from rocrate_validator import services
from rocrate_validator.models import Severity
from rocrate_validator.utils.http import HttpRequester
from typer.testing import CliRunner

from specz import cli
from specz.common import paths
from specz.site import crate, notebooks
from specz.site.crate import write_crate
from specz.site.repository import FETCH
from specz.study import profiles

CONTEXT = "https://w3id.org/ro/crate/1.3/context"


UNKNOWN = {
    "Organization: RECOMMENDED url property",
    "Organization: SHOULD have ROR identifier",
    "Organization: RECOMMENDED contactPoint references ContactPoint entity",
    "Root Data Entity: at least one author/publisher SHOULD have contactPoint",
}
"""What the standard recommends and nobody can say yet: an address of the authors."""


@pytest.fixture(scope="module")
def page():
    return notebooks.execute("data", profiles.resolve("data", "smoke", {}), "smoke")


@pytest.fixture(scope="module")
def bundle(page, tmp_path_factory):
    return write_crate([page], tmp_path_factory.mktemp("crate") / "crate.zip")


def test_a_bundle_without_the_repository_is_refused_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(cli.book, "make_pages", lambda profile: pytest.fail("made first"))
    done = CliRunner().invoke(cli.app, ["crate"])
    assert isinstance(done.exception, ValueError)
    assert re.search("lacks 'src': .*SPECZ_ROOT", str(done.exception))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the validator's own libraries
@pytest.mark.parametrize("profile", ["ro-crate-1.3", "process-run-crate"])
@pytest.mark.slow
def test_the_bundle_is_valid_and_keeps_what_is_recommended(page, tmp_path, monkeypatch, profile):
    """By the validator of the standard; its context comes from the library, not from the net.

    With fewer files than the whole bundle, of the same kinds: it takes a second for three of them.
    The profile of runs is based on version 1.1, so what it inherits is not asked for.
    """

    def get(self, url, **kwargs):
        assert url == CONTEXT
        response = requests.Response()
        response.status_code, response.url = 200, url
        response.headers["Content-Type"] = "application/ld+json"
        context = importlib.resources.files("rocrate") / "data" / "ro-crate.jsonld"
        response._content = context.read_bytes()
        return response

    monkeypatch.setattr(HttpRequester, "get", get, raising=False)
    few = ("notebooks", "profiles", "src/specz/figures")
    monkeypatch.setattr(crate, "FOLDERS", dict.fromkeys(few, "Some files."))
    settings = services.ValidationSettings(
        rocrate_uri=str(write_crate([page], tmp_path / "crate.zip")),
        profile_identifier=profile,
        requirement_severity=Severity.RECOMMENDED,
        disable_inherited_profiles_issue_reporting=profile == "process-run-crate",
        cache_path=tmp_path / "cache",
    )
    found = services.validate(settings)
    left = [(i.check.name, i.message) for i in found.get_issues() if i.check.name not in UNKNOWN]
    assert not left
    assert all(issue.severity == Severity.RECOMMENDED for issue in found.get_issues())


def graph_of(bundle):
    with zipfile.ZipFile(bundle) as archive:
        return json.loads(archive.read("ro-crate-metadata.json"))["@graph"]


def test_the_bundle_holds_notebooks_results_and_environment_with_their_digests(bundle):
    files = {e["@id"]: e for e in graph_of(bundle) if "sha256" in e}
    with zipfile.ZipFile(bundle) as archive:
        for name, entity in files.items():
            content = archive.read(name)
            assert hashlib.sha256(content).hexdigest() == entity["sha256"]
            assert len(content) == int(entity["contentSize"])
            assert entity["description"]
        assert set(archive.namelist()) == {*files, "ro-crate-metadata.json"}
    assert {"notebooks/data/notebook.ipynb", "notebooks/data/figures/seds.csv"} < set(files)
    assert {"notebooks/data/manifest.json", "requirements.lock", "results/summary.csv"} < set(files)


def test_the_bundle_holds_every_file_of_the_repository_that_a_page_or_a_test_needs(bundle):
    """All that git knows, but for what serves the repository's host and its developers."""
    done = subprocess.run(["git", "ls-files"], cwd=paths.ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("this is no checkout")
    known = [name for name in done.stdout.splitlines() if (paths.ROOT / name).exists()]
    aside = {".ci", ".github", ".gitignore", ".pre-commit-config.yaml", "postBuild"}
    wanted = {name for name in known if name.partition("/")[0] not in aside}
    with zipfile.ZipFile(bundle) as archive:
        assert wanted <= set(archive.namelist())


def test_the_bundle_says_which_program_made_what_from_what_and_when(bundle, page):
    graph = {entity["@id"]: entity for entity in graph_of(bundle)}
    runs = [e for e in graph.values() if e["@type"] == "CreateAction"]
    run = graph["#run-data"]
    assert graph[run["instrument"]["@id"]]["name"] == "papermill"
    assert {one["@id"] for one in graph["./"]["mentions"]} == {one["@id"] for one in runs}
    for one in runs:
        assert graph[one["agent"]["@id"]]["@type"] == "Organization"
        used = [graph[given["@id"]] for given in one["object"]]
        assert used[0]["@id"] == "notebooks/data.py"
        given = {e["name"]: e["value"] for e in used if e["@type"] == "PropertyValue"}
        assert given["n_train"] == json.dumps(page.manifest["parameters"]["n_train"])
        assert one["startTime"] <= one["endTime"] == page.manifest["finished"]
    assert {"@id": "notebooks/data/notebook.ipynb"} in run["result"]
    assert graph["./"]["conformsTo"] == {"@id": crate.PROCESS_RUN}


def test_the_bundle_says_from_which_module_each_figure_was_drawn(bundle, page):
    graph = {entity["@id"]: entity for entity in graph_of(bundle)}
    drawn = {
        one["@id"]: action
        for action in graph.values()
        if action["@id"].startswith("#draw-data-")
        for one in action["result"]
    }
    files = [name for name in page.manifest["files"] if name.endswith((".csv", ".svg", ".pdf"))]
    assert set(drawn) == {f"notebooks/data/{name}" for name in files}
    action = drawn["notebooks/data/figures/seds.svg"]
    assert action["name"] == "Figure seds of data"
    assert graph[action["instrument"]["@id"]]["name"] == "matplotlib"
    assert {"@id": "src/specz/figures/data.py"} in action["object"]


def test_the_bundle_names_the_archived_results_that_a_run_read(page, tmp_path, monkeypatch):
    key = next(path.name for path in sorted(paths.RESULTS.iterdir()) if path.is_dir())
    monkeypatch.setattr(crate, "FOLDERS", {"notebooks": "-", "src": "-", f"results/{key}": "-"})
    manifest = {**page.manifest, "archived_experiments": [{"key": key}]}
    read = replace(page)
    vars(read)["manifest"] = manifest  # in place of the one that is read from its file
    graph = {e["@id"]: e for e in graph_of(write_crate([read], tmp_path / "crate.zip"))}
    assert {"@id": f"results/{key}/manifest.json"} in graph["#run-data"]["object"]


@pytest.mark.slow
def test_the_cell_for_a_hosted_notebook_makes_a_page_with_the_package_as_a_wheel(bundle, tmp_path):
    """Line by line, in an empty folder; the libraries are there, as on a host that has them."""
    text = (paths.BOOK / "reproduce.md").read_text(encoding="utf-8")
    cell = next(part for part in text.split("```") if FETCH in part).strip().splitlines()
    shutil.copy(bundle, tmp_path)
    with zipfile.ZipFile(bundle) as archive:  # instead of unzip, which a host has
        archive.extractall(tmp_path / "specz")
    library = tmp_path / "library"
    install = "-m pip install --quiet --no-deps --no-build-isolation --target"
    assert cell[:3] == [FETCH.strip(), "%cd specz", "%pip install --quiet ."]
    ours = ("SPECZ_ROOT", "SPECZ_BUILD", "SPECZ_FIGURES", "PYTHONPATH")
    environment = {name: v for name, v in os.environ.items() if name not in ours}
    environment |= {"PATH": f"{library / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(library)}
    for line in (f"{sys.executable} {install} {library} .", cell[3].removeprefix("!")):
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=tmp_path / "specz",
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
    assert not (library / "notebooks").exists()
    shown = re.search(r'SVG\("(.+)"\)', cell[5])
    assert (tmp_path / "specz" / shown[1]).read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.slow
def test_a_stranger_makes_a_page_from_the_unpacked_bundle(bundle, page, tmp_path):
    """In an empty folder, with the package that was in the bundle and nothing of this checkout."""
    there = tmp_path / "unpacked"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(there)
    ours = ("SPECZ_ROOT", "SPECZ_BUILD", "SPECZ_FIGURES")
    environment = {name: v for name, v in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", "specz", "run", "data", "--profile", "smoke"]
    done = subprocess.run(
        [*command, "--output", str(tmp_path / "made")],
        cwd=there,
        env={**environment, "PYTHONPATH": str(there / "src")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert str(there) not in (tmp_path / "made" / "notebook.ipynb").read_text()
    assert list((there / "build" / "notebooks").iterdir())
    for name in ("seds.csv", "classes.csv"):
        before = (page.folder / "figures" / name).read_bytes()
        assert (tmp_path / "made" / "figures" / name).read_bytes() == before

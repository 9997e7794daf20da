import hashlib
import importlib.resources
import json
import zipfile

import pytest
import requests
import yaml
from rocrate_validator import services
from rocrate_validator.utils.http import HttpRequester

from specz.common import paths
from specz.site import notebooks
from specz.site.crate import write_crate
from specz.study import profiles

CONTEXT = "https://w3id.org/ro/crate/1.3/context"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    page = notebooks.execute("data", profiles.resolve("data", "smoke", {}), "smoke")
    return write_crate([page], tmp_path_factory.mktemp("crate") / "crate.zip")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the validator's own libraries
@pytest.mark.slow
def test_the_bundle_is_valid(bundle, tmp_path, monkeypatch):
    """By the validator of the standard; its context comes from the library, not from the net."""

    def get(self, url, **kwargs):
        assert url == CONTEXT
        response = requests.Response()
        response.status_code, response.url = 200, url
        response.headers["Content-Type"] = "application/ld+json"
        context = importlib.resources.files("rocrate") / "data" / "ro-crate.jsonld"
        response._content = context.read_bytes()
        return response

    monkeypatch.setattr(HttpRequester, "get", get, raising=False)
    settings = services.ValidationSettings(
        rocrate_uri=str(bundle), profile_identifier="ro-crate-1.3", cache_path=tmp_path / "cache"
    )
    found = services.validate(settings)
    assert found.passed(), [(issue.check.name, issue.message) for issue in found.get_issues()]


def test_the_bundle_holds_notebooks_results_and_environment_with_their_digests(bundle):
    with zipfile.ZipFile(bundle) as archive:
        graph = json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
        files = {e["@id"]: e for e in graph if "sha256" in e}
        for name, entity in files.items():
            content = archive.read(name)
            assert hashlib.sha256(content).hexdigest() == entity["sha256"]
            assert len(content) == int(entity["contentSize"])
        assert set(archive.namelist()) == {*files, "ro-crate-metadata.json"}
    assert {"notebooks/data/notebook.ipynb", "notebooks/data/figures/seds.csv"} < set(files)
    assert {"notebooks/data/manifest.json", "requirements.lock", "results/summary.csv"} < set(files)
    (run,) = [e for e in graph if e["@type"] == "CreateAction"]
    assert run["instrument"] == {"@id": "notebooks/data.py"}


def test_the_entries_for_citation_agree():
    cff = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text())
    zenodo = json.loads((paths.ROOT / ".zenodo.json").read_text())
    for key in ("title", "version", "license", "keywords"):
        assert zenodo[key] == cff[key]
    assert [c["name"] for c in zenodo["creators"]] == [a["name"] for a in cff["authors"]]
    assert zenodo["related_identifiers"][0]["identifier"] == cff["references"][0]["doi"]
    assert cff["version"] in (paths.BOOK / "cite.md").read_text()

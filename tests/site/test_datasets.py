"""Tables with a description in Croissant: digests, columns and types hold of the files."""

import csv
import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from specz.common import paths
from specz.site import datasets
from specz.site.metadata import read_project
from specz.spectra import data_files
from specz.study import archive

KINDS = {"sc:Integer": int, "sc:Float": float, "sc:Text": str}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    datasets.write_tables(site, read_project())
    return site / "as_is" / "data"


@pytest.fixture(params=["results", "templates"])
def described(request, folder):
    return json.loads((folder / f"{request.param}.croissant.json").read_text(encoding="utf-8"))


def rows_of(folder, described):
    (file,) = described["distribution"]
    with (folder / file["contentUrl"]).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_description_has_what_the_standard_demands(described):
    """As https://docs.mlcommons.org/croissant has it, but for an address that is not known."""
    assert described["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    known = {"name", "description", "license", "creator", "datePublished", "version", "citeAs"}
    assert known < described.keys()
    assert ("url" in described) == (read_project().site is not None)
    (file,) = described["distribution"]
    assert {"@id", "name", "contentUrl", "encodingFormat", "sha256"} < file.keys()
    assert described["@context"]["cr"] == "http://mlcommons.org/croissant/"


def test_the_digest_is_that_of_the_file(folder, described):
    (file,) = described["distribution"]
    content = (folder / file["contentUrl"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert f"{len(content)} B" == file["contentSize"]


def test_every_column_is_described_and_holds_values_of_its_type(folder, described):
    ((records,), rows) = (described["recordSet"], rows_of(folder, described))
    fields = {field["name"]: field for field in records["field"]}
    assert list(fields) == list(rows[0])
    for name, field in fields.items():
        assert field["source"]["extract"] == {"column": name}
        assert field["@id"] == f"{records['@id']}/{name}"
        values = [row[name] for row in rows if row[name]]
        assert values
        assert all(KINDS[field["dataType"]](value) is not None for value in values)
        assert field["description"]


def test_the_results_are_those_of_the_archive(folder):
    said = json.loads((folder / "results.croissant.json").read_text(encoding="utf-8"))
    (records,) = said["recordSet"]
    assert [field["name"] for field in records["field"]] == list(archive.COLUMNS)
    assert (folder / "results.csv").read_bytes() == (paths.RESULTS / "summary.csv").read_bytes()


def test_the_templates_are_those_of_the_package_to_the_bit(folder):
    with (folder / "templates.csv").open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    about, wave, flux = data_files.load("cosmos_templates")
    assert head == ["wave_rest", *about["names"]]
    assert [float(row[0]) for row in rows] == list(wave)
    np.testing.assert_array_equal(np.array([row[1:] for row in rows], dtype=np.float32).T, flux)


def test_the_templates_are_cited_and_under_their_own_licence(folder):
    said = json.loads((folder / "templates.croissant.json").read_text(encoding="utf-8"))
    assert said["license"] == "https://spdx.org/licenses/MIT"
    for doi in ("10.1086/518113", "10.1046/j.1365-8711.2003.06897.x"):
        assert doi in said["citeAs"]


def test_without_results_there_are_the_templates(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    datasets.write_tables(tmp_path / "site", read_project())
    names = {path.name for path in (tmp_path / "site" / "as_is" / "data").iterdir()}
    assert names == {"templates.csv", "templates.croissant.json"}


def test_a_book_that_describes_no_tables_has_none(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "BOOK", tmp_path)
    datasets.write_tables(tmp_path / "site", read_project())
    assert not (tmp_path / "site").exists()


def test_once_the_site_has_an_address_the_files_have_one(tmp_path):
    project = replace(read_project(), site="https://example.org/specz")
    datasets.write_tables(tmp_path, project)
    text = (tmp_path / "as_is" / "data" / "results.croissant.json").read_text(encoding="utf-8")
    said = json.loads(text)
    assert said["url"] == "https://example.org/specz/archived.html"
    (file,) = said["distribution"]
    assert file["contentUrl"] == "https://example.org/specz/data/results.csv"

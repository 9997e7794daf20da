"""What machines read of the project: one source, and every form of it says the same."""

import json
import shutil
import tomllib
from html.parser import HTMLParser

import pytest
import yaml
from rocrate.rocrate import ROCrate

from scripts.codemeta import codemeta
from specz.common import paths
from specz.site import metadata
from specz.site.crate import _describe
from specz.site.metadata import describe_page, read_project, to_json
from specz.site.render import _finish, stage_site

CITED = paths.ROOT / "CITATION.cff"
PROJECT = paths.ROOT / "pyproject.toml"
DOI, SITE, CODE = "10.5072/example", "https://example.org/specz", "https://example.org/code"
PERSON = {
    "family-names": "Doe",
    "given-names": 'Jane "J" <3',
    "orcid": "https://orcid.org/0000-0002-1825-0097",  # the one that ORCID keeps for examples
}


class Head(HTMLParser):
    """Links by their relation, and tags by their name, in the head of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.tags = {}, {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "link":
            self.links.setdefault(given["rel"], []).append(given)
        elif tag == "meta" and "name" in given:
            self.tags.setdefault(given["name"], []).append(given["content"])


def hrefs(head, relation):
    return [link["href"] for link in head.links.get(relation, [])]


@pytest.fixture
def project():
    return read_project()


@pytest.fixture
def all_known(tmp_path, monkeypatch):
    """The project once it has a DOI, a day of release, addresses and an author with an ORCID."""
    cited = yaml.safe_load(CITED.read_text(encoding="utf-8"))
    cited |= {"doi": DOI, "date-released": "2026-12-24", "authors": [PERSON]}
    (tmp_path / CITED.name).write_text(yaml.safe_dump(cited), encoding="utf-8")
    urls = f'[project.urls]\nRepository = "{CODE}"\nDocumentation = "{SITE}"\n'
    text = PROJECT.read_text(encoding="utf-8").replace("[project.urls]\n", urls)
    (tmp_path / PROJECT.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return read_project()


def test_the_entry_for_catalogues_is_made_of_the_two_sources(project):
    path = paths.ROOT / metadata.CODEMETA
    said = path.read_text(encoding="utf-8")
    assert said == to_json(codemeta(project)), "scripts/codemeta.py writes it anew"


TERMS = {
    *("@context", "@type", "@id", "name", "description", "version", "license", "author", "url"),
    *("keywords", "identifier", "codeRepository", "datePublished", "programmingLanguage"),
    *("runtimePlatform", "operatingSystem", "softwareRequirements", "referencePublication"),
}
"""Terms that the context of CodeMeta 3.0 defines; a program drops any other."""


def test_the_entry_for_catalogues_says_nothing_that_its_vocabulary_lacks(all_known):
    said = codemeta(all_known)
    assert said["@context"] == "https://w3id.org/codemeta/3.0"
    assert said.keys() == TERMS
    needed = {one["name"]: one["version"] for one in said["softwareRequirements"]}
    assert len(needed) == len(all_known.package["dependencies"])
    assert needed["tensorflow-cpu"] == ">=2.20"
    assert needed["jupyter-book"] == ">=1.0.4.post1,<2"


def test_the_entries_for_citation_agree():
    """Names, version, licence, authors, words and the paper, wherever they stand."""
    cff = yaml.safe_load(CITED.read_text(encoding="utf-8"))
    package = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    zenodo = json.loads((paths.ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    meta = json.loads((paths.ROOT / metadata.CODEMETA).read_text(encoding="utf-8"))
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    names = [author["name"] for author in cff["authors"]]
    for key in ("title", "version", "license", "keywords"):
        assert zenodo[key] == cff[key]
    assert [c["name"] for c in zenodo["creators"]] == names
    assert zenodo["related_identifiers"][0]["identifier"] == cff["references"][0]["doi"]
    assert (package["version"], package["license"]) == (cff["version"], cff["license"])
    assert cff["title"] == f"{package['name']}: {package['description'].replace('A ', 'a ', 1)}"
    assert meta["version"] == cff["version"]
    assert meta["license"] == f"https://spdx.org/licenses/{cff['license']}"
    assert [author["name"] for author in meta["author"]] == names == [config["author"]]
    page = " ".join((paths.BOOK / "cite.md").read_text(encoding="utf-8").replace(">", "").split())
    assert f"{names[0]} ({config['copyright']}). {cff['title'].replace(chr(39), chr(34))}" in page
    assert f"Version {cff['version']}" in page
    assert cff["references"][0]["doi"] in page
    bibliography = (paths.BOOK / "references.bib").read_text(encoding="utf-8")
    assert f"doi = {{{cff['references'][0]['doi']}}}" in bibliography
    terms = (paths.ROOT / "LICENSE").read_text(encoding="utf-8").lower()
    assert terms.startswith(cff["license"].lower().replace("-", " ", 1))
    assert f"copyright (c) {config['copyright']}, {names[0]}".lower() in terms


def test_what_is_not_known_stands_nowhere(project):
    """No DOI, ORCID, day or address is made up: none stands there before the sources have it."""
    known = {"identifier": project.doi, "codeRepository": project.code, "url": project.site}
    known["datePublished"] = project.released
    said = codemeta(project)
    assert {name: said.get(name) for name in known} == known
    head = Head(describe_page(project, "noise.html", "Noise"))
    assert bool(hrefs(head, "cite-as")) == bool(project.doi)
    assert bool(hrefs(head, "author")) == any("@id" in author for author in project.authors)
    assert bool(head.tags.get("citation_public_url")) == bool(project.site)


def test_all_that_is_known_stands_everywhere(all_known):
    said = codemeta(all_known)
    assert said["identifier"] == said["@id"] == f"https://doi.org/{DOI}"
    assert said["datePublished"] == "2026-12-24"
    assert (said["codeRepository"], said["url"]) == (CODE, SITE)
    (author,) = said["author"]
    assert author == {
        "@id": PERSON["orcid"],
        "@type": "Person",
        "givenName": PERSON["given-names"],
        "familyName": "Doe",
    }
    head = Head(describe_page(all_known, "source/notebooks/noise.py.html", 'A < B & "C"'))
    assert hrefs(head, "cite-as") == [f"https://doi.org/{DOI}"]
    assert hrefs(head, "author") == [PERSON["orcid"]]
    assert hrefs(head, "describedby") == ["../../codemeta.json"]
    assert hrefs(head, "collection") == ["../../index.html"]
    assert head.tags["citation_title"] == ['A < B & "C"']
    assert head.tags["citation_author"] == ['Doe, Jane "J" <3']
    assert head.tags["citation_publication_date"] == ["2026/12/24"]
    assert head.tags["citation_doi"] == [DOI]
    assert head.tags["citation_public_url"] == [f"{SITE}/source/notebooks/noise.py.html"]


def test_the_bundle_says_who_made_it_and_its_doi(all_known):
    bundle = ROCrate(version="1.3")
    _describe(bundle, all_known, "2026-12-24")
    root = bundle.root_dataset
    assert root["identifier"] == f"https://doi.org/{DOI}"
    assert root["author"].id == root["publisher"].id == PERSON["orcid"]
    assert root["author"].type == "Person"
    assert root["isBasedOn"].id == CODE
    assert root["license"].id == all_known.license


def test_the_landing_page_links_what_belongs_to_it(project):
    head = Head(describe_page(project, "index.html", "Redshifts", ["results", "templates"]))
    assert hrefs(head, "type") == [
        "https://schema.org/AboutPage",
        "https://schema.org/SoftwareSourceCode",
    ]
    assert hrefs(head, "item") == ["data/results.csv", "data/templates.csv"]
    assert hrefs(head, "describedby") == [
        "codemeta.json",
        "data/results.croissant.json",
        "data/templates.croissant.json",
    ]
    assert "collection" not in head.links
    assert hrefs(head, "license") == [project.license]


def test_every_page_is_described_and_every_link_leads_somewhere(tmp_path):
    stage_site(tmp_path / "site", [], None)
    html = tmp_path / "html"
    shutil.copytree(tmp_path / "site" / "as_is", html)
    for name in ("index", "noise"):
        title = f"<title>\n  {name} &#8212; Redshifts</title>"
        (html / f"{name}.html").write_text(f"<head>{title}</head><body></body>")
    _finish(html)
    pages = sorted(html.rglob("*.html"))
    assert len(pages) > 20  # those of source are among them
    for page in pages:
        head = Head(page.read_text(encoding="utf-8"))
        (title,) = head.tags["citation_title"]
        assert title.endswith(page.stem)
        assert head.tags["citation_author"] == ["The specz authors"]
        (paper,) = head.tags["citation_reference"]
        assert "citation_doi=10.1109/TBDATA.2019.2934475" in paper
        local = [h for r in ("describedby", "item", "collection") for h in hrefs(head, r)]
        assert local
        assert all((page.parent / href).is_file() for href in local)


def test_a_book_of_somebody_else_is_not_described_as_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "index.html").write_text("<head><title>Mine</title></head>")
    metadata.describe_pages(tmp_path)
    assert (tmp_path / "index.html").read_text() == "<head><title>Mine</title></head>"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"doi": "https://doi.org/10.5072/x"}, "doi in CITATION.cff must be like 10.*got 'https"),
        ({"authors": [{**PERSON, "orcid": "0000-0002-1825-0097"}]}, "orcid .* got '0000"),
        ({"license": None}, "it lacks 'license'"),
    ],
)
def test_an_entry_that_would_be_passed_on_wrong_is_named(tmp_path, monkeypatch, change, said):
    cited = {**yaml.safe_load(CITED.read_text(encoding="utf-8")), **change}
    cited = {name: value for name, value in cited.items() if value is not None}
    (tmp_path / CITED.name).write_text(yaml.safe_dump(cited), encoding="utf-8")
    shutil.copy(PROJECT, tmp_path)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=said):
        read_project()

"""What the project says of itself to machines: title, authors, licence, version, addresses.

``CITATION.cff`` holds what is cited, ``pyproject.toml`` the package and its addresses. From these
come the tags in the head of every page (typed links of FAIR Signposting, ``citation_*`` tags of
Highwire Press), the descriptions of tables, the bundle, and ``codemeta.json``, which
``scripts/codemeta.py`` writes. An ORCID, a DOI or an address that is not known stands in none.

References: https://signposting.org/FAIR; https://scholar.google.com/intl/en/scholar/inclusion.html
"""

import html
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import yaml

from specz.common import paths
from specz.site.repository import address_of, repository

CODEMETA = "codemeta.json"

DATA = "data"
"""Folder of the site with the tables of :mod:`specz.site.datasets`."""

DOI, SPDX = "https://doi.org/", "https://spdx.org/licenses/"

LANDING = "index.html"

NEEDED = ("title", "version", "license", "authors", "keywords", "references")
"""Fields of ``CITATION.cff`` that are always there."""

TITLE = re.compile(r"<title>\s*(.*?)(?: &#8212; [^<]*)?\s*</title>", flags=re.S)
"""The title of a page, without that of the site."""


@dataclass(frozen=True)
class Project:
    """What ``CITATION.cff`` and ``[project]`` of ``pyproject.toml`` say; addresses if known."""

    cited: dict[str, Any]
    package: dict[str, Any]
    published: str  # the day of the release; before it, the year of the copyright
    code: str | None
    site: str | None

    @property
    def license(self) -> str:
        """Address of the licence."""
        return f"{SPDX}{self.cited['license']}"

    @property
    def doi(self) -> str | None:
        """Address of the DOI."""
        doi = self.cited.get("doi")
        return doi and f"{DOI}{doi}"

    @property
    def released(self) -> str | None:
        """Day of the release."""
        return self.published if "date-released" in self.cited else None

    @property
    def authors(self) -> list[dict[str, str]]:
        """Authors in the words of schema.org."""
        return [author_of(entry) for entry in self.cited["authors"]]

    def address(self, place: str) -> str | None:
        """Address of a file of the site."""
        return self.site and urljoin(f"{self.site.rstrip('/')}/", place)


def read_project() -> Project | None:
    """Read what the project says of itself; None in a folder that says nothing.

    Such a folder is a book of somebody else, made with the installed package.

    Raises
    ------
    ValueError
        If ``CITATION.cff`` lacks a field, or its DOI or an ORCID is not written as the format asks.
    """
    file = paths.ROOT / "CITATION.cff"
    if not file.is_file() or not (paths.ROOT / "pyproject.toml").is_file():
        return None
    cited = yaml.safe_load(file.read_text(encoding="utf-8"))
    if absent := [name for name in NEEDED if name not in cited]:
        raise ValueError(f"CITATION.cff must have {', '.join(NEEDED)}; it lacks {absent[0]!r}")
    for paper in (cited, *cited["references"]):
        _check("doi", paper.get("doi"), r"10\.\d{4,}/\S+", "10.1109/TBDATA.2019.2934475")
    for author in cited["authors"]:
        form = r"https://orcid\.org/(\d{4}-){3}\d{3}[\dX]"
        _check("orcid", author.get("orcid"), form, "https://orcid.org/0000-0002-1825-0097")
    package = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    year = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))["copyright"]
    published = str(cited.get("date-released", year))
    return Project(cited, package, published, repository(), address_of("Documentation"))


def _check(name: str, value: str | None, form: str, example: str) -> None:
    """Raise ValueError if a value is there and does not have a form."""
    if value is not None and not re.fullmatch(form, value):
        raise ValueError(f"{name} in CITATION.cff must be like {example}; got {value!r}")


def author_of(entry: dict[str, Any]) -> dict[str, str]:
    """Translate an author of ``CITATION.cff``; an ORCID is the identifier of a person."""
    if "name" in entry:
        return {"@type": "Organization", "name": entry["name"]}
    given, family = entry["given-names"], entry["family-names"]
    orcid = {"@id": entry["orcid"]} if "orcid" in entry else {}
    return {**orcid, "@type": "Person", "givenName": given, "familyName": family}


def full_name(author: dict[str, str]) -> str:
    """Name of an author, as Highwire Press writes it: the family's first."""
    return author.get("name") or f"{author['familyName']}, {author['givenName']}"


def to_json(said: dict[str, Any]) -> str:
    """Write a description as a file holds it."""
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def describe_page(project: Project, page: str, title: str, data: Sequence[str] = ()) -> str:
    """Return the tags that say what a page is, whose, under which licence, and how to cite it.

    ``page`` is its place below the site; ``data`` are the names of the tables.
    """
    tags = [("link", tag) for tag in _links(project, page, data)]
    tags += [("meta", tag) for tag in _citation(project, page, title)]
    return "".join(f"<{name} {_attributes(tag)}>\n" for name, tag in tags)


def _attributes(tag: dict[str, str]) -> str:
    return " ".join(f'{name}="{html.escape(value)}"' for name, value in tag.items())


def _links(project: Project, page: str, data: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield typed links, as Signposting asks for them."""
    root = "../" * page.count("/")
    if project.doi:
        yield {"rel": "cite-as", "href": project.doi}
    kinds = ["AboutPage", "SoftwareSourceCode"] if page == LANDING else ["WebPage"]
    yield from ({"rel": "type", "href": f"https://schema.org/{kind}"} for kind in kinds)
    yield {"rel": "license", "href": project.license}
    known = [author["@id"] for author in project.authors if "@id" in author]
    yield from ({"rel": "author", "href": author} for author in known)
    described = {"rel": "describedby", "type": "application/ld+json"}
    yield {**described, "href": f"{root}{CODEMETA}"}
    if page != LANDING:
        yield {"rel": "collection", "href": f"{root}{LANDING}", "type": "text/html"}
        return
    for name in data:
        yield {"rel": "item", "href": f"{DATA}/{name}.csv", "type": "text/csv"}
        yield {**described, "href": f"{DATA}/{name}.croissant.json"}


def _citation(project: Project, page: str, title: str) -> Iterator[dict[str, str]]:
    """Yield what reference managers and indexes of scholarly works read."""
    said = [("title", title), *(("author", full_name(author)) for author in project.authors)]
    said.append(("publication_date", project.published.replace("-", "/")))
    said.append(("inbook_title", project.cited["title"]))
    said.append(("language", "en"))
    said += [("keywords", word) for word in project.cited["keywords"]]
    if project.doi:
        said.append(("doi", project.doi.removeprefix(DOI)))
    if address := project.address(page):
        said.append(("public_url", address))
    said += [("reference", _reference(paper)) for paper in project.cited["references"]]
    yield from ({"name": f"citation_{name}", "content": value} for name, value in said)


def _reference(paper: dict[str, Any]) -> str:
    """Write a work that is referred to, in one tag."""
    parts = [("title", paper["title"])]
    parts += [("author", full_name(author_of(entry))) for entry in paper["authors"]]
    fields = {"journal": "journal_title", "volume": "volume", "issue": "issue", "doi": "doi"}
    fields |= {"start": "firstpage", "end": "lastpage", "year": "publication_date"}
    parts += [(fields[name], str(paper[name])) for name in fields if name in paper]
    return "; ".join(f"citation_{name}={value}" for name, value in parts)


def describe_pages(built: Path) -> None:
    """Put the tags of :func:`describe_page` into the head of every page of a site."""
    project = read_project()
    if project is None:
        return
    data = sorted(path.stem for path in (built / DATA).glob("*.csv"))
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if (title := TITLE.search(text)) is not None:
            page = path.relative_to(built).as_posix()
            tags = describe_page(project, page, html.unescape(title[1]), data)
            path.write_text(text.replace("</head>", f"{tags}</head>", 1), encoding="utf-8")

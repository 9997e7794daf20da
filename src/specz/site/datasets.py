"""Tables of the site that programs load, each described in Croissant 1.0.

Croissant is the vocabulary of MLCommons for data sets: files with their digests, columns with their
types. ``book/tables.yml`` says what the columns mean. The tables are the summary of the archived
results and the galaxy templates; they lie with their descriptions in ``data/`` of the site.

References: Akhtar et al. 2024, https://arxiv.org/abs/2403.19546;
http://mlcommons.org/croissant/1.0
"""

import csv
import io
import re
from pathlib import Path
from typing import Any

import yaml

from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.site.metadata import DATA, SPDX, Project, full_name, to_json
from specz.spectra import data_files


def write_tables(site: Path, project: Project) -> None:
    """Write the tables and their descriptions into a staged tree; results only if there are any.

    A book without ``tables.yml`` offers none.
    """
    meanings = paths.BOOK / "tables.yml"
    if not meanings.is_file():
        return
    said = yaml.safe_load(meanings.read_text(encoding="utf-8"))
    folder = site / "as_is" / DATA
    folder.mkdir(parents=True)
    describe_templates(said["templates"], folder / "templates.csv")
    if (paths.RESULTS / "summary.csv").is_file():
        describe_results(said["results"], folder / "results.csv", project)
    for file in sorted(folder.glob("*.csv")):
        text = to_json(croissant(said[file.stem], said["context"], file, project))
        file.with_suffix(".croissant.json").write_text(text, encoding="utf-8")


def describe_results(said: dict[str, Any], file: Path, project: Project) -> None:
    """Write the summary of the archive, and add to what is said of it its authors and licence."""
    file.write_bytes((paths.RESULTS / "summary.csv").read_bytes())
    authors = "; ".join(full_name(author) for author in project.authors)
    title, version = project.cited["title"], project.cited["version"]
    said["cite"] = f"{authors} ({project.published[:4]}). {title}. Version {version}."
    said["creator"], said["license"] = project.authors, project.license


def describe_templates(said: dict[str, Any], file: Path) -> None:
    """Write the templates, one a column, and add to what is said of them origin and licence."""
    about, wave, flux = data_files.load("cosmos_templates")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["wave_rest", *about["names"]])
    writer.writerows([w, *map(str, row)] for w, row in zip(wave, flux.T, strict=True))
    file.write_text(out.getvalue(), encoding="utf-8")
    meaning = "f_λ of template {}, arbitrary units per Å."
    said["columns"] |= {name: ("Float", meaning.format(name)) for name in about["names"]}
    said["description"] += f" From {about['source']}."
    said["cite"] = "\n".join(map(_bibtex, said["cite"]))
    said["creator"] = {"@type": "Organization", "name": said["creator"]}
    said["license"] = f"{SPDX}{about['licence'].partition(',')[0]}"


def _bibtex(key: str) -> str:
    """Return an entry of the book's bibliography; raise LookupError if there is none."""
    entries = (paths.BOOK / "references.bib").read_text(encoding="utf-8")
    found = re.search(rf"^@\w+{{{key},.*?^}}", entries, flags=re.M | re.S)
    if found is None:
        raise LookupError(f"references.bib has no entry {key!r}")
    return found[0]


def croissant(
    said: dict[str, Any], context: dict[str, Any], file: Path, project: Project
) -> dict[str, Any]:
    """Describe a table that lies in a file."""
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{file.stem}/{name}",
            "name": name,
            "description": meaning,
            "dataType": f"sc:{kind}",
            "source": {"fileObject": {"@id": file.name}, "extract": {"column": name}},
        }
        for name, (kind, meaning) in said["columns"].items()
    ]
    distribution = {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "contentUrl": project.address(f"{DATA}/{file.name}") or file.name,
        "contentSize": f"{file.stat().st_size} B",
        "encodingFormat": "text/csv",
        "sha256": file_digest(file),
    }
    address = project.address(said["page"])
    return {
        "@context": context,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{project.package['name']}-{file.stem}",
        "description": said["description"],
        "version": project.cited["version"],
        "datePublished": project.published,
        "license": said["license"],
        "citeAs": said["cite"],
        "creator": said["creator"],
        **({"url": address} if address else {}),
        "distribution": [distribution],
        "recordSet": [{"@type": "cr:RecordSet", "@id": file.stem, "field": fields}],
    }

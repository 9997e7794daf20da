"""Tables of the site that other programs load, each described in Croissant 1.0.

Croissant is the vocabulary of MLCommons for data sets: files with their digests, columns with their
types. The tables are the summary of the archived results and the galaxy templates; they lie with
their descriptions in ``data/`` of the site.

Reference: Akhtar et al. 2024, https://arxiv.org/abs/2403.19546;
http://mlcommons.org/croissant/1.0
"""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.site.metadata import DATA, SPDX, Project, full_name, to_json
from specz.spectra import data_files

CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{name: {"@id": f"cr:{name}", "@type": "@json"} for name in ("data", "examples")},
    **{
        name: f"cr:{name}"
        for name in (
            *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject"),
            *("fileProperty", "fileSet", "format", "includes", "isLiveDataset", "jsonPath"),
            *("key", "md5", "parentField", "path", "recordSet", "references", "regex"),
            *("repeated", "replace", "samplingRate", "separator", "source", "subField"),
            "transform",
        )
    },
}
"""Croissant's own context: its validator asks for all of it."""

COLUMNS = {
    "method": ("sc:Text", "Method that answers, by its name in the registry."),
    "layers": ("sc:Integer", "Convolutional layers; empty for a method without."),
    "n_train": ("sc:Integer", "Training spectra."),
    "snr": ("sc:Float", "Signal-to-noise ratio; inf for clean spectra."),
    "grid": ("sc:Text", "Name of the wavelength grid."),
    "seed": ("sc:Integer", "Seed of the training."),
    "altered": ("sc:Text", "Perturbation of the test spectra; empty for none."),
    "settings": ("sc:Text", "Settings of the method that differ from its defaults."),
    "n_test": ("sc:Integer", "Test spectra."),
    "accuracy": ("sc:Float", "Fraction of test spectra with exactly the right class."),
    "ci_low": ("sc:Float", "Lower end of the accuracy's 95 % interval over test galaxies."),
    "ci_high": ("sc:Float", "Upper end of that interval."),
    "limit_accuracy": ("sc:Float", "The Bayes limit on the same spectra; empty where unknown."),
    "within1": ("sc:Float", "Fraction with the right class or one beside it."),
    "sigma_nmad": ("sc:Float", "Normalised median absolute deviation of Δz/(1+z)."),
    "outliers_003": ("sc:Float", "Fraction with |Δz|/(1+z) above 0.003."),
    "nll": ("sc:Float", "Mean negative log-likelihood of the true class, in nats."),
    "train_seconds": ("sc:Float", "Seconds of training; no benchmark."),
    "spectra_per_second": ("sc:Float", "Test spectra answered per second; no benchmark."),
    "device": ("sc:Text", "Device of the training."),
    "key": ("sc:Text", "First 16 digits of the archived result's key."),
}
"""Types and meanings of the columns of ``results/summary.csv``."""


@dataclass(frozen=True)
class Table:
    """A table in a CSV file, and what a description says of it besides digests and columns."""

    name: str  # of the file too
    page: str  # of the book, that shows it
    description: str
    license: str  # SPDX
    cite: str
    creators: list[dict[str, str]]
    columns: dict[str, tuple[str, str]]  # type and meaning
    text: str  # CSV with a head


def tables(project: Project) -> list[Table]:
    """Return the tables of the site; that of results only where there are any."""
    found = [_templates()]
    summary = paths.RESULTS / "summary.csv"
    if summary.is_file():
        authors = "; ".join(full_name(author) for author in project.authors)
        version = f"Version {project.cited['version']}"
        results = Table(
            "results",
            "archived.html",
            "Accuracy and other scores of every archived experiment of the companion.",
            project.cited["license"],
            f"{authors} ({project.published[:4]}). {project.cited['title']}. {version}.",
            project.authors,
            COLUMNS,
            summary.read_text(encoding="utf-8"),
        )
        found.append(results)
    return found


def _templates() -> Table:
    """Return the rest-frame templates, one a column."""
    about, wave, flux = data_files.load("cosmos_templates")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["wave_rest", *about["names"]])
    writer.writerows([w, *map(str, row)] for w, row in zip(wave, flux.T, strict=True))
    columns = {"wave_rest": ("sc:Float", "Rest-frame wavelength in Å.")}
    columns |= {n: ("sc:Float", f"f_λ of {n}, arbitrary units per Å.") for n in about["names"]}
    return Table(
        "templates",
        "data.html",
        f"The {len(flux)} galaxy templates from which every spectrum is made. {about['source']}.",
        about["licence"].partition(",")[0],
        "\n".join(_bibtex(key) for key in ("polletta2007", "bruzual2003", "ilbert2009")),
        [{"@type": "Organization", "name": "LSST Dark Energy Science Collaboration"}],
        columns,
        out.getvalue(),
    )


def _bibtex(key: str) -> str:
    """Return an entry of the book's bibliography."""
    entries = (paths.BOOK / "references.bib").read_text(encoding="utf-8")
    found = re.search(rf"^@\w+{{{key},.*?^}}", entries, flags=re.M | re.S)
    if found is None:
        raise LookupError(f"references.bib has no entry {key!r}")
    return found[0]


def croissant(table: Table, file: Path, project: Project) -> dict[str, Any]:
    """Describe a table that is written to a file."""
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{table.name}/{name}",
            "name": name,
            "description": meaning,
            "dataType": kind,
            "source": {"fileObject": {"@id": file.name}, "extract": {"column": name}},
        }
        for name, (kind, meaning) in table.columns.items()
    ]
    said = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{project.package['name']}-{table.name}",
        "description": table.description,
        "version": project.cited["version"],
        "license": f"{SPDX}{table.license}",
        "citeAs": table.cite,
        "creator": table.creators,
        "datePublished": project.published,
        "url": project.address(table.page),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file.name,
                "name": file.name,
                "contentUrl": project.address(f"{DATA}/{file.name}") or file.name,
                "contentSize": f"{file.stat().st_size} B",
                "encodingFormat": "text/csv",
                "sha256": file_digest(file),
            }
        ],
        "recordSet": [{"@type": "cr:RecordSet", "@id": table.name, "field": fields}],
    }
    return {name: value for name, value in said.items() if value is not None}


def write_tables(site: Path, project: Project) -> None:
    """Write the tables and their descriptions into a staged tree."""
    folder = site / "as_is" / DATA
    folder.mkdir(parents=True)
    for table in tables(project):
        file = folder / f"{table.name}.csv"
        file.write_text(table.text, encoding="utf-8")
        text = to_json(croissant(table, file, project))
        (folder / f"{table.name}.croissant.json").write_text(text, encoding="utf-8")

"""The book as one citable bundle: an RO-Crate 1.3 that a stranger can unpack and run again.

It holds the executed notebooks with their figures, and the repository that made them: package,
notebooks, profiles, prose, results, tests, locks. How each page came about is said as the Process
Run Crate profile asks: which program made which files from which, when, with which parameters.

References: Soiland-Reyes et al. 2022, Data Science 5, 97; https://w3id.org/ro/crate/1.3; Leo et al.
2024, PLOS ONE 19, e0309210; https://w3id.org/ro/wfrun/process/0.5
"""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.site.notebooks import Executed
from specz.site.provenance import plain, rerun
from specz.site.repository import repository

FILES = {
    "README.md": "What this is, and the two commands that make it.",
    "CONTRIBUTING.md": "How the code is laid out, and how to add to it.",
    "CHANGELOG.md": "What changed.",
    "CITATION.cff": "Entry for reference managers.",
    ".zenodo.json": "Entry for a deposit.",
    "LICENSE": "Licence of the code.",
    "Makefile": "Commands: make book, make test.",
    "pyproject.toml": "The package: its dependencies and tools.",
    "requirements.lock": "Every package that a reader needs, by version and hash.",
    "requirements-dev.lock": "Every package that a developer needs, by version and hash.",
    "environment.yml": "The environment for conda and Binder.",
    "_config.yml": "Configuration of the site.",
}
FOLDERS = {
    "src": "The package.",
    "notebooks": "Text notebook: the source of a page of figures.",
    "profiles": "Parameters of the notebooks.",
    "book": "Prose of the site, and what it needs.",
    "results": "Archived result at the scale of the study, or a record.",
    "benchmarks": "What is measured of the package.",
    "scripts": "Tool of the repository.",
    "tests": "Test, or what tests share.",
}
"""What of the repository is bundled, all that makes a page and its tests, with descriptions."""

GENERATED = re.compile(r"(^|/)(\.|__pycache__/|[^/]*\.egg-info/)|\.(pyc|ipynb)$")
"""Paths in :data:`FOLDERS` that are no source, or hidden."""

PROCESS_RUN = "https://w3id.org/ro/wfrun/process/0.5"

MADE = {"notebook.ipynb": "Executed notebook", "manifest.json": "Manifest of the run"}

TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".py": "text/x-python",
    ".csv": "text/csv",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".npz": "application/x-npz",
    ".npy": "application/x-npy",
    ".md": "text/markdown",
    ".yml": "application/yaml",
    ".toml": "application/toml",
}


def write_crate(pages: Sequence[Executed], target: Path) -> Path:
    """Bundle executed notebooks with all that made them, and return ``target``.

    ``target`` is a zip file; it is replaced only when the bundle is complete.
    """
    cited = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    crate = ROCrate(version="1.3")
    _describe(crate, cited, max(page.manifest["finished"] for page in pages))
    sources = {at: _add(crate, path, at, what) for at, path, what in _sources()}
    papermill = _entity(
        crate,
        "https://papermill.readthedocs.io",
        "SoftwareApplication",
        name="papermill",
        url="https://papermill.readthedocs.io",
        version=str(pages[0].manifest["versions"]["papermill"]),
    )
    runs = [_add_run(crate, page, papermill, sources) for page in pages]
    crate.root_dataset["mentions"] = _values(runs)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        whole = Path(folder) / "crate.zip"
        crate.write_zip(whole)
        shutil.move(whole, target)
    return target


def _describe(crate: ROCrate, cited: dict[str, Any], finished: str) -> None:
    """Say what the bundle is, from the entry for citation."""
    root = crate.root_dataset
    crate.name = cited["title"]
    crate.description = "Executed notebooks, figures with their data, and all that makes them."
    crate.datePublished = finished
    crate.license = _entity(
        crate,
        "https://spdx.org/licenses/BSD-3-Clause",
        "CreativeWork",
        name="BSD 3-Clause licence",
        description="Use, change and pass on, with the notice of copyright.",
    )
    root["conformsTo"] = _entity(
        crate, PROCESS_RUN, ["CreativeWork", "Profile"], name="Process Run Crate", version="0.5"
    )
    root["version"] = cited["version"]
    root["keywords"] = ", ".join(cited["keywords"])
    authors = _entity(crate, "#authors", "Organization", name=cited["authors"][0]["name"])
    root["author"] = authors
    crate.publisher = authors
    root["citation"] = _values([_paper(crate, paper) for paper in cited["references"]])
    address = repository()
    if address:
        root["isBasedOn"] = _entity(crate, address, "CreativeWork", name="Source code of specz")


def _sources() -> Iterator[tuple[str, Path, str]]:
    """Yield what is bundled of the repository: place in the bundle, file, description."""
    for name, what in FILES.items():
        yield name, paths.ROOT / name, what
    for folder, what in FOLDERS.items():
        for path in sorted((paths.ROOT / folder).rglob("*")):
            at = path.relative_to(paths.ROOT).as_posix()
            if path.is_file() and not GENERATED.search(at):
                yield at, path, what


def _add_run(crate: ROCrate, page: Executed, papermill: Any, sources: dict[str, Any]) -> Any:
    """Add the files of an executed notebook, and the run that made them from its sources."""
    made = []
    for path in sorted(path for path in page.folder.rglob("*") if path.is_file()):
        at = path.relative_to(page.folder).as_posix()
        what = f"{MADE.get(at, 'Figure, or its data,')} of {page.name}."
        made.append(_add(crate, path, f"notebooks/{page.name}/{at}", what))
    manifest = page.manifest
    parameters = [
        _entity(crate, f"#{page.name}-{name}", "PropertyValue", name=name, value=plain(value))
        for name, value in manifest["parameters"].items()
    ]
    end = datetime.fromisoformat(manifest["finished"])
    start = end - timedelta(seconds=round(manifest["seconds"]))
    return _entity(
        crate,
        f"#run-{page.name}",
        "CreateAction",
        name=f"{page.name} at profile {manifest['profile']}",
        description=f"{rerun(page)} (commit {manifest['commit']})",
        startTime=start.isoformat(timespec="seconds"),
        endTime=end.isoformat(timespec="seconds"),
        actionStatus="http://schema.org/CompletedActionStatus",
        agent=crate.publisher,
        instrument=papermill,
        object=[sources[f"notebooks/{page.name}.py"], sources["requirements.lock"], *parameters],
        result=_values(made),
    )


def _values(entities: list[Any]) -> Any:
    """One entity alone, several as a list, as the standard recommends."""
    return entities[0] if len(entities) == 1 else entities


def _add(crate: ROCrate, path: Path, at: str, what: str) -> Any:
    """Add a file with its description, type, size in bytes and SHA-256."""
    properties = {
        "name": at,
        "description": what,
        "encodingFormat": TYPES.get(path.suffix, "text/plain"),
        "contentSize": str(path.stat().st_size),
        "sha256": file_digest(path),
    }
    return crate.add_file(path, at, properties=properties)


def _paper(crate: ROCrate, paper: dict[str, Any]) -> Any:
    named = {"name": paper["title"], "datePublished": str(paper["year"])}
    return _entity(crate, f"https://doi.org/{paper['doi']}", "ScholarlyArticle", **named)


def _entity(crate: ROCrate, identifier: str, kind: str | list[str], **properties: Any) -> Any:
    return crate.add(Entity(crate, identifier, properties={"@type": kind, **properties}))

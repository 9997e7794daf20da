"""The book as one citable bundle: an RO-Crate 1.3 that a stranger can unpack and run again.

It holds the executed notebooks with their figures, and the repository that made them: package,
notebooks, profiles, prose, results, tests, locks. How each page came about is said as the Process
Run Crate profile asks: which program made which files from which, when, with which parameters;
for each figure, from which modules matplotlib drew it.

References: Soiland-Reyes et al. 2022, Data Science 5, 97; https://w3id.org/ro/crate/1.3; Leo et al.
2024, PLOS ONE 19, e0309210; https://w3id.org/ro/wfrun/process/0.5
"""

import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.site.metadata import Project, full_name, read_project
from specz.site.notebooks import Executed
from specz.site.provenance import FORMATS, call_of, defined_in, plain, rerun

FILES = {
    "README.md": "What this is, and the two commands that make it.",
    "CONTRIBUTING.md": "How the code is laid out, and how to add to it.",
    "CHANGELOG.md": "What changed.",
    "CITATION.cff": "Entry for reference managers.",
    "codemeta.json": "Entry for catalogues of software.",
    ".zenodo.json": "Entry for a deposit.",
    "LICENSE": "Licence of the code.",
    "Dockerfile": "The book in a container.",
    ".dockerignore": "What stays outside the container.",
    ".devcontainer/devcontainer.json": "A container to develop in.",
    "Makefile": "Commands: make book, make test.",
    "pyproject.toml": "The package: its dependencies and tools.",
    "setup.py": "What the wheel holds beside the package.",
    "MANIFEST.in": "What the source archive holds beside the package.",
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

PROGRAMS = {
    "papermill": "https://papermill.readthedocs.io",
    "matplotlib": "https://matplotlib.org",
}
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


def check_sources() -> None:
    """Raise ValueError unless the repository is there; an installed wheel has a part of it."""
    absent = [name for name in (*FOLDERS, *FILES) if not (paths.ROOT / name).exists()]
    if absent:
        raise ValueError(
            f"a bundle holds the repository; {paths.ROOT} lacks {absent[0]!r}: "
            "run this in a checkout or an unpacked bundle, or name one with SPECZ_ROOT"
        )


def write_crate(pages: Sequence[Executed], target: Path) -> Path:
    """Bundle executed notebooks with all that made them, and return ``target``.

    ``target`` is a zip file; it is replaced only when the bundle is complete.
    """
    project = read_project()
    if project is None:
        raise ValueError(f"a bundle is cited by CITATION.cff, which is not in {paths.ROOT}")
    crate = ROCrate(version="1.3")
    _describe(crate, project, max(page.manifest["finished"] for page in pages))
    versions = pages[0].manifest["versions"]
    sources = {at: _add(crate, path, at, what) for at, path, what in _sources()}
    programs = {
        name: _entity(crate, url, "SoftwareApplication", name=name, url=url, version=versions[name])
        for name, url in PROGRAMS.items()
    }
    runs = [run for page in pages for run in _add_runs(crate, page, programs, sources)]
    crate.root_dataset["mentions"] = _values(runs)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        whole = Path(folder) / "crate.zip"
        crate.write_zip(whole)
        shutil.move(whole, target)
    return target


def _describe(crate: ROCrate, project: Project, finished: str) -> None:
    """Say what the bundle is, from the entry for citation."""
    root, cited = crate.root_dataset, project.cited
    crate.name = cited["title"]
    crate.description = "Executed notebooks, figures with their data, and all that makes them."
    crate.datePublished = finished
    crate.license = _entity(
        crate,
        project.license,
        "CreativeWork",
        name=f"{cited['license']} licence",
        description="Use, change and pass on, with the notice of copyright.",
    )
    root["conformsTo"] = _entity(
        crate, PROCESS_RUN, ["CreativeWork", "Profile"], name="Process Run Crate", version="0.5"
    )
    root["version"] = cited["version"]
    root["keywords"] = ", ".join(cited["keywords"])
    authors = []
    for i, author in enumerate(project.authors):
        said = {"name": full_name(author), **author}
        authors.append(_entity(crate, said.pop("@id", f"#author-{i}"), said.pop("@type"), **said))
    root["author"] = _values(authors)
    crate.publisher = authors[0]
    root["citation"] = _values([_paper(crate, paper) for paper in cited["references"]])
    if project.doi:
        root["identifier"] = project.doi
    if project.code:
        root["isBasedOn"] = _entity(
            crate, project.code, "CreativeWork", name="Source code of specz"
        )


def _sources() -> Iterator[tuple[str, Path, str]]:
    """Yield what is bundled of the repository: place in the bundle, file, description."""
    for name, what in FILES.items():
        yield name, paths.ROOT / name, what
    for folder, what in FOLDERS.items():
        for path in sorted((paths.ROOT / folder).rglob("*")):
            at = path.relative_to(paths.ROOT).as_posix()
            if path.is_file() and not GENERATED.search(at):
                yield at, path, what


def _add_runs(
    crate: ROCrate, page: Executed, programs: dict[str, Any], sources: dict[str, Any]
) -> Iterator[Any]:
    """Add the files of an executed notebook, and the actions that made them from its sources.

    papermill made the page; matplotlib drew each figure, within the time that the page took.
    """
    made, figures = [], defaultdict(list)
    for path in sorted(path for path in page.folder.rglob("*") if path.is_file()):
        at = path.relative_to(page.folder).as_posix()
        what = f"{MADE.get(at, 'Figure, or its data,')} of {page.name}."
        file = _add(crate, path, f"notebooks/{page.name}/{at}", what)
        if path.suffix.removeprefix(".") in FORMATS:
            figures[path.stem].append(file)
        else:
            made.append(file)
    manifest = page.manifest
    parameters = [
        _entity(crate, f"#{page.name}-{name}", "PropertyValue", name=name, value=plain(value))
        for name, value in manifest["parameters"].items()
    ]
    end = datetime.fromisoformat(manifest["finished"])
    start = end - timedelta(seconds=round(manifest["seconds"]))
    source, lock = sources[f"notebooks/{page.name}.py"], sources["requirements.lock"]
    archived = [f"results/{run['key']}/manifest.json" for run in manifest["archived_experiments"]]
    said = {
        "description": f"{rerun(page)} (commit {manifest['commit']})",
        "startTime": start.isoformat(timespec="seconds"),
        "endTime": end.isoformat(timespec="seconds"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "agent": crate.publisher,
    }
    yield _entity(
        crate,
        f"#run-{page.name}",
        "CreateAction",
        **said,
        name=f"{page.name} at profile {manifest['profile']}",
        instrument=programs["papermill"],
        object=[source, lock, *parameters, *(sources[at] for at in archived if at in sources)],
        result=_values(made),
    )
    for name, files in figures.items():
        yield _entity(
            crate,
            f"#draw-{page.name}-{name}",
            "CreateAction",
            **said,
            name=f"Figure {name} of {page.name}",
            instrument=programs["matplotlib"],
            object=[source, *_drawn_by(page.name, name, sources), lock, *parameters],
            result=_values(files),
        )


def _drawn_by(notebook: str, figure: str, sources: dict[str, Any]) -> list[Any]:
    """Return the modules of the bundle that draw a figure."""
    modules = {defined_in(function)[0] for function in call_of(notebook, figure).functions}
    return [file for at, file in sources.items() if paths.ROOT / at in modules]


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

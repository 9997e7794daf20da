"""The book as one citable bundle: an RO-Crate 1.3 of notebooks, figures, results, environment.

Reference: Soiland-Reyes et al. 2022, Data Science 5, 97; https://w3id.org/ro/crate/1.3
"""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.site.notebooks import Executed

ENVIRONMENT = ("requirements.lock", "pyproject.toml", "environment.yml", "CITATION.cff", "LICENSE")
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
    """Bundle executed notebooks with their sources and results, and return ``target``.

    ``target`` is a zip file; it is replaced only when the bundle is complete.
    """
    cited = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    crate = ROCrate(version="1.3")
    crate.name = cited["title"]
    crate.description = "Executed notebooks, figures with their data, results and environment."
    crate.datePublished = max(page.manifest["finished"] for page in pages)
    crate.license = "https://spdx.org/licenses/BSD-3-Clause"
    crate.root_dataset["version"] = cited["version"]
    crate.root_dataset["keywords"] = ", ".join(cited["keywords"])
    authors = [_entity(crate, "#authors", "Organization", name=cited["authors"][0]["name"])]
    crate.root_dataset["author"] = authors
    crate.publisher = authors[0]
    crate.root_dataset["citation"] = [_paper(crate, paper) for paper in cited["references"]]
    for page in pages:
        made = _add_folder(crate, page.folder, f"notebooks/{page.name}")
        code = paths.NOTEBOOKS / f"{page.name}.py"
        source = _add(crate, code, f"notebooks/{code.name}", ["File", "SoftwareSourceCode"])
        # Process Run Crate: the run that made the page from its source.
        run = _entity(
            crate,
            f"#run-{page.name}",
            "CreateAction",
            name=f"{page.name} at profile {page.manifest['profile']}",
            description=f"commit {page.manifest['commit']}",
            endTime=page.manifest["finished"],
            instrument=source,
            result=made,
        )
        crate.root_dataset.append_to("mentions", run)
    for name in ENVIRONMENT:
        _add(crate, paths.ROOT / name, name)
    _add_folder(crate, paths.RESULTS, "results")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        whole = Path(folder) / "crate.zip"
        crate.write_zip(whole)
        shutil.move(whole, target)
    return target


def _add(crate: ROCrate, path: Path, at: str, kind: str | list[str] = "File") -> Any:
    """Add a file with its type, size in bytes and SHA-256."""
    properties = {
        "@type": kind,
        "name": at,
        "encodingFormat": TYPES.get(path.suffix, "text/plain"),
        "contentSize": str(path.stat().st_size),
        "sha256": file_digest(path),
    }
    return crate.add_file(path, at, properties=properties)


def _add_folder(crate: ROCrate, folder: Path, at: str) -> list[Any]:
    """Add every file under a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [_add(crate, path, f"{at}/{path.relative_to(folder).as_posix()}") for path in files]


def _paper(crate: ROCrate, paper: dict[str, Any]) -> Any:
    named = {"name": paper["title"], "datePublished": str(paper["year"])}
    return _entity(crate, f"https://doi.org/{paper['doi']}", "ScholarlyArticle", **named)


def _entity(crate: ROCrate, identifier: str, kind: str, **properties: Any) -> Any:
    return crate.add(Entity(crate, identifier, properties={"@type": kind, **properties}))

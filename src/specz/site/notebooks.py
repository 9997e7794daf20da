"""Execute text notebooks with papermill, once for each text, parameters and code.

An executed notebook is kept under a key made of its text, its parameters and the code it
reaches, so that a second build runs nothing. Beside it lie its figures with their numbers and a
manifest of parameters, code, versions and experiments.
"""

import json
import math
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from specz.common import checks, paths
from specz.common.circumstances import circumstances
from specz.common.fingerprint import (
    code_fingerprint,
    file_digest,
    library_versions,
)
from specz.common.store import Store, canonical, commit, key_of, stage
from specz.experiments.base import BaseExperiment
from specz.experiments.recipe import numerical_libraries, result_recipe
from specz.figures.style import CONCLUSION
from specz.site.code import notebook_imports
from specz.site.plain import write_plain
from specz.site.sockets import socket_folder
from specz.spectra import data_files
from specz.study import archive
from specz.study.pages import experiments
from specz.study.profiles import STUDY, Parameters, profile_study
from specz.study.studies import STUDIES
from specz.study.titles import study_title

DRAWING_LIBRARIES = ("matplotlib", "papermill")
TEMPLATES = data_files.DATA / "cosmos_templates.npy"
"""The only observed data: every spectrum follows from it, the settings and a seed."""

TIME_LIMIT = 3600.0
"""Seconds that a notebook may take, all its cells together, if :data:`TIMEOUT` sets no other."""

TIMEOUT = "SPECZ_NOTEBOOK_TIMEOUT"
"""Environment variable with another limit in seconds."""


class BookError(Exception):
    """A notebook or the site could not be made; the message names it and the reason."""


@dataclass(frozen=True)
class Executed:
    """An executed notebook; ``fresh`` if it was executed now, not found.

    ``folder`` holds ``notebook.ipynb``, ``figures/`` and ``manifest.json``.
    """

    name: str
    folder: Path
    fresh: bool

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Parameters, profile, code, versions, commit, experiments and duration."""
        path = self.folder / "manifest.json"
        try:
            value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return {**value, "files": dict(value["files"])}
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            again = "remove its folder, and the same command makes it again"
            raise BookError(f"{path} is damaged: {again}") from None


def read_notebook(name: str) -> nbformat.NotebookNode:
    """Read a text notebook; raise ValueError if there is none, or a cell of it is not Python."""
    checks.choice("notebook", name, STUDIES)
    notebook: nbformat.NotebookNode = jupytext.read(paths.NOTEBOOKS / f"{name}.py")
    notebook_imports(name, notebook)
    return notebook


def time_limit() -> float:
    """Seconds that a notebook may take: SPECZ_NOTEBOOK_TIMEOUT, or an hour.

    Raise ValueError if the variable is not a number of seconds, at least one.
    """
    text = os.environ.get(TIMEOUT) or str(TIME_LIMIT)
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError(f"{TIMEOUT} must be a number of seconds; got {text!r}") from None
    checks.number(TIMEOUT, seconds, 1, 1e6)
    return seconds


def execute(name: str, parameters: Parameters, profile: str) -> Executed:
    """Execute a notebook, or return the run that is kept.

    ``parameters`` come checked from :func:`resolve`; the page names ``profile``. Raise BookError if
    a cell fails or the time is up; the partial run is kept as ``<name>.failed.ipynb``.
    """
    limit = time_limit()
    notebook = read_notebook(name)
    recipe = _recipe(name, notebook, parameters, profile)
    folder = _folder(name, recipe)
    if folder.is_dir():
        return Executed(name, folder, fresh=False)
    aside = stage(paths.EXECUTED, ".running-")
    output = aside / "notebook.ipynb"
    start, cells = time.perf_counter(), [""]

    def seconds_left(cell: nbformat.NotebookNode) -> int:
        cells.append(cell.source)
        return max(1, math.ceil(start + limit - time.perf_counter()))

    try:
        with (
            socket_folder() as sockets,
            _environment(
                # The kernel works in another folder.
                SPECZ_BUILD=str(paths.BUILD),
                SPECZ_RESULTS=str(paths.RESULTS),
                SPECZ_FIGURES=str(aside / "figures"),
                JUPYTER_PREFER_ENV_PATH="1",
            ),
        ):
            # Sockets in a folder of its own: kernels that start together can't take the same port
            # or file.
            socket = {"transport": "ipc", "ip": f"{sockets}/kernel"}
            papermill.execute_notebook(
                notebook,
                str(output),
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                cwd=str(paths.NOTEBOOKS),
                config=Config(KernelManager=socket),
                # papermill's own limit is one for each cell.
                timeout_func=seconds_left,
                extra_arguments=["--log-level=50"],  # the kernel complains of being stopped
            )
        _finish(output, parameters)
        files = sorted(path for path in aside.rglob("*") if path.is_file())
        manifest = {
            **recipe,
            **_circumstances(name, parameters),
            "seconds": round(time.perf_counter() - start, 1),
            "files": {path.relative_to(aside).as_posix(): file_digest(path) for path in files},
        }
        text = json.dumps(canonical(manifest), indent=1, ensure_ascii=False) + "\n"
        (aside / "manifest.json").write_text(text, encoding="utf-8")
        commit(aside, folder)
    except (CellTimeoutError, PapermillExecutionError) as error:
        failed = paths.EXECUTED / f"{name}.failed.ipynb"
        shutil.copy(output, failed)
        if isinstance(error, PapermillExecutionError):
            fault = f": cell {error.cell_index} failed with {error.ename}: {error.evalue}"
            fault += f"; {absent}" if (absent := archive.absence()) else ""
        else:
            fault = (
                f" took longer than {limit:g} s and was stopped in the cell that begins "
                f"{cells[-1].partition(chr(10))[0]!r}; {TIMEOUT} sets another number of seconds"
            )
        message = f"notebook {name!r}{fault}\nThe partial run is kept in {failed}"
        raise BookError(message) from None
    except RuntimeError as error:  # a kernel that died, or did not start
        raise BookError(f"notebook {name!r}: its kernel failed: {error}") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Executed(name, folder, fresh=True)


def kept(name: str, parameters: Parameters, profile: str) -> Executed | None:
    """Return the run of a notebook that is kept; None if there is none."""
    folder = _folder(name, _recipe(name, read_notebook(name), parameters, profile))
    return Executed(name, folder, fresh=False) if folder.is_dir() else None


def _folder(name: str, recipe: dict[str, Any]) -> Path:
    return paths.EXECUTED / f"{name}-{key_of(recipe)[:16]}"


def _recipe(
    name: str, notebook: nbformat.NotebookNode, parameters: Parameters, profile: str
) -> dict[str, Any]:
    """Everything that a page depends on."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    imported = notebook_imports(name, notebook)
    own, archived = experiments(name, parameters), profile_study(STUDY, name).experiments()
    return {
        "step": "notebook",
        "text": jupytext.writes(notebook, "py:percent"),
        "parameters": parameters,
        "profile": profile,
        "experiments": [key_of(result_recipe(experiment)) for experiment in own],
        "titles": sorted({study_title(experiment) for experiment in (*own, *archived)}),
        "archived": archive.digests(name),
        "benchmarks": _benchmarks() if "benchmarks" in code else {},
        "code": code_fingerprint(__name__, *imported),
        "versions": library_versions(*numerical_libraries(), *DRAWING_LIBRARIES),
    }


def _circumstances(name: str, parameters: Parameters) -> dict[str, Any]:
    """Say when and on which machine a page and its experiments were made."""
    own = experiments(name, parameters)
    made = [_made(e, Store(paths.STORE), key_of(result_recipe(e))) for e in own]
    wanted = [e for e in profile_study(STUDY, name).experiments() if archive.folder(e).is_dir()]
    archived = [_made(e, Store(paths.RESULTS), archive.archive_key(e)) for e in wanted]
    shown = {"experiments": made, "archived_experiments": archived}
    return {"data": file_digest(TEMPLATES), **shown, **circumstances()}


def _made(experiment: BaseExperiment, store: Store, key: str) -> dict[str, Any]:
    """Say how a stored result was made."""
    manifest = store.manifest(key)
    cost = {"seconds": manifest["seconds"], "device": manifest.get("device", "not recorded")}
    made = {"commit": manifest["commit"], **cost}
    if hasattr(experiment.estimator, "training"):  # a network
        made["backend"] = manifest.get("backend", "not recorded")
    return {"title": study_title(experiment), "key": manifest["key"][:32], **made}


def _benchmarks() -> dict[str, str]:
    """Digests of the records and drawing code in ``benchmarks`` and ``results``."""
    files = [*(paths.ROOT / "benchmarks").glob("*.py"), *paths.RESULTS.glob("*.*")]
    return {path.name: file_digest(path) for path in sorted(files)}


def _finish(path: Path, parameters: Parameters) -> None:
    """Prepare an executed notebook for readers: tags, plain Markdown, no standard error."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["papermill"] = {"parameters": canonical(parameters)}
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.outputs = [item for item in cell.outputs if item.get("name") != "stderr"]
        tags = cell.metadata.setdefault("tags", [])
        is_parameters = {"parameters", "injected-parameters"} & set(tags)
        if "show-input" not in tags:  # code that a page teaches
            tags.append("remove-cell" if is_parameters else "hide-input")
        if any("image/png" in item.get("data", {}) for item in cell.outputs):
            tags.append("remove-output")  # the page shows the saved file, with its caption
    said = (path.parent / "figures").glob(f"*{CONCLUSION}")
    write_plain(notebook, {p.stem: p.read_text(encoding="utf-8") for p in said})
    nbformat.write(notebook, path)


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set environment variables for the kernels started meanwhile."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

"""From text notebooks to a website: execute with papermill, stage one tree, build it.

papermill executes, Jupyter Book only renders. An executed notebook is kept under a key made
of its text, its parameters and the code it reaches, so that a second build runs nothing.
A build that fails leaves the site as it was.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import papermill
import yaml
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from specz import archive, checks, paths
from specz.estimators import REGISTRY
from specz.experiment import Experiment
from specz.fingerprint import code_fingerprint, file_digest, imported_modules, library_versions
from specz.profiles import Parameters, experiments, resolve
from specz.runner import NUMERICAL_LIBRARIES, commit, missing, run
from specz.store import canonical, key_of
from specz.studies import STUDIES

DRAWING_LIBRARIES = (*NUMERICAL_LIBRARIES, "matplotlib", "papermill")


class BookError(Exception):
    """A notebook or the site could not be made; the message says which and why."""


@dataclass(frozen=True)
class Executed:
    """An executed notebook.

    Attributes
    ----------
    name : str
    folder : Path
        Holds ``notebook.ipynb``, ``figures/`` and ``manifest.json``.
    fresh : bool
        Whether it was executed now, not found.
    """

    name: str
    folder: Path
    fresh: bool


# --- notebooks ------------------------------------------------------------------------


def read_notebook(name: str) -> nbformat.NotebookNode:
    """Read a text notebook.

    Raises
    ------
    ValueError
        If there is no such notebook; the message names the nearest one.
    """
    checks.choice("notebook", name, STUDIES)
    notebook: nbformat.NotebookNode = jupytext.read(paths.NOTEBOOKS / f"{name}.py")
    return notebook


def execute(name: str, parameters: Parameters, profile: str) -> Executed:
    """Execute a notebook, or return the run that is kept.

    Parameters
    ----------
    name : str
    parameters : dict
        Checked ones, from :func:`resolve`.
    profile : str
        Named on the page.

    Raises
    ------
    BookError
        If a cell fails; the partial run is kept as ``<name>.failed.ipynb``.
    """
    notebook = read_notebook(name)
    recipe = _recipe(name, notebook, parameters, profile)
    folder = paths.EXECUTED / f"{name}-{key_of(recipe)[:16]}"
    if folder.is_dir():
        return Executed(name, folder, fresh=False)
    paths.EXECUTED.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".running-", dir=paths.EXECUTED))
    output = aside / "notebook.ipynb"
    start = time.perf_counter()
    try:
        with _environment(SPECZ_FIGURES=str(aside / "figures"), JUPYTER_PREFER_ENV_PATH="1"):
            papermill.execute_notebook(
                notebook,
                str(output),
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                cwd=str(paths.NOTEBOOKS),
                config=Config(KernelManager={"transport": "ipc"}),  # no ports to race for
                extra_arguments=["--log-level=50"],  # the kernel complains of being stopped
            )
        manifest = {**recipe, "commit": commit(), "seconds": time.perf_counter() - start}
        _finish(output, name, parameters, profile, manifest)
        (aside / "manifest.json").write_text(
            json.dumps(canonical(manifest), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        aside.rename(folder)
    except PapermillExecutionError as error:
        kept = paths.EXECUTED / f"{name}.failed.ipynb"
        shutil.copy(output, kept)
        raise BookError(
            f"notebook {name!r}: cell {error.cell_index} failed with {error.ename}: "
            f"{error.evalue}\nThe partial run is kept in {kept}"
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Executed(name, folder, fresh=True)


def _recipe(
    name: str, notebook: nbformat.NotebookNode, parameters: Parameters, profile: str
) -> dict[str, Any]:
    """What decides what a page shows."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    estimators = [path.partition(":")[0] for path in REGISTRY.values()]
    return {
        "step": "notebook",
        "text": jupytext.writes(notebook, "py:percent"),
        "parameters": parameters,
        "profile": profile,
        "archived": archive.digests(name),
        "code": code_fingerprint("specz.book", *imported_modules(ast.parse(code)), *estimators),
        "versions": library_versions(*DRAWING_LIBRARIES),
    }


def _finish(
    path: Path, name: str, parameters: Parameters, profile: str, manifest: Mapping[str, Any]
) -> None:
    """Make an executed notebook fit for the book: tags, provenance, no machine paths."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["papermill"] = {"parameters": canonical(parameters)}
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.outputs = [
            item
            for item in cell.outputs
            if not (item.output_type == "stream" and item.name == "stderr")
        ]
        tags = cell.metadata.setdefault("tags", [])
        is_parameters = {"parameters", "injected-parameters"} & set(tags)
        tags.append("remove-cell" if is_parameters else "hide-input")
        if any("image/png" in item.get("data", {}) for item in cell.outputs):
            tags.append("remove-output")  # the page shows the saved file, with its caption
    notebook.cells.append(
        nbformat.v4.new_markdown_cell(_provenance(name, parameters, profile, manifest))
    )
    nbformat.write(notebook, path)


def _provenance(
    name: str, parameters: Parameters, profile: str, manifest: Mapping[str, Any]
) -> str:
    """Return the box at the foot of a page: what made it, and how to make it again."""
    rows = "\n".join(
        f"| `{key}` | `{json.dumps(canonical(value))}` |" for key, value in parameters.items()
    )
    versions = ", ".join(f"{key} {value}" for key, value in manifest["versions"].items())
    return (
        "```{admonition} How this page was made\n:class: note dropdown\n\n"
        f"Profile **{profile}**, commit `{manifest['commit']}`; {versions}; "
        f"the page itself took {manifest['seconds']:.0f} s once its experiments were there.\n\n"
        "| parameter | value |\n|---|---|\n"
        f"{rows}\n\n"
        f"Make it again: `specz run {name} --profile {profile}`, with `-p name=value` for "
        "parameters of your own.\n```\n"
    )


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set environment variables for the kernels started meanwhile."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


# --- site -----------------------------------------------------------------------------


def compute(wanted: Iterable[Experiment]) -> None:
    """Run the experiments that the store lacks, with progress on the terminal.

    A notebook would run them as well, but behind closed doors.
    """
    absent = missing(list(dict.fromkeys(wanted)))
    for i, experiment in enumerate(absent, start=1):
        print(f"experiment {i} of {len(absent)}: {experiment.title}", flush=True)
        run([experiment])


def build(profile: str, overrides: Mapping[str, Mapping[str, Any]] | None = None) -> Path:
    """Run what is missing, execute every notebook, and build the site.

    Parameters
    ----------
    profile : str
    overrides : dict, optional
        Notebook name to the reader's own parameters.

    Returns
    -------
    Path
        ``build/html/index.html``.

    Raises
    ------
    ValueError, TypeError
        If a name or a value is wrong; nothing has been run then.
    BookError
        If a notebook or the site fails; the site built before stays as it was.
    """
    overrides = overrides or {}
    for name in overrides:
        checks.choice("notebook", name, STUDIES)
    chosen = {name: resolve(name, profile, overrides.get(name, {})) for name in STUDIES}
    compute([e for name in chosen for e in experiments(name, chosen[name])])
    executed = []
    for name, parameters in chosen.items():
        page = execute(name, parameters, profile)
        print(f"{name}: {f'executed in {_seconds(page):.0f} s' if page.fresh else 'unchanged'}")
        executed.append(page)
    _stage(executed, profile, changed=bool(overrides))
    _render()
    return paths.HTML / "index.html"


def _seconds(page: Executed) -> float:
    manifest = json.loads((page.folder / "manifest.json").read_text(encoding="utf-8"))
    return float(manifest["seconds"])


def _stage(executed: list[Executed], profile: str, changed: bool) -> None:
    """Put prose, executed notebooks and figures into one tree, with the configuration."""
    shutil.rmtree(paths.SITE, ignore_errors=True)
    shutil.copytree(paths.BOOK, paths.SITE)
    figures = paths.SITE / "figures"
    figures.mkdir()
    for page in executed:
        shutil.copy(page.folder / "notebook.ipynb", paths.SITE / f"{page.name}.ipynb")
        for figure in sorted((page.folder / "figures").glob("*.svg")):
            shutil.copy(figure, figures)
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    if profile != "paper" or changed:
        own = " with parameters of the reader's own" if changed else ""
        config["sphinx"]["config"]["html_theme_options"]["announcement"] = (
            f"Made with the <strong>{profile}</strong> profile{own}: small training sets. "
            "The figures show the shape of the results, not their final values."
        )
    (paths.SITE / "_config.yml").write_text(
        yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )


def _render() -> None:
    """Build the staged tree strictly; replace the site only when that succeeds."""
    digests = {
        str(path.relative_to(paths.SITE)): file_digest(path)
        for path in sorted(paths.SITE.rglob("*"))
        if path.is_file()
    }
    digest = key_of({"site": digests, "versions": library_versions("jupyter-book", "sphinx")})
    stamp = paths.HTML / ".digest"
    if stamp.exists() and stamp.read_text() == digest:
        print("site: unchanged")
        return
    work = paths.BUILD / "jupyter-book"
    shutil.rmtree(work, ignore_errors=True)
    command = [
        *(sys.executable, "-c", "from jupyter_book.cli.main import main; main()"),
        *("build", str(paths.SITE)),
        *("--path-output", str(work), "--config", str(paths.SITE / "_config.yml")),
        *("--toc", str(paths.SITE / "_toc.yml"), "-W", "-n", "--keep-going", "--all"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    log = paths.BUILD / "jupyter-book.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()
        telling = ("WARNING:", "ERROR:", "sphinx.errors.")
        said = [line for line in lines if any(word in line for word in telling)] or lines[-20:]
        raise BookError("\n".join(["the site did not build:", *said, f"The whole log: {log}"]))
    html = work / "_build" / "html"
    (html / ".digest").write_text(digest)
    old = paths.BUILD / "html.old"
    shutil.rmtree(old, ignore_errors=True)
    if paths.HTML.exists():
        paths.HTML.rename(old)
    html.rename(paths.HTML)
    shutil.rmtree(old, ignore_errors=True)
    size = sum(path.stat().st_size for path in paths.HTML.rglob("*") if path.is_file())
    print(f"site: built, {size / 1e6:.1f} MB")

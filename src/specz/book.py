"""The website: execute every notebook, stage one tree, build it strictly.

papermill executes, Jupyter Book only renders. A build that fails leaves the site as it was.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import yaml

from specz import checks, paths, provenance
from specz.execution import BookError, Executed, execute
from specz.experiment import Experiment
from specz.fingerprint import file_digest, library_versions
from specz.profiles import experiments, resolve
from specz.runner import missing, run
from specz.store import key_of
from specz.studies import STUDIES


def compute(wanted: Iterable[Experiment]) -> None:
    """Run the experiments that the store lacks, with progress on the terminal.

    A notebook would run them as well, but behind closed doors.
    """
    absent = missing(list(dict.fromkeys(wanted)))
    for i, experiment in enumerate(absent, start=1):
        print(f"experiment {i} of {len(absent)}: {experiment.title}", flush=True)
        run([experiment])


def build(
    profile: str,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    folder: Path | None = None,
) -> Path:
    """Run what is missing, execute every notebook, and build the site.

    Parameters
    ----------
    profile : str
    overrides : dict, optional
        Notebook name to the reader's own parameters.
    folder : Path, optional
        Where ``html/`` is put, ``build`` by default.

    Returns
    -------
    Path
        ``html/index.html`` in the folder.

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
        seconds = page.manifest["seconds"]
        print(f"{name}: {f'executed in {seconds:.0f} s' if page.fresh else 'unchanged'}")
        executed.append(page)
    folder = folder or paths.BUILD
    _stage(folder / "site", executed, profile, changed=bool(overrides))
    return _render(folder)


def _stage(site: Path, executed: list[Executed], profile: str, changed: bool) -> None:
    """Put prose, executed notebooks and their files into one tree, with the configuration."""
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(paths.BOOK, site)
    (site / "files").mkdir()
    for page in executed:
        nbformat.write(provenance.annotate(page), site / f"{page.name}.ipynb")
        shutil.copy(page.folder / "notebook.ipynb", site / "files" / f"{page.name}.ipynb")
        shutil.copy(paths.NOTEBOOKS / f"{page.name}.py", site / "files")
        shutil.copytree(page.folder / "figures", site / "figures", dirs_exist_ok=True)
    provenance.write_sources(site / "as_is" / "source")
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    if profile != "paper" or changed:
        own = " with parameters of the reader's own" if changed else ""
        config["sphinx"]["config"]["html_theme_options"]["announcement"] = (
            f"Made with the <strong>{profile}</strong> profile{own}: small training sets. "
            "The figures show the shape of the results, not their final values."
        )
    (site / "_config.yml").write_text(
        yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )


def _render(folder: Path) -> Path:
    """Build the tree ``folder/site`` strictly; replace ``folder/html`` only if that succeeds.

    Returns
    -------
    Path
        ``folder/html/index.html``.
    """
    site, html = folder / "site", folder / "html"
    digests = {
        str(path.relative_to(site)): file_digest(path)
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }
    code = file_digest(Path(__file__))
    versions = library_versions("jupyter-book", "sphinx")
    digest = key_of({"site": digests, "code": code, "versions": versions})
    stamp = html / ".digest"
    if stamp.exists() and stamp.read_text() == digest:
        print("site: unchanged")
        return html / "index.html"
    work = folder / "jupyter-book"
    shutil.rmtree(work, ignore_errors=True)
    command = [
        *(sys.executable, "-c", "from jupyter_book.cli.main import main; main()"),
        *("build", str(site)),
        *("--path-output", str(work), "--config", str(site / "_config.yml")),
        *("--toc", str(site / "_toc.yml"), "-W", "-n", "--keep-going", "--all"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    log = folder / "jupyter-book.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()
        telling = ("WARNING:", "ERROR:", "sphinx.errors.")
        said = [line for line in lines if any(word in line for word in telling)] or lines[-20:]
        raise BookError("\n".join(["the site did not build:", *said, f"The whole log: {log}"]))
    built = work / "_build" / "html"
    _trim(built)
    (built / ".digest").write_text(digest)
    old = folder / "html.old"
    shutil.rmtree(old, ignore_errors=True)
    if html.exists():
        html.rename(old)
    built.rename(html)
    shutil.rmtree(old, ignore_errors=True)
    size = sum(path.stat().st_size for path in html.rglob("*") if path.is_file())
    print(f"site: built, {size / 1e6:.1f} MB")
    return html / "index.html"


NEEDLESS = re.compile(
    # The theme's style sheet has the icons as a font; the script draws all of them again, in
    # 1.5 MB. Live code needs a server; none is offered, and its loader names a foreign host.
    r"<script[^>]*(?:fontawesome|thebe)[^>]*></script>\s*"
    r"|<script>[^<]*THEBE_JS_URL[^<]*</script>\s*"
    r"|<link[^>]*(?:fontawesome|thebe)[^>]*/?>\s*"
)
"""Tags of the theme that a page works without."""

NEEDLESS_FILES = (
    *("scripts/fontawesome.js*", "**/*.map", "sphinx-thebe.*", "locales", "*macros.html"),
    *("mathjax/*svg*.js", "mathjax/mml-*.js", "mathjax/*-full*.js", "mathjax/node-main.js"),
)
"""Files under ``_static`` that no page asks for: two thirds of the site."""


def _trim(html: Path) -> None:
    """Take out of a built site what no page needs, and a list role without list items."""
    for page in html.rglob("*.html"):
        text = NEEDLESS.sub("", page.read_text(encoding="utf-8"))
        text = text.replace(
            '<div role="list" class="citation-list">', '<div class="citation-list">'
        )
        page.write_text(text, encoding="utf-8")
    for pattern in NEEDLESS_FILES:
        for path in (html / "_static").glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

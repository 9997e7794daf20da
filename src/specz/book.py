"""The website: execute every notebook, stage one tree, build it strictly.

papermill executes, Jupyter Book only renders. A build that fails leaves the site as it was.
"""

import html as html_text
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import yaml

from specz import checks, fanout, paths, provenance
from specz.execution import BookError, Executed, execute, kept
from specz.experiment import Experiment
from specz.fanout import HERE, Where
from specz.fingerprint import file_digest, library_versions
from specz.lock import alone
from specz.processes import Processes, cores
from specz.profiles import Parameters, experiments, resolve
from specz.store import canonical, key_of
from specz.studies import STUDIES
from specz.sweep import Sweep, write_page


def compute(wanted: Iterable[Experiment], where: Where = HERE) -> None:
    """Run the experiments that the store lacks, with progress on the terminal.

    A notebook would run them as well, but behind closed doors.
    """
    deque(fanout.compute(wanted, where), maxlen=0)


def make_pages(
    profile: str,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    where: Where = HERE,
) -> list[Executed]:
    """Run what is missing and execute every notebook.

    Parameters
    ----------
    profile : str
    overrides : dict, optional
        Notebook name to the reader's own parameters.
    where : Where
        The experiments are computed; notebooks, which only draw, are executed here.

    Raises
    ------
    ValueError, TypeError
        If a name or a value is wrong; nothing has been run then.
    FanoutError
        If an experiment fails; the others are done.
    BookError
        If a notebook fails.
    """
    overrides = overrides or {}
    for name in overrides:
        checks.choice("notebook", name, STUDIES)
    chosen = {name: resolve(name, profile, overrides.get(name, {})) for name in STUDIES}
    compute([e for name in chosen for e in experiments(name, chosen[name])], where)
    return execute_all([(name, parameters, profile) for name, parameters in chosen.items()])


def execute_all(wanted: Sequence[tuple[str, Parameters, str]]) -> list[Executed]:
    """Execute notebooks, as many at a time as there are cores; say what each took.

    Parameters
    ----------
    wanted : sequence of (notebook, parameters, profile)
    """
    there = [kept(*one) for one in wanted]
    absent = [one for one, page in zip(wanted, there, strict=True) if page is None]
    made: Iterator[Executed] = iter(())
    if absent:
        # A kernel takes its settings from the environment, which belongs to a process.
        with Processes(min(len(absent), cores())) as processes:
            futures = [processes.submit(execute, *one) for one in absent]
            wait(futures)
        made = (_page(one[0], future) for one, future in zip(absent, futures, strict=True))
    pages = [page or next(made) for page in there]
    for page in pages:
        seconds = page.manifest["seconds"]
        took = f"executed in {seconds:.0f} s" if page.fresh else "unchanged"
        print(f"{page.name}: {took}", flush=True)
    return pages


def _page(name: str, future: "Future[Executed]") -> Executed:
    try:
        return future.result()
    except BrokenExecutor as error:
        raise BookError(f"notebook {name!r}: {error}") from None


def build(
    profile: str,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    folder: Path | None = None,
    where: Where = HERE,
) -> Path:
    """Make every page and build the site.

    Parameters
    ----------
    profile : str
    overrides : dict, optional
        Notebook name to the reader's own parameters.
    folder : Path, optional
        Where ``html/`` is put. By default ``build``, and for parameters of the reader's own
        a folder under ``build/books`` that is named after them.
    where : Where
        The experiments are computed.

    Returns
    -------
    Path
        ``html/index.html`` in the folder.

    Raises
    ------
    ValueError, TypeError, FanoutError, BookError
        As :func:`make_pages`, and BookError if the site fails; the site built before stays.
    """
    pages = make_pages(profile, overrides, where)
    own = {
        f"{name}.{key}": value
        for name, given in (overrides or {}).items()
        for key, value in given.items()
    }
    folder = folder or (_folder_of(profile, own) if own else paths.BUILD)
    with _site_lock(folder) as lock:
        _stage(folder / "site", pages, _banner(profile, own))
        return _render(folder, lock)


def build_sweep(sweep: Sweep, folder: Path | None = None, where: Where = HERE) -> Path:
    """Make every run of a sweep and a book with a page that compares them.

    Parameters
    ----------
    sweep : Sweep
    folder : Path, optional
        Where ``html/`` is put; ``build/books/sweep-<name>`` by default.
    where : Where
        The experiments are computed.

    Returns
    -------
    Path
        ``html/sweep.html`` in the folder.

    Raises
    ------
    FanoutError, BookError
        If an experiment, a notebook or the site fails; the site built before stays.
    """
    runs = sweep.runs()
    compute([e for parameters in runs for e in experiments(sweep.notebook, parameters)], where)
    compared = execute_all([(sweep.notebook, parameters, sweep.profile) for parameters in runs])
    pages = make_pages(sweep.profile, where=where)
    folder = folder or paths.BUILD / "books" / f"sweep-{sweep.name}"
    site = folder / "site"
    with _site_lock(folder) as lock:
        _stage(site, pages, _banner(sweep.profile, {}))
        write_page(sweep, compared, site)
        contents = yaml.safe_load((site / "_toc.yml").read_text(encoding="utf-8"))
        contents["parts"].insert(0, {"caption": "Sweep", "chapters": [{"file": "sweep.md"}]})
        (site / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")
        return _render(folder, lock).with_name("sweep.html")


@contextmanager
def _site_lock(folder: Path) -> Iterator[int]:
    """Let one process at a time stage and render in a folder; mend what a killed one left."""
    with alone(folder / ".lock", f"builds the site in {folder}") as lock:
        html, old = folder / "html", folder / "html.old"
        if old.exists() and not html.exists():
            old.rename(html)
            print("site: an earlier build was killed while it replaced the site; put back")
        shutil.rmtree(old, ignore_errors=True)
        yield lock


def _folder_of(profile: str, own: Mapping[str, Any]) -> Path:
    """Where the site of the reader's own parameters lies: a name to read, a digest to be sure."""
    words = "-".join(f"{name}={provenance.plain(canonical(value))}" for name, value in own.items())
    short = re.sub(r"[^\w.=+-]+", "_", words)[:60].strip("_")
    return paths.BUILD / "books" / f"{profile}-{short}-{key_of(own)[:8]}"


def _banner(profile: str, own: Mapping[str, Any]) -> str | None:
    """What the top of each page says of the book's parameters; nothing at paper scale."""
    if profile == "paper" and not own:
        return None
    said = f"Made with the <strong>{profile}</strong> profile"
    if own:
        values = [f"{name} = {provenance.plain(canonical(value))}" for name, value in own.items()]
        said += f" and <strong>{html_text.escape('; '.join(values))}</strong>"
    if profile == "paper":
        return f"{said}."
    return (
        f"{said}: small training sets. "
        "The figures show the shape of the results, not their final values."
    )


def _stage(site: Path, pages: Sequence[Executed], banner: str | None) -> None:
    """Put prose, executed notebooks and their files into one tree, with the configuration."""
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(paths.BOOK, site)
    (site / "files").mkdir()
    for page in pages:
        nbformat.write(provenance.annotate(page), site / f"{page.name}.ipynb")
        shutil.copy(page.folder / "notebook.ipynb", site / "files" / f"{page.name}.ipynb")
        shutil.copy(paths.NOTEBOOKS / f"{page.name}.py", site / "files")
        shutil.copytree(page.folder / "figures", site / "figures", dirs_exist_ok=True)
    provenance.write_sources(site / "as_is" / "source")
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    if banner is not None:
        config["sphinx"]["config"]["html_theme_options"]["announcement"] = banner
    (site / "_config.yml").write_text(
        yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )


def _render(folder: Path, *held: int) -> Path:
    """Build the tree ``folder/site`` strictly; replace ``folder/html`` only if that succeeds.

    Parameters
    ----------
    folder : Path
    *held : int
        Descriptors of locks: the renderer may outlive this process, and then holds them on.

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
    done = subprocess.run(command, capture_output=True, text=True, check=False, pass_fds=held)
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

MATHS = re.compile(
    r"<script>window.MathJax[^<]*</script>\s*|<script[^>]*mathjax/[^>]*></script>\s*"
)
"""Tags that a page without a formula works without; they ask for 1.2 MB."""

NEEDLESS_FILES = (
    *("scripts/fontawesome.js*", "**/*.map", "sphinx-thebe.*", "locales", "*macros.html"),
    *("mathjax/*svg*.js", "mathjax/mml-*.js", "mathjax/*-full*.js", "mathjax/node-main.js"),
)
"""Files under ``_static`` that no page asks for: two thirds of the site."""


def _trim(html: Path) -> None:
    """Take out of a built site what no page needs, and a list role without list items."""
    for page in html.rglob("*.html"):
        text = NEEDLESS.sub("", page.read_text(encoding="utf-8"))
        if 'class="math' not in text:
            text = MATHS.sub("", text)
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

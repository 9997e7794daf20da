"""One staged tree of prose and executed notebooks, rendered strictly into a website.

A rendering that fails leaves the site as it was.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
import yaml

import specz
from specz.common import paths
from specz.common.file_lock import file_lock
from specz.common.fingerprint import file_digest, library_versions
from specz.common.progress import say
from specz.common.store import key_of
from specz.site import dark, provenance
from specz.site.archived import write_archived
from specz.site.datasets import write_tables
from specz.site.metadata import CODEMETA, describe_pages, read_project
from specz.site.notebooks import BookError, Executed
from specz.site.repository import CLONE, FETCH, link_footer, repository, with_clone


@contextmanager
def site_lock(folder: Path) -> Iterator[int]:
    """Let one process at a time stage and render in a folder; repair what a killed one left."""
    with file_lock(folder / ".lock", f"builds the site in {folder}") as lock:
        html, old = folder / "html", folder / "html.old"
        if old.exists() and not html.exists():
            old.rename(html)
            say("site: an earlier build was killed while it replaced the site; put back")
        shutil.rmtree(old, ignore_errors=True)
        yield lock


def stage_site(site: Path, pages: Sequence[Executed], banner: str | None) -> None:
    """Put prose, executed notebooks and their files into one tree, with the configuration."""
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(paths.BOOK, site, ignore=shutil.ignore_patterns("__pycache__"))
    (site / "files").mkdir()
    for page in pages:
        nbformat.write(provenance.annotate(page), site / f"{page.name}.ipynb")
        shutil.copy(page.folder / "notebook.ipynb", site / "files" / f"{page.name}.ipynb")
        shutil.copy(paths.NOTEBOOKS / f"{page.name}.py", site / "files")
        shutil.copytree(page.folder / "figures", site / "figures", dirs_exist_ok=True)
    for script in (site / "figures").glob("*.js"):  # a page asks for it later; Sphinx sees no use
        (site / "as_is" / "figures").mkdir(parents=True, exist_ok=True)
        script.rename(site / "as_is" / "figures" / script.name)
    provenance.write_sources(site / "as_is" / "source")
    write_archived(site)
    project = read_project()
    if project is not None:
        shutil.copy(paths.ROOT / CODEMETA, site / "as_is")
        write_tables(site, project)
    address = repository()
    for prose in site.glob("*.md"):
        text = prose.read_text(encoding="utf-8")
        if CLONE in text or FETCH in text:
            prose.write_text(with_clone(text, address), encoding="utf-8")
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    link_footer(config, address)
    if banner is not None:
        config["sphinx"]["config"]["html_theme_options"]["announcement"] = banner
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    (site / "_config.yml").write_text(text, encoding="utf-8")


def render(folder: Path, *held: int) -> Path:
    """Build the tree ``folder/site`` strictly; replace ``folder/html`` only if that succeeds.

    Return ``folder/html/index.html``. ``held`` are file descriptors of locks: the renderer may
    outlive this process, and then keeps them locked.
    """
    site, html = folder / "site", folder / "html"
    files = sorted(path for path in site.rglob("*") if path.is_file())
    digests = {str(path.relative_to(site)): file_digest(path) for path in files}
    # The whole package: the reference is read from its docstrings.
    code = [file_digest(path) for path in sorted(Path(specz.__file__).parent.rglob("*.py"))]
    versions = library_versions("jupyter-book", "sphinx", "numpydoc")
    digest = key_of({"site": digests, "code": code, "versions": versions})
    stamp = html / ".digest"
    if stamp.exists() and stamp.read_text() == digest:
        say("site: unchanged")
        return html / "index.html"
    built = jupyter_book(folder, "html", *held)
    _finish(built)
    (built / ".digest").write_text(digest)
    old = folder / "html.old"
    if html.exists():
        html.rename(old)
    built.rename(html)
    shutil.rmtree(old, ignore_errors=True)
    size = sum(path.stat().st_size for path in html.rglob("*") if path.is_file())
    say(f"site: built, {size / 1e6:.1f} MB")
    return html / "index.html"


def jupyter_book(folder: Path, builder: str, *held: int) -> Path:
    """Build the tree ``folder/site`` strictly with a builder of Jupyter Book; return its pages.

    Raises
    ------
    BookError
        If anything is wrong, such as a link to nowhere; the message lists what.
    """
    site, work = folder / "site", folder / "jupyter-book"
    shutil.rmtree(work, ignore_errors=True)
    command = [
        *(sys.executable, "-c", "from jupyter_book.cli.main import main; main()"),
        *("build", str(site)),
        *("--path-output", str(work), "--config", str(site / "_config.yml")),
        *("--toc", str(site / "_toc.yml"), "-W", "-n", "--keep-going", "--all"),
        *("--builder", builder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, pass_fds=held)
    log, output = folder / "jupyter-book.log", done.stdout + done.stderr
    log.write_text(output, encoding="utf-8")
    if done.returncode:
        lines = output.splitlines()
        signs = ("WARNING:", "ERROR:", "sphinx.errors.")
        faults = [line for line in lines if any(sign in line for sign in signs)] or lines[-20:]
        raise BookError("\n".join(["the site did not build:", *faults, f"The whole log: {log}"]))
    return work / "_build" / builder


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
"""Tags that a page without a formula works without; they load 1.2 MB."""

SUMMARY = re.compile(r"<summary[^>]*>.*?</summary>", flags=re.S)
"""What opens a folded cell: the theme puts paragraphs into it, which HTML does not allow."""

NEEDLESS_FILES = (
    *("scripts/fontawesome.js*", "**/*.map", "sphinx-thebe.*", "locales", "*macros.html"),
    *("mathjax/*svg*.js", "mathjax/mml-*.js", "mathjax/*-full*.js", "mathjax/node-main.js"),
)
"""Files under ``_static`` that no page loads: two thirds of the site."""


def _finish(html: Path) -> None:
    """Remove what no page needs, mend two tags that HTML does not allow, add what is missing."""
    for page in html.rglob("*.html"):
        text = NEEDLESS.sub("", page.read_text(encoding="utf-8"))
        if 'class="math' not in text:
            text = MATHS.sub("", text)
        text = text.replace('role="list" class="citation-list"', 'class="citation-list"')
        text = SUMMARY.sub(lambda found: re.sub(r"(</?)p\b", r"\1span", found[0]), text)
        page.write_text(dark.show_twins(text, page.parent), encoding="utf-8")
    for pattern in NEEDLESS_FILES:
        for path in (html / "_static").glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    describe_pages(html)

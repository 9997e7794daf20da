"""The website: execute every notebook, stage one tree, build it strictly.

papermill executes, Jupyter Book only renders. A build that fails leaves the site as it was.
"""

import html as html_text
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, wait
from pathlib import Path
from typing import Any

import yaml

from specz.common import checks, paths
from specz.common.processes import Processes, cores
from specz.common.progress import say
from specz.common.store import key_of
from specz.experiments import parallel
from specz.experiments.base import BaseExperiment
from specz.experiments.parallel import LOCAL, Backend
from specz.site.contents import chapters, leave_out
from specz.site.notebooks import BookError, Executed, execute, kept, read_notebook
from specz.site.provenance import settings
from specz.site.render import render, site_lock, stage_site
from specz.site.sweep import Sweep, write_page
from specz.study.pages import experiments
from specz.study.profiles import STUDY, Parameters, resolve
from specz.study.studies import STUDIES

LIVE = "quick"
"""Profile of the pages that are computed in a book that is otherwise the study's."""

Overrides = Mapping[str, Mapping[str, Any]]
"""The reader's own parameters, by notebook and name."""


def compute(wanted: Iterable[BaseExperiment], where: Backend = LOCAL) -> None:
    """Run the experiments that the store lacks, with progress on the terminal.

    A notebook would run them as well, but without showing its progress.
    """
    for _ in parallel.compute(wanted, where):  # it computes as it is read
        pass


def make_pages(
    profile: str,
    overrides: Overrides | None = None,
    where: Backend = LOCAL,
    live: Sequence[str] = (),
    part: str = "",
) -> list[Executed]:
    """Run missing experiments on a backend, then execute every notebook here but those of ``part``.

    At the profile of the study, pages are drawn from the archive; those in ``live`` and those with
    a parameter of the reader's are computed at the profile :data:`LIVE`.

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
    for name in (*overrides, *live):
        checks.choice("notebook", name, STUDIES)
    small = {*overrides, *live} if profile == STUDY else set()
    left = {Path(file).stem for file in chapters(part)} if part else set()
    if asked := sorted(left & {*overrides, *live}):
        raise ValueError(f"notebook {asked[0]!r} is in the part that is left out: {part}")
    names = [name for name in STUDIES if name not in left]
    profiles = {name: LIVE if name in small else profile for name in names}
    chosen = {name: resolve(name, profiles[name], overrides.get(name, {})) for name in names}
    for name in chosen:
        read_notebook(name)  # a fault in it is named before anything is computed
    compute([e for name in chosen for e in experiments(name, chosen[name])], where)
    return execute_all([(name, chosen[name], profiles[name]) for name in names])


def execute_all(wanted: Sequence[tuple[str, Parameters, str]]) -> list[Executed]:
    """Execute notebooks, as many at a time as there are cores; print the duration of each.

    ``wanted`` gives notebook, parameters and profile.
    """
    pages = [kept(*one) for one in wanted]
    absent = [i for i, page in enumerate(pages) if page is None]
    if absent:
        # A kernel takes its settings from the environment, which belongs to a process.
        with Processes(min(len(absent), cores())) as processes:
            futures = {i: processes.submit(execute, *wanted[i]) for i in absent}
            wait(futures.values())
        for i, future in futures.items():
            try:
                pages[i] = future.result()
            except BrokenExecutor as error:
                raise BookError(f"notebook {wanted[i][0]!r}: {error}") from None
    made = [page for page in pages if page is not None]  # all of them
    for page in made:
        took = f"executed in {page.manifest['seconds']:.0f} s" if page.fresh else "unchanged"
        say(f"{page.name}: {took}")
    return made


def build(
    profile: str,
    overrides: Overrides | None = None,
    folder: Path | None = None,
    where: Backend = LOCAL,
    live: Sequence[str] = (),
    part: str = "",
) -> Path:
    """Make every page, build the site and return ``html/index.html`` in ``folder``.

    By default the folder is ``build``. A book with live pages or parameters of the reader's own has
    a folder under ``build/books`` that is named after them, and so has one without the pages of
    ``part``, a caption of the table of contents.

    Raises
    ------
    ValueError, TypeError, FanoutError, BookError
        As :func:`make_pages`, and BookError if the site fails; the site built before stays.
    """
    pages = make_pages(profile, overrides, where, live, part)
    given = (overrides or {}).items()
    own: Parameters = {name: "live" for name in live if profile == STUDY}
    own |= {f"{name}.{key}": value for name, mine in given for key, value in mine.items()}
    named = own | ({"part": "left out"} if part else {})
    folder = folder or (_folder_of(profile, named) if named else paths.BUILD)
    with site_lock(folder) as lock:
        stage_site(folder / "site", pages, _banner(profile, own))
        if part:
            leave_out(folder / "site", part)
        return render(folder, lock)


def build_sweep(sweep: Sweep, folder: Path | None = None, where: Backend = LOCAL) -> Path:
    """Make every run of a sweep and a book with a page that compares them: ``html/sweep.html``.

    It lies in ``folder``, by default ``build/books/sweep-<name>``.

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
    with site_lock(folder) as lock:
        stage_site(site, pages, _banner(sweep.profile, {}))
        write_page(sweep, compared, site)
        contents = yaml.safe_load((site / "_toc.yml").read_text(encoding="utf-8"))
        contents["parts"].insert(0, {"caption": "Sweep", "chapters": [{"file": "sweep.md"}]})
        (site / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")
        return render(folder, lock).with_name("sweep.html")


def _folder_of(profile: str, own: Mapping[str, Any]) -> Path:
    """Folder of the site of the reader's own parameters: named by them and by a digest."""
    words = settings(own, "-", "=")
    short = re.sub(r"[^\w.=+-]+", "_", words)[:60].strip("_")
    return paths.BUILD / "books" / f"{profile}-{short}-{key_of(own)[:8]}"


def _banner(profile: str, own: Mapping[str, Any]) -> str | None:
    """Text at the top of each page on what was computed; none if all is the study's."""
    if profile == STUDY and not own:
        return None
    said = f" with <strong>{html_text.escape(settings(own, '; '))}</strong>" if own else ""
    at = LIVE if profile == STUDY else profile
    return (
        f"Computed here at the <strong>{at}</strong> profile{said}: small training sets. "
        "Results of the study are marked as archived."
    )

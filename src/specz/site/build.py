"""The website: execute every notebook, stage one tree, build it strictly.

papermill executes, Jupyter Book only renders. A build that fails leaves the site as it was.
"""

import html as html_text
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from pathlib import Path
from typing import Any

import yaml

from specz.common import checks, paths
from specz.common.processes import Processes, cores
from specz.common.store import canonical, key_of
from specz.experiments import parallel
from specz.experiments.experiment import Experiment
from specz.experiments.parallel import LOCAL, Backend
from specz.site import provenance
from specz.site.notebooks import BookError, Executed, execute, kept
from specz.site.render import render, site_lock, stage_site
from specz.site.sweep import Sweep, write_page
from specz.study.profiles import Parameters, experiments, resolve
from specz.study.studies import STUDIES


def compute(wanted: Iterable[Experiment], where: Backend = LOCAL) -> None:
    """Run the experiments that the store lacks, with progress on the terminal.

    A notebook would run them as well, but behind closed doors.
    """
    deque(parallel.compute(wanted, where), maxlen=0)


def make_pages(
    profile: str,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    where: Backend = LOCAL,
) -> list[Executed]:
    """Run what is missing and execute every notebook.

    Parameters
    ----------
    profile : str
    overrides : dict, optional
        Notebook name to the reader's own parameters.
    where : Backend
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
    where: Backend = LOCAL,
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
    where : Backend
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
    with site_lock(folder) as lock:
        stage_site(folder / "site", pages, _banner(profile, own))
        return render(folder, lock)


def build_sweep(sweep: Sweep, folder: Path | None = None, where: Backend = LOCAL) -> Path:
    """Make every run of a sweep and a book with a page that compares them.

    Parameters
    ----------
    sweep : Sweep
    folder : Path, optional
        Where ``html/`` is put; ``build/books/sweep-<name>`` by default.
    where : Backend
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
    with site_lock(folder) as lock:
        stage_site(site, pages, _banner(sweep.profile, {}))
        write_page(sweep, compared, site)
        contents = yaml.safe_load((site / "_toc.yml").read_text(encoding="utf-8"))
        contents["parts"].insert(0, {"caption": "Sweep", "chapters": [{"file": "sweep.md"}]})
        (site / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")
        return render(folder, lock).with_name("sweep.html")


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

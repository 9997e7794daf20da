"""A grid of parameters for one notebook, and the page that compares its runs.

A sweep is a small YAML file::

    notebook: noise
    profile: smoke
    grid:
      n_train: [500, 1000]
      layers: [1, 3]

Each combination is one run of the notebook; other parameters come from the profile.
"""

import itertools
import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specz.common import checks
from specz.common.store import canonical
from specz.site.notebooks import Executed, read_notebook
from specz.site.provenance import FIGURE, plain, rerun, settings
from specz.site.values import read_yaml
from specz.study.pages import shown
from specz.study.profiles import Parameters, profile_parameters, resolve, study
from specz.study.studies import STUDIES
from specz.tables.cells import accuracies, outliers, size
from specz.tables.markdown import markdown_table

KEYS = ("notebook", "profile", "grid")

MOST_RUNS = 1000
"""Each run is a notebook and a part of one page."""


@dataclass(frozen=True)
class Sweep:
    """A grid of parameters; ``name`` is that of the file, ``grid`` maps names to values."""

    name: str
    notebook: str
    profile: str
    grid: dict[str, list[Any]]

    def points(self) -> list[dict[str, Any]]:
        """Every combination of values, the last parameter varying fastest."""
        combinations = itertools.product(*self.grid.values())
        return [dict(zip(self.grid, values, strict=True)) for values in combinations]

    def runs(self) -> list[Parameters]:
        """Return all parameters of each run; raise ValueError or TypeError if a value is wrong."""
        return [resolve(self.notebook, self.profile, point) for point in self.points()]


def read_sweep(path: Path) -> Sweep:
    """Read a sweep and check every name and value in it.

    Raises
    ------
    ValueError, TypeError
        If the file is missing or not a sweep, or a name or value in it is wrong.
    """
    if not path.is_file():
        raise ValueError(f"there is no file {str(path)!r}; see 'Run it yourself' for an example")
    try:
        text = read_yaml(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is {error}") from None
    if not isinstance(text, dict):
        raise ValueError(f"{path.name} must hold {', '.join(KEYS)}; got {text!r}")
    for key in text:
        checks.choice(f"key of {path.name}", key, KEYS)
    for key in KEYS:
        if key not in text:
            raise ValueError(f"{path.name} must hold {', '.join(KEYS)}; {key!r} is missing")
    if not checks.PLAIN_NAME.fullmatch(path.stem):
        raise ValueError(f"the file's name must be letters, digits, . _ + -; got {path.name!r}")
    checks.choice("notebook", text["notebook"], STUDIES)
    usual = profile_parameters(text["profile"], text["notebook"])
    grid = text["grid"]
    if not isinstance(grid, dict) or not grid:
        raise ValueError(f"grid must give a list of values for each parameter; got {grid!r}")
    for name, values in grid.items():
        checks.choice(f"parameter of notebook {text['notebook']!r}", name, usual)
        if not isinstance(values, list) or not values:
            raise ValueError(f"grid must give a list of values for {name}; got {values!r}")
        if any(value in values[:i] for i, value in enumerate(values)):
            raise ValueError(f"grid must not repeat a value of {name}; got {values!r}")
    n_runs = math.prod(map(len, grid.values()))
    if n_runs > MOST_RUNS:
        raise ValueError(f"grid must have at most {MOST_RUNS:,} points; got {n_runs:,}")
    sweep = Sweep(path.stem, text["notebook"], text["profile"], grid)
    sweep.runs()
    return sweep


def write_page(sweep: Sweep, pages: Sequence[Executed], site: Path) -> None:
    """Write ``sweep.md`` and its figures into a staged tree.

    ``pages`` has one page per run, in the order of :meth:`Sweep.runs`.
    """
    names = [settings(point) for point in sweep.points()]
    rows = []
    for i, (point, page) in enumerate(zip(sweep.points(), pages, strict=True), start=1):
        shutil.copytree(page.folder / "figures", site / "sweep" / str(i))
        values = {name: plain(canonical(value)) for name, value in point.items()}
        rows.append({"run": i, **values, "make it again": f"`{rerun(page)}`"})
    source = "\n\n".join(cell.source for cell in read_notebook(sweep.notebook).cells)
    figures = {found[1]: _alt(found[0]) for found in FIGURE.finditer(source)}
    lines = [
        *("(page-sweep)=", "", f"# Sweep: {sweep.name}", ""),
        f"The notebook [](page-{sweep.notebook.replace('_', '-')}) at {len(pages)} points of a",
        f"grid, all else as in the {sweep.profile} profile.",
        *("", "## The runs", "", markdown_table(rows), ""),
        *_numbers(sweep),
        *("## One run at a time", "", "::::{tab-set}"),
    ]
    for i, name in enumerate(names, start=1):
        lines += [f":::{{tab-item}} {name}", ""]
        for figure, alt in figures.items():
            lines += [_image(i, figure, f"{name}. {alt}"), ""]
            lines += [f"{{download}}`data of this figure (CSV) <sweep/{i}/{figure}.csv>`", ""]
        lines += [":::"]
    lines += ["::::", "", "## Side by side", ""]
    for figure, alt in figures.items():
        lines += [f"### {figure.replace('_', ' ')}", "", "::::{grid} 1 2 2 3", ":gutter: 1", ""]
        for i, name in enumerate(names, start=1):
            image = _image(i, figure, f"{name}. {alt}")
            lines += [":::{grid-item}", f"**{name}**", "", image, ":::", ""]
        lines += ["::::", ""]
    (site / "sweep.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _numbers(sweep: Sweep) -> list[str]:
    """Return the section with the numbers of every experiment; empty if there are none."""
    rows = [
        {
            "run": i,
            "method": result.label,
            "layers": getattr(result.estimator, "layers", "–"),
            **size(result),
            "noise": result.noise,
            **accuracies(result),
            **outliers(result.test),
        }
        for i, parameters in enumerate(sweep.runs(), start=1)
        for result in shown(sweep.notebook, study(sweep.notebook, parameters)).first
    ]
    return ["## The numbers", "", markdown_table(rows), ""] if rows else []


def _alt(block: str) -> str:
    found = re.search(r"^:alt: (.*)$", block, flags=re.M)
    if found is None:
        raise ValueError(f"a figure has no alternative text: {block!r}")
    return found[1]


def _image(run: int, figure: str, alt: str) -> str:
    return f"```{{image}} sweep/{run}/{figure}.svg\n:alt: {alt}\n```"

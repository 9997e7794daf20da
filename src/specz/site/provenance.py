"""Boxes that say how a page and each of its figures were made.

Under every figure stands a closed box: the command that draws the figure again, its files with
their digests, and the parameters, commit, data and versions behind it.
"""

import ast
import json
import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from specz import figures
from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.common.store import canonical
from specz.figures.style import BEHIND
from specz.site.notebooks import Executed
from specz.site.plain import FIGURE, restore
from specz.study.profiles import profile_parameters
from specz.tables.cells import run_link

HEAD = (
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="icon" href="../../_static/favicon.svg">'
)
"""Tags that Pygments leaves out of the head of a page."""

SOURCES = (paths.NOTEBOOKS, Path(figures.__file__).parent, paths.ROOT / "benchmarks")
"""Folders whose modules are shown as pages: notebooks and drawing functions."""

FORMATS = {"csv": "data", "svg": "figure", "pdf": "figure"}


@dataclass(frozen=True)
class Call:
    """The statement of a text notebook that draws a figure: its line and drawing functions."""

    line: int
    functions: tuple[str, ...]


def rerun(page: Executed) -> str:
    """Return the one command that makes a page and its figures again."""
    manifest = page.manifest
    words = ["specz", "run", page.name, "--profile", manifest["profile"]]
    usual = canonical(profile_parameters(manifest["profile"], page.name))
    for name, value in manifest["parameters"].items():
        if value != usual[name]:
            words += ["-p", f"{name}={plain(value)}"]
    return shlex.join(words)


def plain(value: Any) -> str:
    """Write a parameter as the command line reads it."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(r'"([\w.]+)"', r"\1", text)


def settings(parameters: Mapping[str, Any], between: str = ", ", equals: str = " = ") -> str:
    """Write parameters with their values in one line."""
    return between.join(f"{k}{equals}{plain(canonical(v))}" for k, v in parameters.items())


def call_of(notebook: str, figure: str) -> Call:
    """Find the statement that names a figure and a drawing function; else raise LookupError."""
    for statement in ast.parse((paths.NOTEBOOKS / f"{notebook}.py").read_text("utf-8")).body:
        nodes = list(ast.walk(statement))
        if any(isinstance(node, ast.Constant) and node.value == figure for node in nodes):
            attributes = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
            functions = tuple(name for name in attributes if name.startswith("plot_"))
            if functions:
                return Call(statement.lineno, functions)
    raise LookupError(f"notebook {notebook!r} does not draw figure {figure!r}")


def annotate(page: Executed) -> nbformat.NotebookNode:
    """Return the executed notebook with a box under each figure and one at its foot."""
    notebook: nbformat.NotebookNode = nbformat.read(page.folder / "notebook.ipynb", as_version=4)

    restore(notebook)

    def with_box(figure: re.Match[str]) -> str:
        behind = _behind(page, figure["name"])
        return f"{_traced(figure, len(behind))}\n\n{_box(page, figure['name'], behind)}"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = FIGURE.sub(with_box, cell.source)
    # By default a cell's name is random, which would change the site at each build.
    notebook.cells.append(nbformat.v4.new_markdown_cell(_box(page), id="provenance"))
    return notebook


def _traced(figure: re.Match[str], count: int) -> str:
    """Return a figure whose caption leads to the archived experiments behind it, in its box."""
    if not count:
        return figure[0]
    end = figure.end("caption") - figure.start()
    text = "one archived experiment" if count == 1 else f"{count} archived experiments"
    link = f' <a class="behind" href="#behind-{figure["name"]}">From {text}.</a>'
    return figure[0][:end] + link + figure[0][end:]


def _behind(page: Executed, figure: str) -> dict[str, str]:
    """Titles of the archived experiments behind a figure, by key."""
    path = page.folder / "figures" / f"{figure}{BEHIND}"
    found: dict[str, str] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _box(page: Executed, figure: str | None = None, behind: Mapping[str, str] | None = None) -> str:
    """Return the box of a figure with the experiments ``behind`` it, or that of the whole page."""
    title, files, facts = "How this page was made", [], _facts(page.manifest)
    digests = page.manifest["files"]
    if figure is not None:
        title = "Data, files and provenance of this figure"
        for form, kind in FORMATS.items():
            path = f"figures/{figure}.{form}"
            files.append((f"{kind} ({form.upper()})", path, digests[path]))
        call = call_of(page.name, figure)
        links = [_source(f"notebooks/{page.name}.py", call.line), *map(_function, call.functions)]
        facts = [("drawn by", "; ".join(links)), *facts]
        if behind:
            runs = "; ".join(run_link(key, title) for key, title in behind.items())
            facts.insert(1, ("archived experiments", f'<a id="behind-{figure}"></a>{runs}'))
    source = file_digest(paths.NOTEBOOKS / f"{page.name}.py")
    files += [
        ("notebook, executed", f"files/{page.name}.ipynb", digests["notebook.ipynb"]),
        ("notebook, source", f"files/{page.name}.py", source),
    ]
    lines = [f":::::{{dropdown}} {title}", ":class-container: provenance", ""]
    lines += ["```bash", rerun(page), "```", "", "| file | SHA-256 |", "|---|---|"]
    lines += [f"| {{download}}`{name} <{path}>` | `{digest}` |" for name, path, digest in files]
    lines += ["", "| what | value |", "|---|---|"]
    lines += [f"| **{name}** | {value} |" for name, value in facts]
    return "\n".join([*lines, ":::::"])


def _facts(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """List what the page depends on, names and values in Markdown."""
    parameters = manifest["parameters"]
    seed = parameters.get("seeds", parameters.get("seed"))
    made, archived = manifest["experiments"], manifest["archived_experiments"]
    commit, _, dirty = manifest["commit"].partition("-")
    machine = f"{manifest['machine']}, {manifest['cores']} cores, Python {manifest['python']}"
    seconds = sum(entry["seconds"] for entry in made)
    took = f"experiments {seconds:.0f} s, page {manifest['seconds']:.0f} s"
    edited = "with edits not committed" if dirty else "nothing edited"
    return [
        ("parameters", ", ".join(f"`{k}={plain(v)}`" for k, v in parameters.items()) or "none"),
        ("seed", f"`{plain(seed)}`" if seed is not None else "none needed"),
        ("profile", manifest["profile"]),
        ("commit", commit if commit == "unknown" else f"`{commit}`, {edited}"),
        ("template data, SHA-256", f"`{manifest['data']}`"),
        ("archived results", _origin(archived)),
        ("computed here", ", ".join(f"`{entry['key']}`" for entry in made) or "nothing"),
        ("versions", ", ".join(f"{k} {v}" for k, v in manifest["versions"].items())),
        ("machine", machine),
        ("duration", f"{took}; finished {manifest['finished']}"),
    ]


def _origin(archived: Sequence[Mapping[str, Any]]) -> str:
    """Say which commits made the archived results, on which devices; networks with what."""
    if not archived:
        return "none"
    commits = sorted({entry["commit"][:12] for entry in archived})
    devices = sorted({entry["device"] for entry in archived})
    made = f"made by {', '.join(f'`{c}`' for c in commits)} on {', '.join(devices)}"
    backends = Counter(entry["backend"] for entry in archived if "backend" in entry)
    if backends:
        each = ", ".join(f"{name} ({n})" for name, n in backends.most_common())
        made += f"; networks with {each}"
    return f'<a href="archived.html">{len(archived)} experiments</a>, {made}'


def _function(name: str) -> str:
    """Link to the source of a drawing function."""
    path, line = defined_in(name)
    return _source(f"{path.parent.name}/{path.name}", line, name)


def defined_in(function: str) -> tuple[Path, int]:
    """Find the module and the line that define a drawing function; else raise LookupError."""
    if function not in (found := _definitions()):
        raise LookupError(f"no module of figures defines {function!r}")
    return found[function]


@lru_cache(maxsize=1)
def _definitions() -> dict[str, tuple[Path, int]]:
    """Module and line of every function in :data:`SOURCES`; of two with one name, the first."""
    found: dict[str, tuple[Path, int]] = {}
    for folder in SOURCES:
        for path in sorted(folder.glob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef):
                    found.setdefault(node.name, (path, node.lineno))
    return found


def _source(path: str, line: int, text: str | None = None) -> str:
    """Link to a line of a page of source."""
    return f'<a href="source/{path}.html#L-{line}"><code>{text or path}, line {line}</code></a>'


def write_sources(folder: Path) -> None:
    """Write the text notebooks and the drawing modules as pages with numbered lines."""
    style = {"full": True, "style": "a11y-high-contrast-light", "encoding": "utf-8"}
    lines = {"linenos": "inline", "lineanchors": "L", "anchorlinenos": True}
    for origin in SOURCES:
        target = folder / origin.name
        target.mkdir(parents=True)
        for path in sorted(origin.glob("*.py")):
            formatter = HtmlFormatter(title=f"{origin.name}/{path.name}", **style, **lines)
            html = highlight(path.read_text("utf-8"), PythonLexer(), formatter).decode("utf-8")
            html = html.replace("<html>", '<html lang="en">', 1)
            html = html.replace(
                "</style>", "pre { white-space: pre-wrap; overflow-wrap: anywhere; }\n</style>", 1
            )
            html = html.replace("<head>", f"<head>{HEAD}", 1)
            (target / f"{path.name}.html").write_text(html, encoding="utf-8")

"""Executed notebooks that read well anywhere: MyST, which only the site renders, as plain Markdown.

The original text stays in the metadata of its cell, where the site finds it.
"""

import re
from collections.abc import Mapping

import nbformat

FIGURE = re.compile(
    r"^```\{figure\} figures/(?P<name>\w+)\.svg\n(?:^:[^\n]*\n)*\n*(?P<caption>.*?)\n^```$",
    flags=re.M | re.S,
)
"""A figure in the text of a notebook, with its file's name and its caption."""

ORIGINAL = "myst"
"""Name of the original text in the metadata of a cell."""

_ROLES = (
    (re.compile(r"^\([\w-]+\)=\n+", flags=re.M), ""),
    (re.compile(r"\{numref\}`[^`<]*<?fig-([\w-]+)>?`"), r"the figure *\1*"),
    (re.compile(r"\{term\}`([^`<]+?)(?: <[^`]*>)?`"), r"\1"),
    (re.compile(r"\{cite(?::\w+)?\}`([^`]*)`"), r"[\1]"),
    (re.compile(r"\{[\w:]+\}`([^`<]+?)(?: <[^`]*>)?`"), r"`\1`"),
    (re.compile(r"\[\]\(([\w-]+)\.(?:ipynb|md)\)"), r"[\1](\1.ipynb)"),
    (re.compile(r"\[\]\(([\w-]+)\)"), r"*\1*"),
)
"""Constructs of MyST with plain text in their place."""


def plain(text: str) -> str:
    """Return MyST as plain Markdown: a figure is its caption, a role its words."""
    text = FIGURE.sub(lambda found: found["caption"], text)
    for pattern, instead in _ROLES:
        text = pattern.sub(instead, text)
    return text


def concluded(text: str, conclusions: Mapping[str, str]) -> str:
    """Put the conclusion of each figure, in bold, before its caption."""

    def begin(found: re.Match[str]) -> str:
        said = conclusions.get(found["name"])
        start = found.start("caption") - found.start()
        return f"{found[0][:start]}**{said}** {found[0][start:]}" if said else found[0]

    return FIGURE.sub(begin, text)


def write_plain(notebook: nbformat.NotebookNode, conclusions: Mapping[str, str]) -> None:
    """Make the Markdown of an executed notebook plain, in place, and keep the original."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.metadata[ORIGINAL] = concluded(cell.source, conclusions)
            cell.source = plain(cell.metadata[ORIGINAL])


def restore(notebook: nbformat.NotebookNode) -> None:
    """Put the original text back, in place."""
    for cell in notebook.cells:
        cell.source = cell.metadata.pop(ORIGINAL, cell.source)

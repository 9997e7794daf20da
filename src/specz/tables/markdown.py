"""Tables in Markdown, and files of them for other pages to include."""

from collections.abc import Mapping, Sequence

from specz import metrics
from specz.common import paths

Row = Mapping[str, object]
"""Name of each column to its cell."""


def markdown_table(rows: Sequence[Row], empty: str = "Nothing yet.") -> str:
    """Return a Markdown table, or ``empty`` if it has no row.

    A cell that is an interval is kept on one line. Raise ValueError if a row has other columns
    than the first.
    """
    if not rows:
        return empty
    header = list(rows[0])
    lines = [header, ["---"] * len(header)]
    for row in rows:
        if list(row) != header:
            raise ValueError(f"expected the columns {header}; got {list(row)}")
        lines.append([_cell(value) for value in row.values()])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def folded(text: str, title: str = "The numbers") -> str:
    """Fold a table behind its title, so that the figure above it speaks first."""
    return f'<details class="numbers">\n<summary>{title}</summary>\n\n{text}\n\n</details>'


def save(name: str, table: str) -> None:
    """Write a table as ``<name>.md`` beside the figures, for other pages to include."""
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    (paths.FIGURES / f"{name}.md").write_text(table + "\n", encoding="utf-8")


def _cell(value: object) -> str:
    text = str(value)
    return text.replace(" ", "\u00a0") if isinstance(value, metrics.Interval) else text

"""Tables in Markdown, and files of them for other pages to include."""

from collections.abc import Iterable, Sequence

from specz import metrics
from specz.common import paths


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; each row has as many cells as the header.

    A cell that is an interval is kept on one line.

    Raises
    ------
    ValueError
        If a row has not.
    """
    lines = [header, ["---"] * len(header)]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"expected {len(header)} cells; got {len(row)}: {row!r}")
        lines.append([_cell(value) for value in row])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def save(name: str, table: str) -> None:
    """Write a table as ``<name>.md`` beside the figures, for other pages to include."""
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    (paths.FIGURES / f"{name}.md").write_text(table + "\n", encoding="utf-8")


def _cell(value: object) -> str:
    text = str(value)
    return text.replace(" ", "\u00a0") if isinstance(value, metrics.Interval) else text

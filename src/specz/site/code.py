"""The code of a text notebook: IPython's magics and shell lines count as the Python they become."""

import ast

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from specz.common.fingerprint import imported_modules


def notebook_imports(name: str, notebook: nbformat.NotebookNode) -> tuple[str, ...]:
    """Return the modules of this package that a notebook's cells import, sorted.

    Raises
    ------
    ValueError
        If a cell is not Python; the message says which cell and line.
    """
    body: list[ast.stmt] = []
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            try:
                body += ast.parse(TransformerManager().transform_cell(cell.source)).body
            except (SyntaxError, ValueError) as error:  # ValueError: a null byte
                line = getattr(error, "lineno", None) or 1
                text = cell.source.splitlines()[line - 1 : line]
                raise ValueError(
                    f"notebook {name!r}: line {line} of cell {i} is not Python: "
                    f"{getattr(error, 'msg', error)}; got {''.join(text).strip()!r}"
                ) from None
    return imported_modules(ast.Module(body, []))

"""Fingerprints of code: what a result depends on besides its settings.

The fingerprint of a module covers its own syntax tree and those of the modules of this
package that it imports, directly or not. Comments, docstrings and layout do not count.
"""

import ast
import hashlib
import importlib.util
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "specz"


def code_fingerprint(*modules: str) -> dict[str, str]:
    """Digest of each module that ``modules`` reach within the package.

    Returns
    -------
    dict
        Module name to SHA-256 of its syntax tree, sorted by name.
    """
    todo, seen = list(modules), set[str]()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(_module(name)[1])
    return {name: _module(name)[0] for name in sorted(seen)}


def library_versions(*names: str) -> dict[str, str]:
    """Installed version of each distribution, leaving out what is not installed."""
    found = {}
    for name in sorted(names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _module(name: str) -> tuple[str, tuple[str, ...]]:
    """Digest of one module's tree, and the package modules it imports."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ValueError(f"cannot find the source of module {name!r}")
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    imports = imported_modules(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _drop_docstring(node)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imports


def imported_modules(tree: ast.Module) -> tuple[str, ...]:
    """Modules of this package that a piece of code imports, sorted."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
            if node.module == PACKAGE:
                names.extend(f"{PACKAGE}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
    return tuple(
        sorted(
            name
            for name in set(names)
            if name.startswith(f"{PACKAGE}.") and importlib.util.find_spec(name) is not None
        )
    )


def _drop_docstring(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> None:
    # A bare string anywhere in a body is documentation: of the module, class, function, or
    # of the constant above it.
    node.body = [
        item
        for item in node.body
        if not (
            isinstance(item, ast.Expr)
            and isinstance(item.value, ast.Constant)
            and isinstance(item.value.value, str)
        )
    ] or [ast.Pass()]

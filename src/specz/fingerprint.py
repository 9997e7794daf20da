"""Fingerprints of code: what a result depends on besides its settings.

The fingerprint of a module covers its own syntax tree and those of the modules of this
package that it imports, directly or not. Comments, docstrings and layout do not count. Of a
package within this one, such as :mod:`specz.figures`, only the modules count whose names are
used: a figure on one page does not depend on how another page's is drawn.
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
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            for alias in node.names:
                name = f"{PACKAGE}.{alias.name}"
                names |= _taken(name, _attributes(alias.asname or alias.name, tree))
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= _taken(node.module, {alias.name for alias in node.names})
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return tuple(
        sorted(
            name
            for name in names
            if name.startswith(f"{PACKAGE}.") and importlib.util.find_spec(name) is not None
        )
    )


def _attributes(name: str, tree: ast.Module) -> set[str] | None:
    """What a piece of code uses of a module: ``name.x``. None: the module itself as well."""
    used = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _is(n.value, name)]
    return set(used) if len(used) == sum(_is(n, name) for n in ast.walk(tree)) else None


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _taken(name: str, used: set[str] | None) -> set[str]:
    """Modules that define what is used of ``name``, if that is a package; otherwise itself."""
    if used is None or not name.startswith(f"{PACKAGE}."):
        return {name}
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None or not spec.submodule_search_locations:
        return {name}
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    origin = {
        alias.asname or alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return {origin[each] for each in used} if used <= origin.keys() else {name}


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

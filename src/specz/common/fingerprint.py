"""Fingerprints of the code that a result depends on.

The fingerprint of a module covers its syntax tree and those of the modules of this package that it
imports, directly or indirectly, with any form of import. Comments, docstrings, layout and the
``label`` of a class, which only figures print, do not count. Of a package such as
:mod:`specz.figures` only the modules that define the names in use count, so a figure does not
depend on the code of other figures. A module from outside, such as a reader's own estimator,
counts together with its imports from its own package.
"""

import ast
import hashlib
import importlib.util
from collections import Counter
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "specz"


def code_fingerprint(*modules: str) -> dict[str, str]:
    """Map each module that ``modules`` reach, in their packages and this one, to its SHA-256.

    Raises
    ------
    ValueError
        If the source of a module is not found.
    """
    inside = frozenset({PACKAGE, *(name.partition(".")[0] for name in modules)})
    todo, seen = list(modules), set[str]()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(_module(name, inside)[1])
    return {name: _module(name, inside)[0] for name in sorted(seen)}


def library_versions(*names: str) -> dict[str, str]:
    """Installed version of each distribution, leaving out those that are not installed."""
    found = {}
    for name in sorted(names):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _module(name: str, inside: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """Digest of one module's tree, and the modules it imports from the packages ``inside``."""
    origin, is_package = _source(name)
    if origin is None:
        raise ValueError(f"cannot find the source of module {name!r}")
    tree = ast.parse(origin.read_text(encoding="utf-8"))
    imports = imported_modules(tree, name if is_package else name.rpartition(".")[0], inside)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _drop_words(node)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imports


def imported_modules(
    tree: ast.Module, package: str = "", inside: frozenset[str] | None = None
) -> tuple[str, ...]:
    """Return the modules that a piece of code imports, sorted.

    Relative imports start from ``package``. Only modules of the top-level packages ``inside``
    count, by default those of this package.
    """
    inside = inside or frozenset({PACKAGE})
    names: set[str] = set()
    attributes = _attributes(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            for alias in node.names if base.partition(".")[0] in inside else ():
                used = attributes.get(alias.asname or alias.name, set())
                names |= _imported(base, alias.name, used)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in inside:
                    whole = "." in alias.name and alias.asname is None  # `import a.b` binds a
                    name = alias.asname or alias.name
                    used = None if whole else attributes.get(name, set())
                    names |= _through(alias.name, used)
    return tuple(sorted(names))


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """Return the module of ``from module import ...``; each dot after the first goes up once."""
    if not node.level:
        return node.module or ""
    base = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
    return f"{base}.{node.module}" if node.module else base


def _imported(base: str, name: str, used: set[str] | None) -> set[str]:
    """Modules behind ``from base import name``, of which the attributes ``used`` are used."""
    origin, is_package = _source(base)
    if origin is None or not is_package:
        return {base}
    tree = ast.parse(origin.read_text(encoding="utf-8"))
    for node in tree.body:  # a package may re-export the name from another module
        # One that imports a module of its own names itself.
        if isinstance(node, ast.ImportFrom) and _absolute(node, base) != base:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _imported(_absolute(node, base), alias.name, used)
    inner = f"{base}.{name}"
    return {base} if _source(inner)[0] is None else _through(inner, used)


def _through(name: str, used: set[str] | None) -> set[str]:
    """Modules reached through the attributes ``used`` of a module; None stands for all of them."""
    if not used or not _source(name)[1]:
        return {name}
    return set[str]().union(*(_imported(name, each, None) for each in used))


@cache
def _source(name: str) -> tuple[Path | None, bool]:
    """Return the file of a module, or None, and whether the module is a package."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:  # its parent is not a package
        spec = None
    if spec is None or not spec.has_location or spec.origin is None:
        return None, False
    return Path(spec.origin), spec.submodule_search_locations is not None


def _attributes(tree: ast.Module) -> dict[str, set[str] | None]:
    """Attributes that the code uses as ``name.x``, by name; None if it also uses the name alone."""
    attributes: dict[str, list[str]] = {}
    uses: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.setdefault(node.value.id, []).append(node.attr)
        elif isinstance(node, ast.Name):
            uses[node.id] += 1  # that of ``name.x`` included
    found = {name: attributes.get(name, []) for name in uses}
    return {name: set(used) if len(used) == uses[name] else None for name, used in found.items()}


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _drop_words(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Drop documentation and the label of a class, which decide no number."""
    kept = [item for item in node.body if not _is_documentation(item)]
    if isinstance(node, ast.ClassDef):
        kept = [i for i in kept if not (isinstance(i, ast.AnnAssign) and _is(i.target, "label"))]
    node.body = kept or [ast.Pass()]


def _is_documentation(item: ast.stmt) -> bool:
    """Whether a statement is a bare string, which documents the code that it follows."""
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)

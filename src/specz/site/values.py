"""Values that a reader writes: YAML, with decimal numbers as YAML 1.2 reads them.

PyYAML follows YAML 1.1, to which ``1e-3`` is a text, ``010`` is 8, ``1:30`` is 90, and ``no`` is
false. Here only ``true`` and ``false`` are truth values, capitalised or not, and ``inf`` is a
number too.
"""

import re
from typing import Any

import yaml

DEEPEST = 20
"""Most levels of nesting; PyYAML calls itself for each. A method in a grid has seven."""

LONGEST = 60
"""Most letters of a value that a message repeats."""


def _wrong(problem: str, where: yaml.Event | yaml.Node) -> yaml.MarkedYAMLError:
    mark: Any = where.start_mark
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


class _Loader(yaml.SafeLoader):
    """YAML with the types of the core schema of version 1.2, of its numbers the decimal ones."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (as in PyYAML)
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read a value and those in it; an alias is an error: it can hold itself, or grow."""
        if self.check_event(yaml.AliasEvent):
            raise _wrong("an alias (*name) is not read", self.peek_event())
        self.depth += 1
        if self.depth > DEEPEST:
            raise _wrong(f"values are nested more than {DEEPEST} deep", self.peek_event())
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Read a mapping; a key that stands twice is an error, as YAML says."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise _wrong(f"the key {key!r} stands twice", node)
        return super().construct_mapping(node, deep)


_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.?(?:inf|Inf)|\.nan"
)
_DIGITS = list("-+.0123456789")

_Loader.add_implicit_resolver("!int", re.compile(f"(?:{_INTEGER.pattern})$"), _DIGITS)
_Loader.add_implicit_resolver("!float", re.compile(f"(?:{_FLOAT.pattern})$"), [*_DIGITS, "i", "I"])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("(?:[Tt]rue|[Ff]alse)$"), [*"tTfF"]
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(?:null|~|)$"), ["n", "~", ""])
_Loader.add_constructor("!int", lambda _, node: int(node.value))
_Loader.add_constructor("!float", lambda _, node: float(re.sub(r"\.(?=[in])", "", node.value)))


def read_yaml(text: str) -> Any:
    """Read YAML; raise ValueError that says what is wrong and where.

    >>> read_yaml("{a: [1e-3, 010, inf], b: 1:30, c: no}")
    {'a': [0.001, 10, inf], 'b': '1:30', 'c': 'no'}
    """
    try:
        return _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        what = ", ".join(filter(None, (error.context, error.problem)))
        raise ValueError(f"not YAML: {what}{where}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())}") from None


def parse_override(text: str) -> tuple[str, Any]:
    """Read ``name=value``; the value is YAML, and ``inf`` is the S/N of clean spectra.

    >>> parse_override("snr=[inf, 0.7]")
    ('snr', [inf, 0.7])

    Raise ValueError if there is no ``=`` or the value is not YAML.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"expected name=value; got {text!r}")
    try:
        return name.strip(), read_yaml(value)
    except ValueError as error:
        shown = value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
        reason = str(error).removeprefix("not YAML: ")
        raise ValueError(f"{name}: {shown!r} is not a YAML value: {reason}") from None

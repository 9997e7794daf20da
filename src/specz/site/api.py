"""How `book/api.md` is read from the source: an extension of Sphinx, beside autodoc and numpydoc.

It writes array types as the source does, and says which module one imports from.
"""

import re
from typing import Any

import numpy.typing as npt
from sphinx.application import Sphinx
from sphinx.ext.autodoc import PropertyDocumenter
from sphinx.util.typing import stringify_annotation

ARRAY = re.compile(r"numpy\.ndarray\[tuple\[~?typing\.Any, \.{3}\], ~?numpy\.dtype\[(.+?)\]\]")
"""An array type in a signature of Sphinx; the group is the type of its numbers."""

ARRAY_LIKE = stringify_annotation(npt.ArrayLike, "smart")


def plain_types(text: str) -> str:
    """Write array types, and defaults that are made anew, as they would stand in the source.

    >>> plain_types("~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.int16]]")
    '~numpy.typing.NDArray[~numpy.int16]'
    """
    text = text.replace(ARRAY_LIKE, "~numpy.typing.ArrayLike")
    text = text.replace("<factory>", "...")  # a default that Sphinx cannot parse
    return ARRAY.sub(r"numpy.typing.NDArray[\1]", text)


class PlainProperty(PropertyDocumenter):
    """A property; Sphinx has no event for its type."""

    def add_line(self, line: str, source: str, *lineno: int) -> None:
        """Add a line of the page."""
        super().add_line(plain_types(line), source, *lineno)


def _plain_signature(*given: Any) -> tuple[str | None, str | None]:
    _, _, _, subject, _, arguments, returned = given
    if getattr(subject, "_is_protocol", False):  # nobody makes one
        return None, None
    return arguments and plain_types(arguments), returned and plain_types(returned)


def _is_field_of_a_tuple(*given: Any) -> bool | None:
    """Whether to leave out a member; None leaves it to Sphinx. The class describes its fields."""
    return str(getattr(given[3], "__doc__", "")).startswith("Alias for field number") or None


def _name_module(*given: Any) -> None:
    _, what, name, _, _, lines = given
    if what == "module":
        lines[:0] = [f"``{name}``", ""]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx, which calls this: see ``extra_extensions`` in `_config.yml`."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_autodocumenter(PlainProperty, override=True)
    app.connect("autodoc-process-signature", _plain_signature)
    app.connect("autodoc-skip-member", _is_field_of_a_tuple)
    app.connect("autodoc-process-docstring", _name_module)
    return {"parallel_read_safe": True}

"""Where code and site are: ``Repository`` and ``Documentation`` in ``[project.urls]``.

Both are fields of ``pyproject.toml``. While one is not set, nothing shows that address. Once the
repository's is, every page of the site links to it, the page on running it says how to clone it,
the bundle names it, and a test asks for the same address in ``CITATION.cff`` and ``README.md``,
which other programs and people read as they are.
"""

import html
import tomllib
from typing import Any
from urllib.parse import urlsplit

from specz.common import paths

CLONE = "% The line that clones the repository comes here.\n"
"""A comment in a page of the book, in whose place :func:`with_clone` puts a command."""

FETCH = "!unzip -q crate.zip -d specz\n"
"""Line of a page that unpacks an uploaded bundle; a clone takes its place once that is possible."""


def repository() -> str | None:
    """Return the address of the source code; None while it is not set."""
    return address_of("Repository")


def address_of(field: str) -> str | None:
    """Return an address of the project by its name in ``pyproject.toml``; None if it is not set.

    Raises
    ------
    ValueError
        If it is no address that begins with https.
    """
    file = paths.ROOT / "pyproject.toml"
    if not file.is_file():  # pages of another folder, made with the installed package
        return None
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    address = project.get("urls", {}).get(field)
    if address is None:
        return None
    parts = urlsplit(str(address))
    if parts.scheme != "https" or not parts.hostname or "." not in parts.hostname:
        raise ValueError(
            f"{field} in pyproject.toml must be an address like https://host.org/name; "
            f"got {address!r}"
        )
    return str(address)


def clone_command(address: str) -> str:
    """Return the line that clones the repository into the folder ``specz``.

    >>> clone_command("https://host.org/name")
    'git clone https://host.org/name specz'
    """
    return f"git clone {address} specz"


def with_clone(text: str, address: str | None) -> str:
    """Put the line that clones the repository into a page, or nothing without an address."""
    block = f"```\n{clone_command(address)}\ncd specz\n```\n" if address else ""
    fetch = f"!{clone_command(address)}\n" if address else FETCH
    return text.replace(CLONE, block).replace(FETCH, fetch)


def link_footer(config: dict[str, Any], address: str | None) -> None:
    """Add a link to the source code to the foot of every page, in a configuration of the site."""
    if address:
        shown = html.escape(address)
        config["html"]["extra_footer"] = f'<p>Source code: <a href="{shown}">{shown}</a></p>'

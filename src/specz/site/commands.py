"""The commands, as Typer describes them: an extension of Sphinx for `book/commands.md`."""

import re
import subprocess
import sys
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

COMMAND = re.compile(r"^(?=## `specz (\w+)`$)", flags=re.M)
"""Where the description of a command starts; the group is its name."""


def describe_commands() -> str:
    """Return a section in Markdown for each command with its options; its anchor is ``specz-run``.

    Raises
    ------
    ExtensionError
        If Typer fails.
    """
    # In a process of its own: this room does not import the command line, which imports it.
    command = [sys.executable, "-m", "typer", "specz.cli", "utils", "docs", "--name", "specz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    first = COMMAND.search(done.stdout)
    if done.returncode or first is None:
        raise ExtensionError(f"Typer did not describe the commands: {done.stdout}{done.stderr}")
    # Before the first stands the list of all, with their sentences cut short.
    return COMMAND.sub(r"(specz-\1)=\n", done.stdout[first.start() :])


def _append(app: Sphinx, page: str, source: list[str]) -> None:
    if page == "commands":
        source[0] += "\n" + describe_commands()


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx, which calls this: see ``extra_extensions`` in `_config.yml`."""
    app.connect("source-read", _append)
    return {"parallel_read_safe": True}

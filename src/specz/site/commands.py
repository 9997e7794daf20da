"""The commands, as Typer describes them, for `book/commands.md`."""

import re
import subprocess
import sys
from pathlib import Path

from specz.site.notebooks import BookError

COMMAND = re.compile(r"^(?=## `specz (\w+)`$)", flags=re.M)
"""Where the description of a command starts; the group is its name."""


def write_commands(site: Path) -> None:
    """Write each command with its options into a staged tree.

    Raises
    ------
    BookError
        If Typer fails.
    """
    # In a process of its own: this room does not import the command line, which imports it.
    command = [sys.executable, "-m", "typer", "specz.cli", "utils", "docs", "--name", "specz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    first = COMMAND.search(done.stdout)
    if done.returncode or first is None:
        raise BookError(f"Typer did not describe the commands:\n{done.stdout}{done.stderr}")
    # Before the first stands the list of all, with their sentences cut short.
    text = COMMAND.sub(r"(specz-\1)=\n", done.stdout[first.start() :])
    (site / "commands.inc").write_text(text, encoding="utf-8")

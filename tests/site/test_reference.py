"""The reference pages: what they list is there, described, and light to read."""

import importlib
import re
import subprocess
import sys

import pytest
from sphinx.errors import ExtensionError
from sphinx.util.inspect import signature, stringify_signature

from specz import cli
from specz.common import paths
from specz.estimators.registry import TASKS
from specz.site import commands
from specz.site.api import plain_types
from specz.site.commands import describe_commands
from specz.spectra.observe import observe

LISTED = {
    module: re.split(r",\s*", names) if names else []
    for module, names in re.findall(
        r"automodule:: (\S+)\n(?:   :members:(?: (.*))?\n)?",
        (paths.BOOK / "api.md").read_text(encoding="utf-8"),
    )
}
"""Modules of the page, and their members that it names."""


@pytest.mark.parametrize("module", LISTED)
def test_what_the_page_names_is_in_its_module(module):
    found = importlib.import_module(module)
    assert found.__doc__
    assert [name for name in LISTED[module] if not hasattr(found, name)] == []


def test_the_page_has_every_estimator():
    named = {f"{module}:{name}" for module, names in LISTED.items() for name in names}
    assert {path for table in TASKS.values() for path in table.values()} <= named


def test_the_page_needs_no_network_library():
    """Reading TensorFlow would cost the build of the site more than all else of the page."""
    code = f"""
import importlib, sys
for module in {list(LISTED)}:
    importlib.import_module(module)
print([name for name in ("tensorflow", "keras", "jax", "torch") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_array_type_reads_as_in_the_source():
    """NumPy's aliases are long unions, of which nobody wants to know."""
    text = plain_types(stringify_signature(signature(observe), unqualified_typehints=True))
    assert text == (
        "(library: ~specz.spectra.library.Library, sed: ~numpy.typing.ArrayLike, "
        "z: ~numpy.typing.ArrayLike, grid: ~specz.spectra.grid.Grid | ~specz.spectra.grid.Pixels) "
        "-> ~numpy.typing.NDArray[~numpy.float32]"
    )


def test_every_command_is_described_with_its_options():
    text = describe_commands()
    parts = dict(re.findall(r"^\(specz-(\w+)\)=\n(.*?)(?=^\(specz-|\Z)", text, flags=re.M | re.S))
    assert list(parts) == [
        c.name or c.callback.__name__.replace("_", "-") for c in cli.app.registered_commands
    ]
    for name, part in parts.items():
        assert part.startswith(f"## `specz {name}`\n"), name
        assert "* `--help`" in part, name
    assert "* `--why`: Say what changed since the nearest stored result." in parts["plan"]


def test_a_command_line_that_cannot_be_described_stops_the_build(monkeypatch):
    monkeypatch.setattr(commands.sys, "executable", "/bin/false")
    with pytest.raises(ExtensionError, match="did not describe"):
        describe_commands()

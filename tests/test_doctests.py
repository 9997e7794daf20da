"""Examples in docstrings and in the README, and the version: what a newcomer tries first."""

import doctest
import importlib
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import specz
from specz import cli
from specz.common import paths

SOURCE = Path(specz.__file__).parent
MODULES = [
    ".".join(("specz", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for path in sorted(SOURCE.rglob("*.py"))
    if ">>>" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_give_what_they_say(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed


def test_the_example_of_the_readme_is_that_of_the_package_and_prints_what_it_says(capsys):
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    code, said = re.search(r"```python\n(.*?)\n# (z = .*?)\n```", text, flags=re.S).groups()
    exec(code, {})
    assert capsys.readouterr().out == f"{said}\n"
    lines = [line for line in code.splitlines() if line]
    assert [
        line.removeprefix(">>> ") for line in specz.__doc__.splitlines() if ">>>" in line
    ] == lines


def test_the_command_line_says_its_version():
    done = CliRunner().invoke(cli.app, ["--version"])
    assert done.exit_code == 0
    assert done.output.startswith(f"specz {specz.__version__}, commit ")

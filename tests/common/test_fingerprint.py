import ast
import sys

import pytest

from specz.common import fingerprint


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of its own to edit."""
    root = tmp_path / "specz_toy"
    root.mkdir()
    (root / "__init__.py").write_text("")
    (root / "low.py").write_text('"""Docs."""\nX = 1\n')
    (root / "high.py").write_text("from specz_toy.low import X\n\ndef f():\n    return X\n")
    (root / "apart.py").write_text("Y = 1\n")
    (root / "drawn").mkdir()
    (root / "drawn" / "__init__.py").write_text(
        "from specz_toy.drawn.bars import bars\nfrom specz_toy.drawn.lines import lines\n"
    )
    (root / "drawn" / "bars.py").write_text("def bars():\n    return 1\n")
    (root / "drawn" / "lines.py").write_text("def lines():\n    return 1\n")
    (root / "bare" / "inner").mkdir(parents=True)
    for folder in (root / "bare", root / "bare" / "inner"):
        (folder / "__init__.py").write_text("")
    (root / "bare" / "leaf.py").write_text("Z = 1\n")
    (root / "bare" / "inner" / "deep.py").write_text("from ...low import X\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(fingerprint, "PACKAGE", "specz_toy")
    yield root
    for name in [name for name in sys.modules if name.startswith("specz_toy")]:
        del sys.modules[name]


def digest(*names):
    fingerprint._module.cache_clear()
    fingerprint._source.cache_clear()
    return fingerprint.code_fingerprint(*names)


def test_it_names_every_module_that_is_reached(package):
    assert list(digest("specz_toy.high")) == ["specz_toy.high", "specz_toy.low"]


def test_an_edit_in_an_imported_module_is_seen(package):
    before = digest("specz_toy.high")
    (package / "low.py").write_text('"""Docs."""\nX = 2\n')
    after = digest("specz_toy.high")
    assert before["specz_toy.low"] != after["specz_toy.low"]
    assert before["specz_toy.high"] == after["specz_toy.high"]


def test_comments_docstrings_and_layout_do_not_count(package):
    before = digest("specz_toy.high")
    (package / "low.py").write_text(
        '"""Other docs."""\n\n# why\nX = (\n    1\n)\n"""What X is."""\n'
    )
    assert digest("specz_toy.high") == before


METHOD = """from typing import ClassVar


class Method:
    label: ClassVar[str] = "a name"
    depth: ClassVar[int] = 1

    def fit(self):
        label: int = 1
        return label


label: str = "of the module"
"""


@pytest.mark.parametrize(
    ("words", "other", "counts"),
    [
        ('"a name"', '"another name"', False),
        ('    label: ClassVar[str] = "a name"\n', "", False),
        ("depth: ClassVar[int] = 1", "depth: ClassVar[int] = 2", True),
        ("label: int = 1", "label: int = 2", True),
        ('"of the module"', '"of this module"', True),
    ],
)
def test_the_label_of_a_class_does_not_count_but_nothing_else_of_that_name(
    package, words, other, counts
):
    (package / "method.py").write_text(METHOD)
    before = digest("specz_toy.method")
    (package / "method.py").write_text(METHOD.replace(words, other))
    assert (digest("specz_toy.method") != before) == counts


def test_an_edit_elsewhere_does_not_count(package):
    before = digest("specz_toy.high")
    (package / "apart.py").write_text("Y = 2\n")
    assert digest("specz_toy.high") == before


BARS, LINES = "specz_toy.drawn.bars", "specz_toy.drawn.lines"


@pytest.mark.parametrize(
    ("code", "reached"),
    [
        ("from specz_toy import drawn\ndrawn.bars()", [BARS]),
        ("from specz_toy import drawn as d\nd.lines()\nd.bars()", [BARS, LINES]),
        ("from specz_toy.drawn import lines", [LINES]),
        ("from specz_toy import drawn\ndrawn.bars()\ngetattr(drawn, 'lines')", None),
        ("from specz_toy import drawn\ndrawn.unknown()", None),
    ],
)
def test_of_a_package_only_what_is_used_counts(package, code, reached):
    found = fingerprint.imported_modules(ast.parse(code))
    assert list(found) == (["specz_toy.drawn"] if reached is None else reached)


def test_a_package_may_import_a_module_of_its_own(package):
    text = (package / "drawn" / "__init__.py").read_text()
    (package / "drawn" / "__init__.py").write_text(f"from specz_toy.drawn import words\n{text}")
    (package / "drawn" / "words.py").write_text("def say():\n    return 1\n")
    code = ast.parse("from specz_toy import drawn\ndrawn.words.say()\ndrawn.bars()")
    assert list(fingerprint.imported_modules(code)) == [BARS, "specz_toy.drawn.words"]


LEAF, DEEP, LOW = "specz_toy.bare.leaf", "specz_toy.bare.inner.deep", "specz_toy.low"


@pytest.mark.parametrize(
    ("code", "reached"),
    [
        ("from specz_toy.bare import leaf\nleaf.Z", [LEAF]),
        ("from specz_toy.bare import leaf as l\nl.Z", [LEAF]),
        ("from specz_toy import bare\nbare.leaf.Z", [LEAF]),
        ("from specz_toy.bare.inner import deep\ndeep.X", [DEEP]),
        ("import specz_toy.bare.leaf", [LEAF]),
        ("import specz_toy.bare.leaf as leaf\nleaf.Z", [LEAF]),
        ("import specz_toy\nspecz_toy.low.X", [LOW]),
        ("from . import leaf", [LEAF]),
        ("from .leaf import Z", [LEAF]),
        ("from .inner.deep import X", [DEEP]),
        ("from ..low import X", [LOW]),
        ("from .. import low", [LOW]),
        ("import os, numpy.linalg\nfrom pathlib import Path", []),
    ],
)
def test_no_way_of_importing_is_missed(package, code, reached):
    """Packages whose ``__init__`` is empty, and relative imports."""
    found = fingerprint.imported_modules(ast.parse(code), "specz_toy.bare")
    assert list(found) == reached


def test_an_edit_behind_a_relative_import_is_seen(package):
    (package / "top.py").write_text("from .bare.inner import deep\n\nprint(deep.X)\n")
    before = digest("specz_toy.top")
    assert set(before) == {"specz_toy.top", DEEP, LOW}
    (package / "low.py").write_text("X = 2\n")
    assert digest("specz_toy.top") != before


def test_of_a_module_from_outside_its_own_package_counts_as_well(package, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "__init__.py").write_text("")
    (mine / "helper.py").write_text("H = 1\n")
    (mine / "method.py").write_text("from specz_toy.low import X\nfrom .helper import H\n")
    assert set(digest("mine.method")) == {"mine.method", "mine.helper", LOW}


def test_results_do_not_depend_on_drawing_code():
    reached = fingerprint.code_fingerprint("specz.experiments.evaluate", "specz.estimators.cnn")
    assert "specz.spectra.library" in reached
    others = ("specz.cli", "specz.figures", "specz.site", "specz.study", "specz.tables")
    names = ("specz.experiments.experiment", "specz.estimators.registry")
    assert not [name for name in reached if name.startswith(others + names)]

"""What every notebook and page must keep to."""

import ast
import inspect
import itertools
import re

import pytest
import yaml

from specz.common import paths
from specz.site import notebooks
from specz.study import profiles
from specz.study.studies import STUDIES

NAMES = list(STUDIES)
PROFILES = ("smoke", "quick", "paper")


def cells(name, kind):
    return [cell for cell in notebooks.read_notebook(name).cells if cell.cell_type == kind]


def parameters_of(name):
    """Names and values of the parameters cell, which must hold plain values only."""
    (cell,) = [c for c in cells(name, "code") if "parameters" in c.metadata.get("tags", [])]
    values = {}
    for statement in ast.parse(cell.source).body:
        assert isinstance(statement, ast.Assign)
        code = ast.unparse(statement.value).replace("float('inf')", "1e999")
        values[statement.targets[0].id] = ast.literal_eval(code)
    return values


def test_there_is_a_notebook_for_every_study_and_no_other():
    assert {path.stem for path in paths.NOTEBOOKS.glob("*.py")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_the_study_and_the_quick_profile(name):
    found = parameters_of(name)
    assert list(found) == list(inspect.signature(STUDIES[name]).parameters) or set(found) == set(
        inspect.signature(STUDIES[name]).parameters
    )
    assert found == profiles.profile_parameters("quick", name)


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_hold_the_parameters_of_each_notebook_and_nothing_else(profile):
    text = yaml.safe_load((paths.PROFILES / f"{profile}.yml").read_text())
    assert list(text) == NAMES
    for name in NAMES:
        assert set(text[name]) == set(parameters_of(name))
        profiles.experiments(name, text[name])  # each value is valid


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_thin(name):
    """No functions, no classes, no training: the package does the work."""
    for cell in cells(name, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"fit", "perform"}


def markdown(name):
    return "\n\n".join(cell.source for cell in cells(name, "markdown"))


PAGES = {f"{name}.py": markdown(name) for name in NAMES} | {
    path.name: path.read_text(encoding="utf-8") for path in sorted(paths.BOOK.glob("*.md"))
}


@pytest.mark.parametrize("page", PAGES)
def test_headings_do_not_jump(page):
    text = re.sub(r"^(```|~~~).*?^\1", "", PAGES[page], flags=re.M | re.S)
    levels = [len(mark) for mark in re.findall(r"^(#+) ", text, flags=re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_has_a_name_an_alternative_text_and_a_caption(page):
    for block in re.findall(r"```\{figure\}.*?```", PAGES[page], flags=re.S):
        assert re.search(r"^:name: fig-[a-z0-9-]+$", block, flags=re.M)
        assert re.search(r"^:alt: .{20,}$", block, flags=re.M)
        assert len(block.split("\n\n", 1)[1]) > 60


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_that_is_saved_is_shown_and_the_reverse(name):
    code = "\n".join(cell.source for cell in cells(name, "code"))
    saved = re.findall(r'figures\.(?:save\(fig, |beside\(\s*)"(\w+)"', code)
    shown = re.findall(r"\{figure\} figures/(\w+)\.svg", markdown(name))
    assert saved == shown


@pytest.mark.parametrize("page", PAGES)
def test_no_machine_path_and_no_registry_host(page):
    assert not re.search(r"/(work|home|root|tmp)/|pythonhosted|pypi\.org", PAGES[page])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_an_anchor_of_its_own_that_stays(page):
    stem = page.partition(".")[0].replace("_", "-")
    assert PAGES[page].startswith(f"(page-{stem})=\n\n# ")

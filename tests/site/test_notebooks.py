"""What every notebook and page must keep to."""

import ast
import itertools
import json
import re
import tomllib
from dataclasses import fields
from types import ModuleType

import nbformat
import pytest

from specz import cli
from specz.common import paths
from specz.site import notebooks, provenance
from specz.site.code import notebook_imports
from specz.study import profiles
from specz.study.studies import STUDIES

NAMES = list(STUDIES)
PROFILES = ("smoke", "quick", "paper")
DRAW = ("figures.draw", "figures.beside")
NOT_IN_A_NOTEBOOK = ("figures.save", "figures.subplots")


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
    assert set(found) == {field.name for field in fields(STUDIES[name])}
    assert found == profiles.profile_parameters("quick", name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_gives_every_parameter_of_a_notebook_a_value_that_is_valid(profile, name):
    parameters = profiles.profile_parameters(profile, name)
    assert set(parameters) == set(parameters_of(name))
    profiles.experiments(name, parameters)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_names_what_exists_and_only_what_differs(profile):
    """A value in the block of a notebook is neither the common one nor the default."""
    text = tomllib.loads((paths.PROFILES / f"{profile}.toml").read_text(encoding="utf-8"))
    common = text.pop(profiles.COMMON)
    known = {name: {f.name: f.default for f in fields(STUDIES[name])} for name in NAMES}
    assert set(text) <= set(NAMES)
    assert set(common) <= {parameter for name in NAMES for parameter in known[name]}
    for name, block in text.items():
        assert block, f"block {name} says nothing"
        assert set(block) <= set(known[name])
        for parameter, value in block.items():
            usual = common.get(parameter, known[name][parameter])
            usual = list(usual) if isinstance(usual, tuple) else usual
            assert value != usual, f"{name}.{parameter} is {value!r} anyway"
    for parameter, value in common.items():
        defaults = [known[name][parameter] for name in NAMES if parameter in known[name]]
        usual = [list(v) if isinstance(v, tuple) else v for v in defaults]
        assert any(value != v for v in usual), f"{parameter} is {value!r} anyway"


def toml(value):
    """A value in TOML, which the standard library reads and does not write."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(k)} = {toml(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return "inf" if value == float("inf") else json.dumps(value, ensure_ascii=False)


@pytest.fixture
def own_profile(tmp_path, monkeypatch):
    """Write the smoke profile, with values added to its blocks, as that of a reader."""
    monkeypatch.setattr(paths, "PROFILES", tmp_path)
    smoke = tomllib.loads((paths.ROOT / "profiles" / "smoke.toml").read_text(encoding="utf-8"))

    def write(added):
        blocks = smoke | {block: smoke.get(block, {}) | more for block, more in added.items()}
        text = "\n".join(f"{block} = {toml(given)}" for block, given in blocks.items())
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")

    return write


@pytest.mark.parametrize("name", ["noise", "data"])
@pytest.mark.parametrize(
    ("added", "said"),
    [
        ({"nise": {"snr": [1.0]}}, "block of profile 'own' must be .*did you mean 'noise'"),
        ({"comon": {"epochs": 2}}, "block of profile 'own' must be .*did you mean 'common'"),
        ({"noise": {"sn": [1.0]}}, "parameter of notebook 'noise' must be .*did you mean 'snr'"),
        ({"holds_up": {"seed": 1}}, "parameter of notebook 'holds_up' must be .*got 'seed'"),
        ({"common": {"epoks": 2}}, "common parameter must be .*did you mean 'epochs'"),
    ],
)
def test_a_mistyped_block_or_parameter_of_a_profile_names_the_nearest(
    own_profile, name, added, said
):
    """Whichever notebook is asked for."""
    own_profile(added)
    with pytest.raises(ValueError, match=said):
        profiles.profile_parameters("own", name)


def test_a_readers_profile_is_a_file_and_says_only_what_differs(own_profile):
    own_profile({"noise": {"epochs": 7}})
    found = profiles.profile_parameters("own", "noise")
    assert (found["epochs"], found["min_updates"], found["grid"]) == (7, 20, "paper")
    assert profiles.profile_parameters("own", "network")["epochs"] == 2


def test_a_parameter_that_a_profile_gives_no_value_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "PROFILES", tmp_path)
    (tmp_path / "own.toml").write_text("common = {n_train = 10}\n")
    with pytest.raises(ValueError, match="profile 'own' gives notebook 'network' no epochs"):
        profiles.profile_parameters("own", "network")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("common: {n_train: 10}", "profile 'own' is not TOML: .*line 1"),
        ("common = 3", "block 'common' of profile 'own' must be a table"),
        ("[common]\nn_train = 010", "profile 'own' is not TOML"),
    ],
)
def test_a_malformed_profile_is_named_in_one_line(tmp_path, monkeypatch, text, said):
    monkeypatch.setattr(paths, "PROFILES", tmp_path)
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(ValueError, match=said) as error:
        profiles.profile_parameters("own", "network")
    assert "\n" not in str(error.value)


def test_a_profile_whose_name_a_page_would_read_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "PROFILES", tmp_path)
    for name in ("own", "<b>own", "a b"):
        (tmp_path / f"{name}.toml").write_text("common = {n_train = 10}\n")
    assert profiles.profiles() == ["own"]


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_thin(name):
    """No functions, no classes; no training but in code that a page teaches."""
    for cell in cells(name, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                training = set() if "show-input" in cell.metadata.get("tags", []) else {"fit"}
                assert node.func.attr not in training | {"run_here", "run_remote"}


def test_code_that_a_page_teaches_stays_visible_and_other_code_is_folded(tmp_path):
    tags = {"x = 1": ["parameters"], "x = 2": [], "x = 3": ["show-input"], "x = 4": ["hide-cell"]}
    made = [nbformat.v4.new_code_cell(code, metadata={"tags": list(t)}) for code, t in tags.items()]
    path = tmp_path / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    notebooks._finish(path, {})
    found = [set(cell.metadata.tags) for cell in nbformat.read(path, as_version=4).cells]
    assert [bool({"remove-cell", "hide-input", "hide-cell"} & each) for each in found] == [
        *(True, True, False, True)
    ]
    assert "hide-cell" in found[3]  # the output of a solution is hidden as well


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_use_only_names_that_exist(name):
    """A renamed function is found here, in seconds, not when the book is built."""
    tree = ast.parse("\n".join(cell.source for cell in cells(name, "code")))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    found = {}
    exec(compile(ast.Module(imports, []), name, "exec"), found)  # raises where a name is missing
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = found.get(node.value.id)
            if isinstance(module, ModuleType):
                assert hasattr(module, node.attr), f"{node.value.id}.{node.attr}"


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


def drawn_by(name):
    """Figure and function of each statement that draws; no other may draw, save or show one."""
    found = []
    for cell in cells(name, "code"):
        for statement in ast.parse(cell.source).body:
            calls = [
                node
                for node in ast.walk(statement)
                if isinstance(node, ast.Call) and ast.unparse(node.func) in DRAW
            ]
            if not calls:
                left = [ast.unparse(n) for n in ast.walk(statement) if isinstance(n, ast.Attribute)]
                assert not [n for n in left if "plot_" in n or n in NOT_IN_A_NOTEBOOK]
                continue
            (call,) = calls
            assert isinstance(statement, ast.Expr)
            assert statement.value is call
            figure, plot = call.args[0].value, ast.unparse(call.args[1])
            assert re.fullmatch(r"(figures|plots)\.plot_\w+", plot)
            found.append((figure, plot.partition(".")[2]))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_drawn_by_one_statement_whose_function_is_found(name):
    for figure, plot in drawn_by(name):
        assert provenance.call_of(name, figure).functions == (plot,)
        assert "#L-" in provenance._function(plot)  # it has a page of source


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_that_is_saved_is_shown_and_the_reverse(name):
    saved = [figure for figure, _ in drawn_by(name)]
    shown = re.findall(r"\{figure\} figures/(\w+)\.svg", markdown(name))
    assert saved == shown


@pytest.mark.parametrize("page", PAGES)
def test_no_machine_path_and_no_registry_host(page):
    assert not re.search(r"/(work|home|root|tmp)/|pythonhosted|pypi\.org", PAGES[page])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_an_anchor_of_its_own_that_stays(page):
    stem = page.partition(".")[0].replace("_", "-")
    assert PAGES[page].startswith(f"(page-{stem})=\n\n# ")


OWN = """# %% tags=["parameters"]
snr = [1.0]
n_train = 1
grid = "paper"
seed = 1

# %% [markdown]
# Words.

# %%
{}
"""


@pytest.fixture
def own_notebook(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)

    def write(code):
        (tmp_path / "data.py").write_text(OWN.format(code), encoding="utf-8")
        return notebooks.read_notebook("data")

    return write


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = 1\ny = = 2", "notebook 'data': line 2 of cell 2 is not Python: .*; got 'y = = 2'"),
        ("def f(:", "notebook 'data': line 1 of cell 2 is not Python: .*; got 'def f\\(:'"),
        ("x = 'a", "notebook 'data': line 1 of cell 2 is not Python: unterminated"),
    ],
)
def test_a_notebook_that_is_no_python_is_named_before_any_work(
    own_notebook, monkeypatch, capsys, code, said
):
    with pytest.raises(ValueError, match=said):
        own_notebook(code)
    monkeypatch.setattr(cli.book, "compute", lambda *a: pytest.fail("an experiment ran"))
    monkeypatch.setattr("sys.argv", ["specz", "run", "data", "--profile", "smoke"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(said, line)


@pytest.mark.parametrize(
    "code",
    [
        "%matplotlib inline\nfrom specz import metrics",
        "%%time\nx = 1",
        "!ls",
        "files = !ls",
        "len?",
    ],
)
def test_a_notebook_with_magics_is_read_and_its_imports_are_found(own_notebook, code):
    found = notebook_imports("data", own_notebook(code))
    assert bool(found) == ("metrics" in code)


@pytest.mark.parametrize("text", ["[]", "null", "{}", "x", '{"files": 3}'])
def test_a_damaged_manifest_of_a_page_is_named(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(notebooks.BookError, match=r"manifest.json is damaged: remove"):
        _ = notebooks.Executed("data", tmp_path, fresh=False).manifest


def test_a_date_in_a_profile_is_named(tmp_path, monkeypatch):
    """TOML has dates, and no parameter is one."""
    monkeypatch.setattr(paths, "PROFILES", tmp_path)
    (tmp_path / "own.toml").write_text("[noise]\nsnr = [2020-01-01]\n")
    with pytest.raises(TypeError, match="snr of block 'noise' of profile 'own' must be a plain"):
        profiles.profile_parameters("own", "data")


def test_a_folder_or_a_dead_link_is_no_profile(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "PROFILES", tmp_path)
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "link.toml").symlink_to("nowhere")
    (tmp_path / "own.toml").touch()
    assert profiles.profiles() == ["own"]


def test_the_recipe_of_the_book_reads_the_data_of_a_figure(tmp_path, monkeypatch):
    """With what is installed: the standard library."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seds.csv").write_text(
        '# panel 1; x: a, b\npanel,kind,series,name,x,y\n1,line,"a, b",,1.5,2\n1,guide,,,,3\n'
    )
    (recipe,) = re.findall(r"```python\n(import csv.*?)```", PAGES["reproduce.md"], flags=re.S)
    found = {}
    exec(recipe, found)
    assert found["points"] == [(1.5, 2.0)]
    assert found["rows"][0]["series"] == "a, b"

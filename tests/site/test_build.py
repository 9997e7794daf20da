import json
import re
import shlex

import nbformat
import pytest
from typer.testing import CliRunner

from specz import cli
from specz.common import fingerprint, paths
from specz.common.fingerprint import file_digest
from specz.common.store import canonical
from specz.experiments import parallel
from specz.site import notebooks, provenance
from specz.site.render import render
from specz.site.values import parse_override
from specz.study import profiles
from specz.study.studies import STUDIES

BAD = [
    (["run", "nose"], "notebook must be one of.*did you mean 'noise'"),
    (["run", "noise", "--profile", "qick"], "profile must be one of.*did you mean 'quick'"),
    (["run", "noise", "-p", "sn=1"], "parameter of notebook 'noise'.*did you mean 'snr'"),
    (["run", "noise", "-p", "snr=-1"], r"snr must lie in \[0.001, inf\]; got -1"),
    (["run", "noise", "-p", "snr=high"], "snr must be a number; got 'high'"),
    (["run", "noise", "-p", "n_train=0"], "n_train must lie in .*got 0"),
    (["run", "noise", "-p", "n_train=many"], "n_train must be an integer; got 'many'"),
    (["run", "noise", "-p", "epochs=1.5"], "epochs must be an integer; got 1.5"),
    (["run", "noise", "-p", "grid=nisb"], "did you mean 'nisp'"),
    (["run", "noise", "-p", "snr"], "expected name=value"),
    (["run", "noise", "-p", "snr=[1, 1]"], "snr must not repeat a value"),
    (["run", "depth", "-p", "layers=[1, 9]"], r"layers must lie in \[1, 8\]; got 9"),
    (["run", "comparison_noisy", "-p", "methods=[cnn, knn]"], "n_train must give one size"),
    (
        ["run", "comparison_noisy", "-p", "methods=[cmn]", "-p", "n_train=[5]"],
        "methods: estimator must be one of.*did you mean 'cnn'",
    ),
    (["run", "claims", "-p", "layers=[1, x]"], "layers must be an integer; got 'x'"),
    (["build", "-p", "snr=1"], "expected notebook.name=value"),
    (["build", "-p", "nise.snr=1"], "did you mean 'noise'"),
    (["build", "--profile", "papr"], "did you mean 'paper'"),
    (["build", "--workers", "0"], "workers must lie in .*; got 0"),
    (["archive", "--cluster", "localhost"], "tcp://host:8786; got 'localhost'"),
    (["run", "noise", "--cluster", "tcp://host:port"], "got 'tcp://host:port'"),
]


@pytest.fixture
def nothing_runs(monkeypatch):
    """Fail if a kernel starts or an experiment is computed."""
    monkeypatch.setattr(
        notebooks.papermill, "execute_notebook", lambda *a, **k: pytest.fail("a kernel started")
    )
    monkeypatch.setattr(parallel.Backend, "executor", lambda _: pytest.fail("an experiment ran"))


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_input_stops_before_anything_runs(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["specz", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert re.search(message, said), said
    assert "Traceback" not in said


def test_list_names_every_notebook_and_parameter():
    result = CliRunner().invoke(cli.app, ["list", "--profile", "smoke"])
    assert result.exit_code == 0
    for name in STUDIES:
        assert name in result.output
        for parameter in profiles.profile_parameters("smoke", name):
            assert f"{parameter} = " in result.output


def test_a_single_value_stands_for_a_list_of_one():
    assert profiles.resolve("noise", "smoke", {"snr": 3.0})["snr"] == [3.0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("snr=inf", float("inf")),
        ("snr=[inf, 2]", [float("inf"), 2]),
        ("grid=nisp", "nisp"),
        ("grid=info", "info"),
        ("learning_rate=1e-3", 0.001),
        ("n_train=010", 10),
        ("n_train=1:30", "1:30"),
        ("grid=no", "no"),
        ("normalise=[True, false]", [True, False]),
    ],
)
def test_overrides_are_yaml_with_inf(text, value):
    assert parse_override(text)[1] == value


@pytest.fixture
def own_build(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "EXECUTED", tmp_path / "notebooks")
    monkeypatch.setattr(paths, "STORE", tmp_path / "store")
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    return tmp_path


def test_a_notebook_runs_with_parameters_and_is_clean(own_build):
    parameters = profiles.resolve("data", "smoke", {"snr": [2.0], "n_train": 300})
    page = notebooks.execute("data", parameters, "smoke")
    assert page.fresh
    text = (page.folder / "notebook.ipynb").read_text(encoding="utf-8")
    assert str(own_build) not in text
    assert str(paths.ROOT) not in text
    notebook = nbformat.reads(text, as_version=4)
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert not any(o.output_type in ("error", "stream") for o in outputs)
    assert "300 training spectra" in text
    assert sorted(path.name for path in (page.folder / "figures").iterdir()) == [
        f"{name}.{form}"
        for name in ("classes", "noise_levels", "redshifting", "seds", "splits", "templates")
        for form in ("csv", "pdf", "svg")
    ]
    assert page.manifest["parameters"]["snr"] == [2]
    assert page.manifest["files"]["notebook.ipynb"] == file_digest(page.folder / "notebook.ipynb")
    assert provenance.annotate(page) == provenance.annotate(page)  # or no site is ever unchanged
    boxes = [c.source for c in provenance.annotate(page).cells if ":::{dropdown}" in c.source]
    assert sum(text.count(":::{dropdown}") for text in boxes) == 7  # six figures and the page
    again = "specz run data --profile smoke -p n_train=300 -p 'snr=[2]'"
    assert all(again in text for text in boxes)
    words = shlex.split(again)
    given = dict(parse_override(word) for word in words if "=" in word)
    assert profiles.resolve("data", "smoke", given) == parameters
    assert not notebooks.execute("data", parameters, "smoke").fresh
    assert notebooks.execute("data", parameters | {"seed": 2}, "smoke").fresh


@pytest.mark.parametrize(
    ("figure", "functions"),
    [("seds", ("plot_seds",)), ("classes", ("plot_class_counts",))],
)
def test_the_call_that_drew_a_figure_is_found(figure, functions):
    call = provenance.call_of("data", figure)
    line = (paths.NOTEBOOKS / "data.py").read_text().splitlines()[call.line - 1]
    assert call.functions == functions
    assert functions[0] in line
    with pytest.raises(LookupError, match="does not draw figure 'sed'"):
        provenance.call_of("data", "sed")


@pytest.mark.parametrize(
    ("parameters", "said"), [({"seed": 3}, "`3`"), ({"seeds": [1, 2]}, "`[1, 2]`"), ({}, "none")]
)
def test_the_box_of_a_page_names_its_seeds(parameters, said):
    page = notebooks.execute("data", profiles.resolve("data", "smoke", {}), "smoke")
    facts = dict(provenance._facts(page.manifest | {"parameters": parameters}))
    assert facts["seed"].startswith(said)


def test_the_box_of_a_page_says_nothing_of_edits_where_the_commit_is_unknown():
    page = notebooks.execute("data", profiles.resolve("data", "smoke", {}), "smoke")
    said = {
        commit: dict(provenance._facts(page.manifest | {"commit": commit}))["commit"]
        for commit in ("unknown", "0123456789ab", "0123456789ab-dirty")
    }
    assert list(said.values()) == [
        "unknown",
        "`0123456789ab`, nothing edited",
        "`0123456789ab`, with edits not committed",
    ]


def test_source_pages_name_their_character_set(tmp_path):
    provenance.write_sources(tmp_path / "source")
    page = (tmp_path / "source" / "figures" / "data.py.html").read_text(encoding="utf-8")
    assert 'charset=utf-8"' in page
    assert "Hβ" in page


@pytest.mark.fault("notebook that fails", "the cell is named; the partial run is kept")
def test_a_failing_notebook_names_its_cell_and_keeps_the_partial_run(
    own_build, tmp_path, monkeypatch
):
    text = (paths.NOTEBOOKS / "data.py").read_text(encoding="utf-8")
    (tmp_path / "src").mkdir()
    drawn = 'figures.draw("seds", '
    assert drawn in text
    broken = text.replace(drawn, f'raise RuntimeError("no ink"); {drawn}')
    (tmp_path / "src" / "data.py").write_text(broken, encoding="utf-8")
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "src")
    with pytest.raises(
        notebooks.BookError, match=r"'data': cell \d+ failed with RuntimeError: no ink"
    ):
        notebooks.execute("data", profiles.resolve("data", "smoke", {}), "smoke")
    kept = nbformat.read(paths.EXECUTED / "data.failed.ipynb", as_version=4)
    assert any(c.get("outputs") for c in kept.cells if c.cell_type == "code")
    assert [path.name for path in paths.EXECUTED.iterdir()] == ["data.failed.ipynb"]


@pytest.mark.fault("site that fails to build", "the reason is named; the old site stays")
def test_a_site_that_fails_leaves_the_old_one(tmp_path):
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("the old site")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "_config.yml").write_text(paths.CONFIG.read_text())
    (tmp_path / "site" / "_toc.yml").write_text("format: jb-book\nroot: index.md\n")
    (tmp_path / "site" / "references.bib").write_text("")
    (tmp_path / "site" / "index.md").write_text("# Title\n\nSee [](nowhere.md).\n")
    with pytest.raises(notebooks.BookError, match="nowhere"):
        render(tmp_path)
    assert (tmp_path / "html" / "index.html").read_text() == "the old site"


def test_the_study_computes_nothing_that_the_archive_has():
    plan = CliRunner().invoke(cli.app, ["plan", "--profile", "paper"])
    assert "noise: 0 experiments, 0 to compute" in plan.output


def test_notebooks_are_listed_for_programs_and_shells_complete():
    said = CliRunner().invoke(cli.app, ["list", "--profile", "smoke", "--json"]).output
    found = json.loads(said)["notebooks"]
    assert found.keys() == STUDIES.keys()
    assert found["noise"]["snr"] == canonical(profiles.profile_parameters("smoke", "noise")["snr"])
    asked = {"_SPECZ_COMPLETE": "complete_bash", "COMP_WORDS": "specz pre", "COMP_CWORD": "1"}
    done = CliRunner().invoke(cli.app, [], prog_name="specz", env=asked)
    assert done.output.split() == ["predict"]


def test_plan_and_status_count_the_experiments(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "STORE", tmp_path / "store")
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    plan = CliRunner().invoke(cli.app, ["plan", "--profile", "smoke", "--why"])
    assert "noise: 3 experiments, 3 to compute" in plan.output
    assert "nothing like it is stored" in plan.output
    plan = json.loads(CliRunner().invoke(cli.app, ["plan", "--profile", "smoke", "--json"]).output)
    assert [one["stored"] for one in plan["notebooks"]["noise"]] == [False] * 3
    status = CliRunner().invoke(cli.app, ["status", "--json"])
    found = json.loads(status.output)
    assert found["archived"] == []
    assert found["core_hours"] == 0
    keys = {one["key"] for one in found["left"]}
    assert len(keys) == len(found["left"]) == len(profiles.profile_experiments("paper"))
    assert any(one["title"] == "CNN 3 layers, 400,000 clean" for one in found["left"])


@pytest.mark.slow
def test_a_comparison_at_one_size_shows_each_method_in_both_figures(own_build):
    own = {"methods": ["knn", "linear_svm"], "n_train": [200, 200], "n_common": 200, "n_test": 50}
    page = notebooks.execute(
        "comparison_clean", profiles.resolve("comparison_clean", "smoke", own), "smoke"
    )
    for name in ("common", "own"):
        shown = (page.folder / "figures" / f"comparison_clean_{name}.csv").read_text("utf-8")
        # The second panel: what is archived stands above it.
        assert '2,points,exact class,"k-NN, 200 spectra"' in shown
        assert '2,points,exact class,"linear SVM, 200 spectra"' in shown


PAGES = set(STUDIES)


@pytest.mark.parametrize(
    ("module", "pages"),
    [
        ("figures.noise", {"noise"}),
        ("figures.variants", {"ablation", "tuning"}),
        ("figures.style", PAGES),
        ("estimators.redrock", set()),
    ],
)
def test_an_edit_concerns_the_pages_that_show_what_was_edited(module, pages, monkeypatch):
    def recipes():
        return {
            name: notebooks._recipe(
                name,
                notebooks.read_notebook(name),
                profiles.profile_parameters("smoke", name),
                "smoke",
            )
            for name in PAGES
        }

    before, read = recipes(), fingerprint._module
    edited = f"specz.{module}"

    def read_edited(name, inside):
        digest, imports = read(name, inside)
        return ("edited" if name == edited else digest), imports

    monkeypatch.setattr(fingerprint, "_module", read_edited)
    after = recipes()
    assert {name for name in PAGES if before[name] != after[name]} == pages


def test_a_box_counts_the_backends_of_networks():
    """A comparison of networks of two backends says so; other methods have none."""
    entry = {"commit": "abc", "device": "CPU"}
    networks = [entry | {"backend": name} for name in ("jax", "tensorflow", "tensorflow")]
    said = provenance._origin([entry, *networks])
    assert said.endswith(
        "4 experiments</a>, made by `abc` on CPU; networks with tensorflow (2), jax (1)"
    )
    assert "networks" not in provenance._origin([entry])

"""Nothing is fetched, nothing is run, that the reader did not ask for."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import specz
from specz import cli
from specz.common import paths
from specz.experiments import parallel

PACKAGE = Path(specz.__file__).parent
FORBIDDEN = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "subprocess.getoutput"),
    *("pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"),
    *("joblib.load", "yaml.load"),
}
ALLOWED = {
    "experiments/parallel.py": ["pickle"],  # between processes of one user; none is kept
    "common/processes.py": ["pickle", "joblib"],
    "estimators/svm.py": ["joblib"],  # it counts the cores
    "estimators/redshift_scan.py": ["joblib"],
}
"""What a module has of all that, and why it may."""
LOADERS = {"unsafe_load", "full_load", "read_pickle", "enable_unsafe_deserialization"}
BAD_KEYWORDS = {"allow_pickle": True, "shell": True, "safe_mode": False}


def dangers(tree):
    """Names and settings that run what they are given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            yield from (name for name in names if FORBIDDEN & set(name.split(".")))
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in FORBIDDEN:
                yield function.id
            if isinstance(function, ast.Attribute):
                of = ast.unparse(function.value)
                called = f"{of}.{function.attr}"
                if called in FORBIDDEN or function.attr in LOADERS:
                    yield called
                loads = (of, function.attr) == ("np", "load")
                if loads and not any(k.arg == "allow_pickle" for k in node.keywords):
                    yield "np.load without allow_pickle=False"
            for keyword in node.keywords:
                value = getattr(keyword.value, "value", ...)
                if keyword.arg in BAD_KEYWORDS and value is not (not BAD_KEYWORDS[keyword.arg]):
                    yield f"{keyword.arg}={ast.unparse(keyword.value)}"


@pytest.mark.parametrize(
    "code",
    [
        *(
            "eval(x)",
            "exec(x)",
            "import pickle",
            "from joblib import load",
            "joblib.load(x)",
            "yaml.load(x)",
        ),
        *("np.load(x, allow_pickle=True)", "np.load(x)", "np.load(x, allow_pickle=y)"),
        *("os.system(x)", "subprocess.run(x, shell=True)", "load_model(x, safe_mode=False)"),
    ],
)
def test_the_search_finds_what_it_is_for(code):
    assert list(dangers(ast.parse(code)))


SOURCES = {
    path.relative_to(folder).as_posix(): path
    for folder in (PACKAGE, paths.ROOT / "benchmarks", paths.NOTEBOOKS)
    for path in sorted(folder.rglob("*.py"))
}


@pytest.mark.parametrize("name", SOURCES)
def test_no_source_runs_what_it_reads(name):
    found = list(dangers(ast.parse(SOURCES[name].read_text(encoding="utf-8"))))
    assert found == ALLOWED.get(name, [])


def test_what_is_allowed_is_there():
    assert ALLOWED.keys() <= SOURCES.keys()


CODE = [
    """__import__("os").system("touch {}")""",
    """!!python/object/apply:os.system ["touch {}"]""",
    """!!python/object/new:os.system ["touch {}"]""",
    """[!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ["{}"]]]""",
    """$(touch {})""",
    """{{{{ cycler.__init__.__globals__.os.system("touch {}") }}}}""",
]


@pytest.mark.fault("code in place of a parameter", "it is refused as text, and not run")
@pytest.mark.parametrize("name", ["snr", "n_train", "grid", "seed"])
@pytest.mark.parametrize("code", CODE)
def test_code_given_as_a_parameter_is_refused_and_not_run(
    tmp_path, monkeypatch, capsys, code, name
):
    monkeypatch.setattr(parallel, "compute", lambda *a: pytest.fail("an experiment ran"))
    monkeypatch.setattr(cli, "execute", lambda *a: pytest.fail("a notebook was executed"))
    given = f"{name}={code.format(tmp_path / 'run')}"
    monkeypatch.setattr("sys.argv", ["specz", "run", "noise", "-p", given])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert f"{name} must" in said or "is not a YAML value" in said
    assert not (tmp_path / "run").exists()


def audited(tmp_path, dependencies, listed=""):
    (tmp_path / "known.txt").write_text(listed)
    return subprocess.run(
        [sys.executable, "scripts/audit.py", str(tmp_path / "known.txt")],
        cwd=paths.ROOT,
        input=dependencies if isinstance(dependencies, str) else json.dumps(dependencies),
        capture_output=True,
        text=True,
    )


def found(*fixed):
    vulnerability = {"id": "X-1", "aliases": ["CVE-1"], "fix_versions": list(fixed)}
    return {"dependencies": [{"name": "a", "version": "1", "vulns": [vulnerability]}]}


def test_the_audit_fails_on_what_has_a_fix_and_is_not_listed(tmp_path):
    done = audited(tmp_path, found("1.1"))
    assert done.returncode == 1
    assert "a 1: X-1 (CVE-1), fixed in 1.1" in done.stdout
    assert audited(tmp_path, found()).returncode == 0
    assert audited(tmp_path, found("1.1"), "# why\nCVE-1  the part is not used\n").returncode == 0
    assert audited(tmp_path, found("1.1"), "CVE-1\n").returncode == 1  # no reason is given


@pytest.mark.parametrize(
    "answer", ["", {"dependencies": [{"name": "a", "version": "1", "skip_reason": "not found"}]}]
)
def test_the_audit_says_when_its_service_is_not_at_hand(tmp_path, answer):
    done = audited(tmp_path, answer)
    assert done.returncode == 0
    assert "not at hand" in done.stdout


MAKERS = "actions|pypa"
"""Whose actions may run: those of the host of the code, and of Python's packaging."""

WORKFLOWS = {path.name: path for path in (paths.ROOT / ".github" / "workflows").glob("*.yml")}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_runs_pinned_actions_with_few_rights_and_an_end(name):
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "group" in workflow["concurrency"]
    for job in workflow["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 120
        used = [step for step in job["steps"] if "uses" in step]
        assert used
        for step in used:
            assert re.fullmatch(rf"({MAKERS})/[\w-]+@[0-9a-f]{{40}}", step["uses"])
            assert re.search(rf"{step['uses']} # v\d+\.\d+\.\d+\n", text)  # for people
            given = step.get("with", {})
            if "checkout" in step["uses"]:
                assert given["persist-credentials"] is False
            if "setup-python" in step["uses"]:
                assert given["cache"] == "pip"
                assert list(paths.ROOT.glob(given["cache-dependency-path"]))


def test_what_is_released_is_said_alike():
    """The changelog, the package and the entry for citation: version and day of the release."""
    changelog = (paths.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+) [-–] (\d{4}-\d\d-\d\d)$", changelog, flags=re.M)
    cited = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cited["version"] == project["version"]
    if released:
        assert (cited["version"], str(cited["date-released"])) == released[0]
        assert released == sorted(released, key=lambda entry: entry[1], reverse=True)
    else:
        assert "date-released" not in cited

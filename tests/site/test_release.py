"""What a release holds and who may make it; the container runs the commands of the README."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
import yaml

from specz.common import paths

WORKFLOW = paths.ROOT / ".github" / "workflows" / "release.yml"
MAKEFILE = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
README = (paths.ROOT / "README.md").read_text(encoding="utf-8")
PACKED = "specz/_source/"
"""Where the wheel holds what the package reads of its repository."""
DOCKERFILE = (paths.ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture
def workflow():
    if not WORKFLOW.is_file():
        pytest.skip("the workflows are those of the host of the code, not of a bundle")
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))


def runs(job):
    return [step["run"] for step in job["steps"] if "run" in step]


def uses(job):
    return [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]


def instructions(name):
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, flags=re.M)


def test_a_tag_alone_makes_a_release_and_only_of_the_version_it_names(workflow, tmp_path):
    assert workflow[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads "on" as true
    check = runs(workflow["jobs"]["build"])[0]
    cited = (paths.ROOT / "CITATION.cff").read_text(encoding="utf-8")
    version = yaml.safe_load(cited)["version"]
    day = "" if "\ndate-released:" in cited else "date-released: 2026-12-24\n"

    def status(text, tag):
        (tmp_path / "CITATION.cff").write_text(text, encoding="utf-8")
        command = ["sh", "-ec", check]
        return subprocess.run(command, cwd=tmp_path, env={"GITHUB_REF_NAME": tag}).returncode

    assert status(cited + day, f"v{version}") == 0
    assert status(cited + day, f"v{version}.1") != 0
    if day:
        assert status(cited, f"v{version}") != 0


def test_jobs_with_more_rights_run_nothing_of_the_repository(workflow):
    jobs = workflow["jobs"]
    assert "permissions" not in jobs["build"]
    for name in ("attest", "publish"):
        job = jobs[name]
        assert job["permissions"]["id-token"] == "write"
        assert "actions/checkout" not in uses(job)
        assert all(command.startswith("gh release create") for command in runs(job))
    assert "actions/attest-build-provenance" in uses(jobs["attest"])
    assert (jobs["attest"]["needs"], jobs["publish"]["needs"]) == ("build", "attest")


def test_no_job_holds_a_password_or_names_the_registry(workflow):
    text = WORKFLOW.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert not re.search(r"pypi\.\w", text)


def test_every_file_that_is_made_for_a_release_is_attested_and_published(workflow):
    """Names and endings, in the Makefile and in the workflow."""
    recipe = MAKEFILE[MAKEFILE.index("\nrelease:") :].partition("\n\n")[0]
    for name in ("crate.zip", "build/site.zip", "sbom.cdx.json", "build_wheel", "build_sdist"):
        assert name in recipe
    attest, create = workflow["jobs"]["attest"]["steps"][1:]
    made = {"release/dist/*", "release/*.zip", "release/*.json"}
    assert set(attest["with"]["subject-path"].split(", ")) == made
    assert made < set(create["run"].split())
    assert workflow["jobs"]["publish"]["steps"][-1]["with"]["packages-dir"] == "release/dist"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Wheel and source archive, as the Makefile builds them, from a copy without what is generated.

    No network, no isolation.
    """
    folder = tmp_path_factory.mktemp("release")
    files = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "codemeta.json")
    for name in (*files, "CITATION.cff", "_config.yml"):
        (folder / "copy").mkdir(exist_ok=True)
        shutil.copy(paths.ROOT / name, folder / "copy")
    for name in ("src", "benchmarks", "book", "notebooks", "profiles"):
        generated = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(paths.ROOT / name, folder / "copy" / name, ignore=generated)
    command = re.search(r'-c "(from setuptools.+)"', MAKEFILE)[1].replace("$(RELEASE)", "..")
    (folder / "dist").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=folder / "copy", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(built):
    (path,) = built.glob("*.whl")
    return path


def test_wheel_and_source_archive_say_what_the_entry_for_citation_says(built, wheel):
    cited = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    stem = f"specz-{cited['version']}"
    names = {path.name for path in built.iterdir()}
    assert names == {f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"}
    with zipfile.ZipFile(wheel) as file:
        said = file.read(f"{stem}.dist-info/METADATA").decode()
        assert "specz/spectra/data/cosmos_templates.npy" in file.namelist()
    assert f"\nVersion: {cited['version']}\n" in said
    assert f"\nLicense-Expression: {cited['license']}" in said


def test_the_wheel_holds_the_sources_of_every_page_and_not_the_archive(built, wheel):
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        packed = {name.removeprefix(PACKED): file.read(name) for name in names if PACKED in name}
    for folder, pattern in (("notebooks", "*.py"), ("profiles", "*.toml"), ("book", "**/*.*")):
        for path in (paths.ROOT / folder).glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts:
                assert packed[path.relative_to(paths.ROOT).as_posix()] == path.read_bytes()
    single = {"_config.yml", "CITATION.cff", "codemeta.json", "pyproject.toml"}
    tops = single | {"benchmarks", "book", "notebooks", "profiles"}
    assert {name.partition("/")[0] for name in packed} == tops
    assert not any("__pycache__" in name for name in names)
    assert {name.partition("/")[0] for name in names} == {"specz", names_of_metadata(names)}
    assert wheel.stat().st_size < 1.5e6
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        there = {name.partition("/")[2] for name in file.getnames()}
    assert {*packed, "setup.py", "MANIFEST.in"} <= there  # a wheel can be made from it


def names_of_metadata(names):
    (found,) = {name.partition("/")[0] for name in names if ".dist-info/" in name}
    return found


@pytest.mark.slow
def test_an_installed_wheel_works_in_an_empty_folder(wheel, tmp_path):
    """What it needs of the repository is in the package; output goes to the working folder."""
    library, here = tmp_path / "library", tmp_path / "here"
    here.mkdir()
    install = ("pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(library))
    subprocess.run([sys.executable, "-m", *install, str(wheel)], check=True, capture_output=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SPECZ_")}
    environment["PYTHONPATH"] = str(library)

    def specz(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "specz", *arguments],
            cwd=here,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    where = "import specz, specz.common.paths as p; print(specz.__file__, p.ROOT, p.BUILD)"
    said = subprocess.run(
        [sys.executable, "-c", where], cwd=here, env=environment, capture_output=True, text=True
    )
    inside = library / "specz"
    assert said.stdout.split() == list(
        map(str, (inside / "__init__.py", inside / "_source", here / "build"))
    )
    listed = specz("list", "--profile", "smoke")
    assert listed.returncode == 0, listed.stderr
    assert "\nnoise\n" in listed.stdout
    wave = range(11000, 20000, 10)
    line = "".join(f"{w},{1 + 8 * (abs(w - 15755) < 12)},0.1\n" for w in wave)
    (here / "a.csv").write_text(f"wave,flux,sigma\n{line}")
    found = specz("predict", "a.csv")
    assert found.returncode == 0, found.stderr
    assert abs(float(found.stdout.splitlines()[1].split(",")[2]) - 1.4) < 2e-3
    for command in (["verify"], ["build"], ["crate"]):
        refused = specz(*command)
        assert refused.returncode == 2
        (one_line,) = refused.stderr.splitlines()
        assert "SPECZ_ROOT" in one_line if command == ["crate"] else "SPECZ_RESULTS" in one_line
    drawn = specz("run", "data", "--profile", "smoke")
    assert drawn.returncode == 0, drawn.stderr
    assert drawn.stdout.startswith(str(here / "build" / "notebooks" / "data-"))
    assert {path.name for path in here.iterdir()} == {"a.csv", "build"}


def test_an_edited_checkout_is_found_and_variables_name_other_folders(tmp_path):
    where = "import specz.common.paths as p; print(p.ROOT, p.BUILD, p.RESULTS, sep='\\n')"
    for given, wanted in (
        ({}, (paths.ROOT, paths.ROOT / "build", paths.ROOT / "results")),
        ({"SPECZ_ROOT": "a"}, (tmp_path / "a", tmp_path / "a" / "build", tmp_path / "a/results")),
        ({"SPECZ_RESULTS": "r"}, (paths.ROOT, paths.ROOT / "build", tmp_path / "r")),
    ):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SPECZ_")}
        environment |= {"PYTHONPATH": str(paths.PACKAGE.parent), **given}
        said = subprocess.run(
            [sys.executable, "-c", where],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert said.stdout.splitlines() == list(map(str, wanted))


def test_the_container_runs_the_command_of_the_readme_on_a_pinned_image():
    (image, last) = instructions("FROM")
    assert re.fullmatch(r"python:3\.12\.\d+-bookworm@sha256:[0-9a-f]{64} AS tools", image)
    assert last == "tools"
    assert instructions("RUN")[-1] == "make book"
    assert re.search(r"^make book +#", README, flags=re.M)
    (command,) = map(json.loads, instructions("CMD"))
    assert command[-2:] == ["--directory", "build/html"]
    assert command[0] == ".venv/bin/python"
    assert instructions("EXPOSE") == [command[3]]
    assert instructions("USER") == ["reader"]


def test_the_commands_that_start_the_container_are_said_alike():
    page = (paths.BOOK / "reproduce.md").read_text(encoding="utf-8")
    said = re.search(r"docker build .+? && (docker run \S+ \S+ \S+),", DOCKERFILE)
    assert said[1] in " ".join(page.split())
    assert "docker build -t specz ." in page


def test_nothing_generated_enters_the_container():
    left_out = (paths.ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".venv", "build", "**/__pycache__"} <= set(left_out)
    assert not {".git", "results", "requirements.lock"} & set(left_out)


def test_the_editor_opens_the_same_image_and_makes_the_book():
    path = paths.ROOT / ".devcontainer" / "devcontainer.json"
    container = json.loads(path.read_text(encoding="utf-8"))
    build = container["build"]
    assert (path.parent / build["dockerfile"]).resolve() == paths.ROOT / "Dockerfile"
    assert instructions("FROM")[0].endswith(f" AS {build['target']}")
    assert container["postCreateCommand"] == instructions("RUN")[-1]
    assert container["remoteUser"] in instructions("USER")
    assert container["forwardPorts"] == [int(instructions("EXPOSE")[0])]

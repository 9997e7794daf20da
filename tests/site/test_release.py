"""What a release holds and who may make it; the container runs the commands of the README."""

import json
import re
import subprocess
import sys
import zipfile

import pytest
import yaml

from specz.common import paths

WORKFLOW = paths.ROOT / ".github" / "workflows" / "release.yml"
MAKEFILE = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
README = (paths.ROOT / "README.md").read_text(encoding="utf-8")
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


@pytest.mark.slow
def test_wheel_and_source_archive_say_what_the_entry_for_citation_says(tmp_path):
    """Built as the Makefile builds them, from a copy without what was generated."""
    files = subprocess.run(
        ["git", "ls-files", "src", "pyproject.toml", "README.md", "LICENSE"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
    )
    if files.returncode:
        pytest.skip("this is no checkout")
    for name in files.stdout.splitlines():
        target = tmp_path / "copy" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((paths.ROOT / name).read_bytes())
    command = re.search(r'-c "(from setuptools.+)"', MAKEFILE)[1].replace("$(RELEASE)", "..")
    (tmp_path / "dist").mkdir()
    subprocess.run(
        [sys.executable, "-c", command], cwd=tmp_path / "copy", check=True, capture_output=True
    )
    cited = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    stem = f"specz-{cited['version']}"
    names = {path.name for path in (tmp_path / "dist").iterdir()}
    assert names == {f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"}
    with zipfile.ZipFile(tmp_path / "dist" / f"{stem}-py3-none-any.whl") as wheel:
        said = wheel.read(f"{stem}.dist-info/METADATA").decode()
        assert "specz/spectra/data/cosmos_templates.npy" in wheel.namelist()
    assert f"\nVersion: {cited['version']}\n" in said
    assert f"\nLicense-Expression: {cited['license']}" in said


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

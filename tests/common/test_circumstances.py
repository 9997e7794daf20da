import shutil
import subprocess

import pytest

from specz.common import circumstances, paths


@pytest.fixture
def repository(tmp_path, monkeypatch):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    settings = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "file").write_text("1")
    subprocess.run(["git", "add", "file"], cwd=tmp_path, check=True)
    subprocess.run(["git", *settings, "commit", "-qm", "one"], cwd=tmp_path, check=True)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return tmp_path


def test_the_commit_says_whether_the_source_was_edited(repository):
    commit = circumstances.source_commit()
    assert len(commit) == 12
    (repository / "file").write_text("2")
    assert circumstances.source_commit() == f"{commit}-dirty"


def test_the_commit_of_a_repository_around_it_is_not_its_own(repository, monkeypatch):
    inner = repository / "unpacked"
    inner.mkdir()
    monkeypatch.setattr(paths, "ROOT", inner)
    assert circumstances.source_commit() == "unknown"


def test_without_git_the_commit_is_unknown(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert circumstances.source_commit() == "unknown"

import tempfile
from pathlib import Path

import pytest

from specz.site import notebooks, sockets
from specz.study import profiles


@pytest.fixture
def long_folder(tmp_path, monkeypatch):
    """A folder for temporary files whose path leaves no room for that of a socket."""
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_folder_of_sockets_is_removed_at_the_end():
    with sockets.socket_folder() as folder:
        assert Path(folder).is_dir()
    assert not Path(folder).exists()


def test_a_long_path_is_given_up_for_a_short_one(long_folder):
    with sockets.socket_folder() as folder:
        assert len(f"{folder}/{sockets.LAST}") <= sockets.LONGEST
        assert not list(long_folder.iterdir())
    assert not Path(folder).exists()


def test_without_a_short_path_the_folder_is_named(long_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(sockets, "SHORT", tmp_path / "nowhere")
    with (
        pytest.raises(ValueError, match=r"TMPDIR must be .*at most \d\d bytes.*longlong.*No such"),
        sockets.socket_folder(),
    ):
        pass
    assert not list(long_folder.iterdir())


@pytest.mark.fault("temporary folder with a long path", "a shorter one is taken, and it works")
@pytest.mark.slow
def test_a_notebook_runs_with_a_long_path_for_temporary_files(long_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(long_folder))
    monkeypatch.setattr(notebooks.paths, "EXECUTED", tmp_path / "notebooks")
    page = notebooks.execute("data", profiles.resolve("data", "smoke", {}), "smoke")
    assert page.fresh

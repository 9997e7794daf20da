import errno
import os

from specz.common import file_lock


def test_a_file_system_without_locks_is_named_and_work_goes_on(tmp_path, monkeypatch, capsys):
    def none(*arguments):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(file_lock.fcntl, "flock", none)
    with file_lock.file_lock(tmp_path / "folder" / ".lock", "builds"):
        pass
    assert f"no locks in {tmp_path / 'folder'}" in capsys.readouterr().out


def test_a_lock_is_free_after_an_error(tmp_path, capsys):
    for _ in range(2):
        try:
            with file_lock.file_lock(tmp_path / ".lock", "builds"):
                raise RuntimeError("it failed")
        except RuntimeError:
            continue
    assert capsys.readouterr().out == ""

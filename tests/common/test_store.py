import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from specz.common.fingerprint import file_digest
from specz.common.store import STALE, Store, canonical, key_of, stage

ARRAYS = {"a": np.arange(5), "b": np.linspace(0, 1, 3)}


def test_what_is_saved_is_loaded(tmp_path):
    store = Store(tmp_path / "store")
    key = key_of({"x": 1})
    store.save(key, {"note": "μ", "snr": float("inf")}, ARRAYS)
    entry = store.load(key)
    np.testing.assert_array_equal(entry.arrays["a"], ARRAYS["a"])
    assert entry.manifest["note"] == "μ"
    assert entry.manifest["snr"] == "inf"
    assert [m["key"] for m in store.manifests()] == [key]


def test_nothing_is_there_before_it_is_saved(tmp_path):
    assert Store(tmp_path).load(key_of({})) is None


def test_one_meaning_has_one_key():
    assert key_of({"a": 1, "b": [2.0, None]}) == key_of({"b": (2, None), "a": 1.0})
    assert key_of({"a": 1}) != key_of({"a": 2})
    assert key_of({"a": 1.5}) != key_of({"a": 1})
    assert key_of({"a": True}) != key_of({"a": 1})


def test_values_without_a_json_form_are_errors():
    with pytest.raises(TypeError, match="no JSON form"):
        canonical({"a": object()})


@pytest.mark.fault("damaged entry of the store", "it is named, set aside and made again")
@pytest.mark.parametrize("name", ["arrays.npz", "manifest.json"])
def test_a_damaged_entry_is_set_aside_and_named(tmp_path, capsys, name):
    store, key = Store(tmp_path), key_of({"x": 2})
    folder = store.save(key, {}, ARRAYS).folder
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 0xFF
    (folder / name).write_bytes(bytes(data))
    assert store.load(key) is None
    assert "is damaged" in capsys.readouterr().out
    assert (tmp_path / f"{folder.name}.damaged").is_dir()
    store.save(key, {}, ARRAYS)
    assert store.load(key) is not None


@pytest.mark.fault("damaged entry of the store", "it is named, set aside and made again")
def test_a_truncated_entry_is_set_aside(tmp_path):
    store, key = Store(tmp_path), key_of({"x": 3})
    path = store.save(key, {}, ARRAYS).folder / "arrays.npz"
    path.write_bytes(path.read_bytes()[:-10])
    assert store.load(key) is None


def test_pickled_arrays_are_refused(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="allow_pickle"):
        store.save(key_of({"x": 4}), {}, {"a": np.array([{}], dtype=object)})
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_nothing(tmp_path):
    def fail(folder):
        (folder / "half").write_text("x")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        Store(tmp_path).save(key_of({"x": 5}), {}, ARRAYS, fail)
    assert list(tmp_path.iterdir()) == []


def forge(folder, **changes):
    manifest = json.loads((folder / "manifest.json").read_text()) | changes
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.fault(
    "stored file name that leads out of its folder", "it is not read; the entry is set aside"
)
@pytest.mark.parametrize("name", ["../x", "../../secret", "/etc/passwd", "a/../../x", "sub/x", "."])
def test_a_file_name_that_leaves_the_folder_is_refused(tmp_path, capsys, name):
    store, key = Store(tmp_path / "store"), key_of({"x": 6})
    folder = store.save(key, {}, ARRAYS).folder
    outside = (folder / name).resolve()
    if name.endswith("x"):
        (folder / "sub").mkdir()
        outside.write_text("not of this entry")
    digest = file_digest(outside) if outside.is_file() else "0"
    forge(folder, files={name: digest})
    assert store.load(key) is None
    assert "leaves the folder" in capsys.readouterr().out
    assert not name.endswith("x") or name == "sub/x" or outside.exists()


@pytest.mark.fault("link in the store to a file outside", "it is not read; the entry is set aside")
@pytest.mark.parametrize("name", ["arrays.npz", "manifest.json", "extra", "folder"])
def test_a_link_in_place_of_a_file_or_an_entry_is_refused(tmp_path, capsys, name):
    store, key = Store(tmp_path / "store"), key_of({"x": 7})
    folder = store.save(key, {}, ARRAYS).folder
    link = folder if name == "folder" else folder / name
    target = tmp_path / "outside"
    if link.exists():
        link.rename(target)
    link.symlink_to(target)  # "extra" leads nowhere, or to a file made later
    assert store.load(key) is None
    assert f"{link.name} is a link" in capsys.readouterr().out
    if target.is_dir():
        assert (target / "arrays.npz").exists()
    store.save(key, {}, ARRAYS)
    assert store.load(key) is not None


@pytest.mark.fault("manifest that is no manifest", "the entry is set aside and made again")
@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "3",
        '{"key": 1}',
        '{"key": "KEY"}',
        '{"key": "KEY", "files": [1]}',
        "{}",
        "[" * 10**5,
    ],
)
def test_a_manifest_that_is_no_manifest_is_set_aside(tmp_path, capsys, text):
    store, key = Store(tmp_path), key_of({"x": 8})
    folder = store.save(key, {}, ARRAYS).folder
    (folder / "manifest.json").write_text(text.replace("KEY", key))
    with pytest.raises(ValueError, match=f"{folder.name} cannot be read: ") as error:
        store.read(key)  # an archive's entry stays where it is, and is named
    assert len(str(error.value)) < 400
    if "KEY" not in text:
        with pytest.raises(ValueError, match=f"{folder.name} cannot be read: manifest.json "):
            store.manifest(key)
        assert list(store.manifests()) == []
    assert store.load(key) is None
    assert "is damaged" in capsys.readouterr().out


def test_what_a_killed_process_left_is_removed_a_day_later(tmp_path):
    store = Store(tmp_path)
    for name, age in ((".writing-old", STALE + 9), (".writing-now", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "arrays.npz").touch()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    store.save(key_of({"x": 9}), {}, ARRAYS)
    assert [path.name for path in tmp_path.glob(".writing-*")] == [".writing-now"]
    assert len(list(store.manifests())) == 1


def test_what_a_process_left_that_is_gone_is_removed_at_once(tmp_path):
    """That of a living process stays, and that of another machine for a day."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mine = stage(tmp_path, ".writing-")
    dead = mine.rename(mine.with_name(mine.name.replace(str(os.getpid()), str(gone.pid))))
    living, elsewhere = stage(tmp_path, ".writing-"), tmp_path / f".writing-moon-{gone.pid}-x"
    assert not dead.exists()
    elsewhere.mkdir()
    last = stage(tmp_path, ".writing-")
    assert set(tmp_path.iterdir()) == {living, elsewhere, last}


def test_an_entry_that_is_sent_is_the_same_on_arrival(tmp_path):
    here, there, key = Store(tmp_path / "here"), Store(tmp_path / "there"), key_of({"x": 7})
    here.save(key, {"note": "μ"}, ARRAYS, lambda folder: (folder / "more").write_text("x"))
    there.receive(key, here.files(key))
    assert there.files(key) == here.files(key)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arrays.npz": b"x"}, "does not match its digest"),
        ({"../secret": b"x"}, "leaves the folder"),
    ],
)
def test_an_entry_that_arrives_damaged_is_refused(tmp_path, change, message):
    here, there, key = Store(tmp_path / "here"), Store(tmp_path / "there"), key_of({"x": 8})
    here.save(key, {}, ARRAYS)
    with pytest.raises(ValueError, match=message):
        there.receive(key, {**here.files(key), **change})
    assert list(there.root.iterdir()) == []
    assert not (tmp_path / "there" / "secret").exists()

"""Results on disk, addressed by what they depend on.

An entry is a folder named by the SHA-256 of its recipe (settings, code fingerprint, library
versions) that holds ``manifest.json``, ``arrays.npz`` and, for networks, ``model.keras``. It
is written aside and renamed, so that it is there whole or not at all. Nothing is pickled.
"""

import hashlib
import json
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from specz.common.fingerprint import file_digest

Arrays = dict[str, npt.NDArray[Any]]
Files = dict[str, bytes]

STALE = 24 * 3600.0
"""Seconds after which a folder that nobody renamed is what a killed process left."""


def canonical(value: object) -> Any:
    """Turn settings into plain JSON values: one text for one meaning.

    Raises
    ------
    TypeError
        If a value has no JSON form.
    """
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} of type {type(value).__name__} has no JSON form")


def key_of(recipe: Mapping[str, object]) -> str:
    """Return the SHA-256 of a recipe's canonical JSON."""
    text = json.dumps(canonical(recipe), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def stage(root: Path, prefix: str) -> Path:
    """Make a folder to write into, for :func:`commit`; remove those that killed processes left."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{prefix}*"):
        with suppress(OSError):  # it may have been renamed meanwhile
            if time.time() - left.stat().st_mtime > STALE:
                shutil.rmtree(left)
    return Path(tempfile.mkdtemp(prefix=prefix, dir=root))


def commit(aside: Path, folder: Path) -> None:
    """Rename a folder that is whole to where it belongs."""
    try:
        aside.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(aside)  # another process was faster; the results are the same


@dataclass(frozen=True, eq=False)
class Entry:
    """One stored result.

    Attributes
    ----------
    key : str
    manifest : dict
        Recipe, and how, when and where the result was made.
    arrays : dict of ndarray
    folder : Path
    """

    key: str
    manifest: dict[str, Any]
    arrays: Arrays
    folder: Path


class Store:
    """A folder of entries."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, key: str) -> Path:
        """Where the entry ``key`` lies, or would."""
        return self.root / key[:32]

    def checkpoint(self, key: str) -> Path:
        """Where the progress towards the entry ``key`` may be kept."""
        return self.root / "checkpoints" / f"{key[:32]}.npz"

    def load(self, key: str) -> Entry | None:
        """Read an entry; None if there is none or it is damaged.

        A damaged entry is moved aside to ``<key>.damaged`` so that it is made again.
        """
        folder = self.folder(key)
        if not folder.is_dir():
            return None
        try:
            return self.read(key)
        except Exception as error:  # a forged file can make its reader fail in any way
            aside = folder.with_name(f"{folder.name}.damaged")
            shutil.rmtree(aside, ignore_errors=True)
            folder.rename(aside)
            print(f"store: entry {folder.name} is damaged ({error}); moved to {aside.name}")
            return None

    def save(
        self,
        key: str,
        manifest: Mapping[str, object],
        arrays: Arrays,
        write: Callable[[Path], None] | None = None,
    ) -> Entry:
        """Write an entry whole; ``write`` may add files to its folder."""
        with self._aside(key) as aside:
            np.savez_compressed(aside / "arrays.npz", allow_pickle=False, **arrays)
            if write is not None:
                write(aside)
            files = {path.name: file_digest(path) for path in sorted(aside.iterdir())}
            full = {**canonical(manifest), "key": key, "files": files}
            (aside / "manifest.json").write_text(
                json.dumps(full, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
        return self.read(key)

    def files(self, key: str) -> Files:
        """Return the files of an entry, to be sent to another store."""
        return {path.name: path.read_bytes() for path in sorted(self.read(key).folder.iterdir())}

    def receive(self, key: str, files: Files) -> None:
        """Write an entry that another store sent, once it is found whole.

        Raises
        ------
        ValueError, OSError, KeyError
            If it is not.
        """
        with self._aside(key) as aside:
            for name, content in files.items():
                (aside / _plain(name)).write_bytes(content)
            _read(aside, key)

    @contextmanager
    def _aside(self, key: str) -> Iterator[Path]:
        """Give a folder to fill; it becomes the entry, or is gone if that fails."""
        aside = stage(self.root, ".writing-")
        try:
            yield aside
            commit(aside, self.folder(key))
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise

    def manifests(self) -> Iterator[dict[str, Any]]:
        """Yield the manifest of every entry, in order of name."""
        for path in sorted(self.root.glob("[0-9a-f]*/manifest.json")):
            if not path.parent.name.endswith(".damaged"):
                yield json.loads(path.read_text(encoding="utf-8"))

    def read(self, key: str) -> Entry:
        """Read an entry that must be there and whole.

        Raises
        ------
        ValueError, OSError, KeyError
            If it is not.
        """
        return _read(self.folder(key), key)


def _read(folder: Path, key: str) -> Entry:
    for path in (folder, *folder.iterdir()):
        if path.is_symlink():  # it may lead to what is not the store's to read or hand on
            raise ValueError(f"{path.name} is a link")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["key"] != key:
        raise ValueError(f"its manifest has the key {manifest['key'][:12]}…")
    for name, digest in manifest["files"].items():
        if file_digest(folder / _plain(name)) != digest:
            raise ValueError(f"{name} does not match its digest")
    with (folder / "arrays.npz").open("rb") as file, np.load(file, allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files}
    return Entry(key, manifest, arrays, folder)


def _plain(name: str) -> str:
    if Path(name).name != name:
        raise ValueError(f"file name {name!r} leaves the folder")
    return name

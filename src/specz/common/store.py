"""Results on disk, addressed by their recipe: settings, code fingerprint, library versions.

An entry is a folder, named by the SHA-256 of its recipe, with ``manifest.json``, ``arrays.npz``
and, for networks, ``model.keras``. It is written aside and renamed, so an entry is either complete
or absent. Nothing is pickled.
"""

import hashlib
import json
import math
import os
import platform
import reprlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from specz.common.fingerprint import file_digest

Arrays = dict[str, npt.NDArray[Any]]
Files = dict[str, bytes]
T = TypeVar("T")

STALE = 24 * 3600.0
"""Age in seconds at which an unfinished folder is taken to be left by a killed process."""


def canonical(value: object) -> Any:
    """Turn settings into plain JSON values; equal settings give equal JSON.

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
        return str(value)  # JSON has no infinity
    if isinstance(value, float) and value.is_integer():
        return int(value)  # one key for 1 and 1.0
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} of type {type(value).__name__} has no JSON form")


def key_of(recipe: Mapping[str, object]) -> str:
    """Return the SHA-256 of a recipe's canonical JSON."""
    text = json.dumps(canonical(recipe), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def stage(root: Path, prefix: str) -> Path:
    """Make a folder to fill before :func:`commit`; remove folders that killed processes left.

    A folder is named after its process. One of a process of this machine that is gone is removed at
    once, one of another machine when it is older than :data:`STALE`.
    """
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{prefix}*"):
        with suppress(OSError):  # it may have been renamed meanwhile
            if _is_left(left, prefix):
                shutil.rmtree(left)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{_here()}-{os.getpid()}-", dir=root))


def _here() -> str:
    """Name of this machine, without a dash."""
    return platform.node().replace("-", "_")


def _is_left(folder: Path, prefix: str) -> bool:
    machine, _, rest = folder.name.removeprefix(prefix).partition("-")
    process = rest.partition("-")[0]
    if machine == _here() and process.isdecimal():
        try:
            os.kill(int(process), 0)  # asks whether it is there
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
    return time.time() - folder.stat().st_mtime > STALE


def commit(aside: Path, folder: Path) -> None:
    """Rename a complete folder to its final place."""
    try:
        aside.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(aside)  # another process was faster, with the same results


@dataclass(frozen=True, eq=False)
class Entry:
    """One stored result; ``manifest`` holds its recipe and how, when and where it was made."""

    key: str
    manifest: dict[str, Any]
    arrays: Arrays
    folder: Path


class Store:
    """A folder of entries."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, key: str) -> Path:
        """Folder of the entry ``key``, whether it exists or not."""
        return self.root / key[:32]

    def checkpoint(self, key: str) -> Path:
        """File for the progress of the fit that will become the entry ``key``."""
        return self.root / "checkpoints" / f"{key[:32]}.npz"

    def load(self, key: str) -> Entry | None:
        """Read an entry; None if there is none or it is damaged.

        A damaged entry is moved to ``<key>.damaged``, so that it is computed again.
        """
        folder = self.folder(key)
        if not folder.is_dir():
            return None
        try:
            return _read(folder, key)
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
        """Write an entry; ``write`` may add files to its folder."""
        with self._aside(key) as aside:
            np.savez_compressed(aside / "arrays.npz", allow_pickle=False, **arrays)
            if write is not None:
                write(aside)
            files = {path.name: file_digest(path) for path in sorted(aside.iterdir())}
            full = {**canonical(manifest), "key": key, "files": files}
            text = json.dumps(full, indent=1, ensure_ascii=False) + "\n"
            (aside / "manifest.json").write_text(text, encoding="utf-8")
        return self.read(key)

    def files(self, key: str) -> Files:
        """Return the files of an entry, to send them to another store."""
        return {path.name: path.read_bytes() for path in sorted(self.read(key).folder.iterdir())}

    def receive(self, key: str, files: Files) -> None:
        """Write an entry that another store sent.

        Raises
        ------
        ValueError, OSError, KeyError
            If it is incomplete or damaged.
        """
        with self._aside(key) as aside:
            for name, content in files.items():
                (aside / _plain(name)).write_bytes(content)
            _read(aside, key)

    @contextmanager
    def _aside(self, key: str) -> Iterator[Path]:
        """Yield a folder to fill; it becomes the entry, or is removed on an error."""
        aside = stage(self.root, ".writing-")
        try:
            yield aside
            commit(aside, self.folder(key))
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise

    def manifests(self) -> Iterator[dict[str, Any]]:
        """Yield the manifest of every entry, in order of name; one that is damaged is left out."""
        for path in sorted(self.root.glob("[0-9a-f]*/manifest.json")):
            if not path.parent.name.endswith(".damaged"):
                try:
                    manifest = _manifest(path.parent)
                except (OSError, ValueError):
                    continue
                yield manifest

    def read(self, key: str) -> Entry:
        """Read an entry.

        Raises
        ------
        ValueError
            If it is absent, damaged or out of reach; the message names its folder.
        """
        return self._named(key, lambda folder: _read(folder, key))

    def manifest(self, key: str) -> dict[str, Any]:
        """Read the manifest of an entry alone; raise ValueError as :meth:`read`."""
        return self._named(key, _manifest)

    def _named(self, key: str, read: Callable[[Path], T]) -> T:
        folder = self.folder(key)
        try:
            return read(folder)
        except Exception as error:  # as in load
            raise ValueError(f"{folder} cannot be read: {error}") from error


def _read(folder: Path, key: str) -> Entry:
    for path in (folder, *folder.iterdir()):
        if path.is_symlink():  # it may lead to files outside the store
            raise ValueError(f"{path.name} is a link")
    manifest = _manifest(folder)
    if manifest["key"] != key:
        raise ValueError(f"its manifest has the key {manifest['key'][:12]}…")
    for name, digest in manifest["files"].items():
        if file_digest(folder / _plain(name)) != digest:
            raise ValueError(f"{name} does not match its digest")
    with (folder / "arrays.npz").open("rb") as file, np.load(file, allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files}
    return Entry(key, manifest, arrays, folder)


def _manifest(folder: Path) -> dict[str, Any]:
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"manifest.json is not JSON: {error}") from None
    kinds = {"key": str, "files": dict}
    if not isinstance(manifest, dict) or not all(
        isinstance(manifest.get(name), kind) for name, kind in kinds.items()
    ):
        raise ValueError(
            f"manifest.json must hold a key and its files; got {reprlib.repr(manifest)}"
        )
    return manifest


def _plain(name: str) -> str:
    if Path(name).name != name:
        raise ValueError(f"file name {name!r} leaves the folder")
    return name

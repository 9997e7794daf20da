"""One digest for every file of the archive, in the form that ``sha256sum --check`` reads.

Entries hold the digests of their arrays; this file also holds those of the manifests, which name
commits, devices and costs, and says which files there are.
"""

from pathlib import Path

from specz.common import paths
from specz.common.fingerprint import file_digest

NAME = "SHA256SUMS"


def _files() -> dict[str, Path]:
    """Every file of the archive but this one, by its path; not what is being written."""
    found = {
        path.relative_to(paths.RESULTS).as_posix(): path
        for path in sorted(paths.RESULTS.rglob("*"))
        if path.is_file()
    }
    return {name: path for name, path in found.items() if name != NAME and name[0] != "."}


def write() -> Path:
    """Write ``results/SHA256SUMS``."""
    lines = [f"{file_digest(path)}  {name}\n" for name, path in _files().items()]
    target = paths.RESULTS / NAME
    aside = target.with_name(f".{NAME}")
    aside.write_text("".join(lines), encoding="utf-8")
    return aside.replace(target)


def faults() -> list[str]:
    """Name each file that was edited, added or removed since :func:`write`."""
    target = paths.RESULTS / NAME
    if not target.is_file():
        return [f"{NAME} is missing"]
    lines = target.read_text(encoding="utf-8").splitlines()
    known = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = _files()
    return [
        *(f"{name} is missing" for name in sorted(known.keys() - there.keys())),
        *(f"{name} is not in {NAME}" for name in sorted(there.keys() - known.keys())),
        *(
            f"{name} is not the file of {NAME}"
            for name in sorted(known.keys() & there.keys())
            if file_digest(there[name]) != known[name]
        ),
    ]

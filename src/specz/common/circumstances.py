"""Where and when a result was made: commit, time, Python, machine."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from specz.common import paths


def source_commit() -> str:
    """Return the commit of the source, ``-dirty`` added if it was edited, or ``unknown``."""
    try:
        if Path(_git("rev-parse", "--show-toplevel")).resolve() != paths.ROOT.resolve():
            return "unknown"  # unpacked inside another repository, whose commit is not ours
        return _git("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"  # no git, or not a checkout


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def circumstances() -> dict[str, object]:
    """Return the commit, the time (UTC), the version of Python, the machine and its cores."""
    return {
        "commit": source_commit(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }

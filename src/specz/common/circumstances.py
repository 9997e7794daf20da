"""Where and when something was made: commit, time, Python, machine."""

import os
import platform
import subprocess
from datetime import UTC, datetime

from specz.common import paths


def source_commit() -> str:
    """Return the commit of the source, ``-dirty`` added if it was edited, or ``unknown``."""
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=paths.ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def circumstances() -> dict[str, object]:
    """Return commit, end (UTC), Python, machine and cores of what is being made."""
    return {
        "commit": source_commit(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }

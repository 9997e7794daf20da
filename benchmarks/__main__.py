"""Measure or try something again, and record what came of it in results/NAME.json.

Usage: ``python -m benchmarks NAME``; NAME is ``faults``, ``bench``, ``inference`` or
``long_run``. A test that fails and a goal that is missed are recorded as such.
"""

import json
import subprocess
import sys

from benchmarks import record
from specz.common import checks, paths
from specz.study import checksums

COMMANDS = {
    "faults": ["pytest", "-m", "fault", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"],
    "bench": ["benchmarks.bench"],
    "inference": ["benchmarks.inference"],
    "long_run": ["benchmarks.long_run"],
}
"""The module that writes ``build/NAME.json``, by name, and its arguments."""


def main(name: str) -> int:
    """Run the command of a name and record its outcome; return its exit status."""
    checks.choice("NAME", name, COMMANDS)
    outcome = paths.BUILD / f"{name}.json"
    outcome.unlink(missing_ok=True)
    about = record.provenance()
    done = subprocess.run([sys.executable, "-m", *COMMANDS[name]], cwd=paths.ROOT, check=False)
    found = json.loads(outcome.read_text(encoding="utf-8"))
    text = json.dumps({**about, **found}, indent=1, ensure_ascii=False)
    (paths.RESULTS / outcome.name).write_text(text + "\n", encoding="utf-8")
    checksums.write()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

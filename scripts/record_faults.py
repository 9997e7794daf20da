"""Inject every fault that the tests know, and record what happened in results/faults.json.

Usage: ``python scripts/record_faults.py``. A test that fails is recorded as failed.
"""

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime

from specz import paths
from specz.runner import commit


def main() -> int:
    """Run the marked tests; return pytest's exit status."""
    outcome = paths.BUILD / "faults.json"
    outcome.unlink(missing_ok=True)
    of = commit()
    tests = [sys.executable, "-m", "pytest", "-m", "fault", "-n", "2", "--dist", "loadfile"]
    done = subprocess.run(tests, cwd=paths.ROOT, check=False)
    record = {
        "commit": of,
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "faults": json.loads(outcome.read_text(encoding="utf-8")),
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    (paths.RESULTS / "faults.json").write_text(text + "\n", encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())

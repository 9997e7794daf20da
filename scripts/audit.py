"""Judge what pip-audit found: fail on a known vulnerability that a newer version mends.

Usage: ``pip-audit --format json ... | python scripts/audit.py LISTED``

LISTED has a line ``ID reason`` for each vulnerability that may stay. If pip-audit could look up
nothing, that is said, and is no failure.
"""

import json
import sys
from pathlib import Path
from typing import Any


def unmended(dependency: dict[str, Any], listed: set[str]) -> list[str]:
    """Describe the vulnerabilities of a package that have a fix and are not listed."""
    return [
        f"{dependency['name']} {dependency['version']}: {v['id']} ({', '.join(v['aliases'])}), "
        f"fixed in {', '.join(v['fix_versions'])}"
        for v in dependency.get("vulns", [])
        if v["fix_versions"] and not listed & {v["id"], *v["aliases"]}
    ]


def main(path: Path) -> int:
    """Read pip-audit's answer from standard input; return the exit status."""
    lines = [line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines()]
    listed = {words[0] for words in lines if len(words) == 2 and words[0] != "#"}
    answer = sys.stdin.read()
    dependencies = json.loads(answer)["dependencies"] if answer.strip() else []
    looked_up = [d for d in dependencies if "skip_reason" not in d]
    if not looked_up:
        print("not at hand: nothing could be looked up, so nothing is known of vulnerabilities")
        return 0
    found = [line for dependency in looked_up for line in unmended(dependency, listed)]
    print("\n".join([f"{len(looked_up)} of {len(dependencies)} packages looked up", *found]))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""What a benchmark found, where :mod:`benchmarks.__main__` and the reader look for it."""

import json
from typing import Any

from specz.common import paths


def write(name: str, found: dict[str, Any]) -> None:
    """Write ``build/NAME.json``."""
    paths.BUILD.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (paths.BUILD / f"{name}.json").write_text(text + "\n", encoding="utf-8")

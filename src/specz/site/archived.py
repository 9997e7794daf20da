"""The page that lists every archived experiment: what it is, what it gave, how it was made.

Numbers of the study link to its rows, see :func:`specz.tables.cells.run_link`.
"""

import csv
import shutil
from pathlib import Path
from typing import Any

from specz.common import paths
from specz.common.store import Store
from specz.estimators.backend import CPU
from specz.estimators.registry import AS_IT_IS
from specz.metrics.intervals import Interval
from specz.study import archive
from specz.study.profiles import STUDY, profile_experiments
from specz.study.titles import study_title
from specz.tables.cells import SHORT, run_anchor
from specz.tables.markdown import markdown_table

NAME = "archived"

HEAD = """(page-archived)=

# Archived experiments

Every experiment at the scale of the study, with what it gave and how it was made. A number
elsewhere that was taken from here links to its row. A manifest has all settings, the digest of each
module, the versions of the libraries and the time that it took. In the source, `results/` holds a
folder for each, named by the first 32 digits of the `key` in its manifest; `arrays.npz` in it has
every test prediction. `specz verify` holds all files against `results/SHA256SUMS`, and computes a
part again.
"""


def write_archived(site: Path) -> None:
    """Write the page and the manifests into a staged tree."""
    target = site / "as_is" / NAME
    target.mkdir(parents=True)
    numbers = _numbers()
    store, rows = Store(paths.RESULTS), []
    for experiment in profile_experiments(STUDY):
        key = archive.archive_key(experiment)
        if not store.folder(key).is_dir():
            continue
        manifest, found = store.manifest(key), numbers.get(key[:SHORT], {})
        shutil.copy(store.folder(key) / "manifest.json", target / f"{key[:SHORT]}.json")
        rows.append(_row(key, study_title(experiment), manifest, found))
    text = f"{HEAD}\n{markdown_table(rows, empty='Nothing is archived yet.')}\n"
    (site / f"{NAME}.md").write_text(text, encoding="utf-8")


def _numbers() -> dict[str, dict[str, str]]:
    """Rows of the summary, by key."""
    path = paths.RESULTS / "summary.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


def _row(key: str, title: str, manifest: dict[str, Any], numbers: dict[str, str]) -> dict[str, Any]:
    accuracy = "–"
    if numbers:
        value, low, high = (float(numbers[n]) for n in ("accuracy", "ci_low", "ci_high"))
        accuracy = Interval(value, low, high).percent()
    settings = numbers.get("settings", AS_IT_IS)
    more = "" if settings == AS_IT_IS else f"<br>{settings}"
    device, day = manifest.get("device", CPU), str(manifest["finished"])[:10]
    return {
        "experiment": f"{run_anchor(key)}**{title}**{more}",
        "exact class": accuracy,
        "made": f"{day}, commit {manifest['commit']}, {device}, {manifest['seconds']:.0f} s",
        "all of it": f'<a href="{NAME}/{key[:SHORT]}.json">manifest</a>',
    }

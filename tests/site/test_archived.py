import csv
import json
import re

from specz.common import paths
from specz.site.archived import write_archived
from specz.study import archive
from specz.study.profiles import profile_experiments
from specz.tables.cells import run_link


def test_every_archived_experiment_has_a_row_and_a_manifest(tmp_path):
    write_archived(tmp_path)
    text = (tmp_path / "archived.md").read_text(encoding="utf-8")
    done = archive.status(profile_experiments("paper")).done
    assert done
    for experiment in done:
        key = archive.archive_key(experiment)
        target = re.search(r'href="archived\.html#([\w-]+)"', run_link(key, "86 %"))[1]
        (row,) = (line for line in text.splitlines() if f'id="{target}"' in line)
        path = re.search(r'href="(archived/\w+\.json)"', row)[1]
        manifest = json.loads((tmp_path / "as_is" / path).read_text(encoding="utf-8"))
        assert manifest["key"] == key
        assert experiment.title in row
    assert text.count("<a id=") == len(done)


def test_numbers_of_the_page_are_those_of_the_summary(tmp_path):
    write_archived(tmp_path)
    lines = (tmp_path / "archived.md").read_text(encoding="utf-8").splitlines()
    with (paths.RESULTS / "summary.csv").open(encoding="utf-8", newline="") as file:
        summary = list(csv.DictReader(file))
    for one in summary:
        (row,) = (line for line in lines if f'id="run-{one["key"]}"' in line)
        assert f"{100 * float(one['accuracy']):.1f}\u00a0%" in row

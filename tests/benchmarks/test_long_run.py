import json
import os
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest

from benchmarks import long_run, record, tables
from benchmarks.record import Growth
from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.site import notebooks

PROGRAM = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from benchmarks import long_run
growths = long_run.long_run(3, lambda: None, Path(sys.argv[1]))
print(json.dumps([asdict(each) for each in growths]))
"""


def test_the_interval_holds_the_true_slope_as_often_as_it_says():
    noise = np.random.default_rng(0).normal(0, 1, (1000, 10))
    found = [Growth("", "", (0.5 * np.arange(10) + row).tolist(), 1.0).per_build for row in noise]
    held = np.mean([each.low < 0.5 < each.high for each in found])
    assert held == pytest.approx(0.95, abs=0.02)
    assert Growth("", "", [3.0, 3.0, 3.0], 0.1).per_build == pytest.approx((0, 0, 0))


def test_what_leaks_is_found_and_what_does_not_is_not(tmp_path):
    opened, started = [], []

    def leak():
        opened.append(os.open(tmp_path, os.O_RDONLY))
        started.append(subprocess.Popen(["sleep", "60"]))
        (tmp_path / f"{len(opened)}").write_bytes(bytes(2**20))

    try:
        _, *leaky = long_run.long_run(3, leak, tmp_path)
    finally:
        for descriptor, process in zip(opened, started, strict=True):
            os.close(descriptor)
            process.kill()
            process.wait()
    assert len(leaky) == 3
    for each in leaky:
        assert each.per_build.value == pytest.approx(1, abs=1e-6)
        assert not each.within
    # In a process of its own: this one may have children of other tests, such as a fork server.
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, cwd=paths.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    _, *tight = (Growth(**each) for each in json.loads(done.stdout.splitlines()[-1]))
    assert tight[1].values == [0, 0, 0]
    assert all(each.within for each in tight)


def test_what_was_counted_is_read_and_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    assert tables.growths_table(record.long_run().growths) == "Not done yet."
    growth = Growth("rain", "mm", [1.0, 2.0, 3.0], 0.5)
    made = {**record.provenance(), "growths": [asdict(growth)]}
    (tmp_path / "long_run.json").write_text(json.dumps(made))
    assert record.long_run().growths == [growth]
    assert notebooks._benchmarks()["long_run.json"] == file_digest(tmp_path / "long_run.json")
    row = "| rain | 3 | 1 mm | 3 mm | +1 (+1 to +1) | 0.5 | **no** |"
    assert row in tables.growths_table([growth]).replace("\u00a0", " ")

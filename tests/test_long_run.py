import os
import subprocess
import sys

import numpy as np
import pytest

from specz import paths

sys.path.insert(0, str(paths.ROOT / "benchmarks"))
import long_run


def test_the_interval_holds_the_true_slope_as_often_as_it_says():
    noise = np.random.default_rng(0).normal(0, 1, (1000, 10))
    found = [long_run.growth((0.5 * np.arange(10) + row).tolist(), 1.0) for row in noise]
    held = np.mean([each.low < 0.5 < each.high for each in found])
    assert held == pytest.approx(0.95, abs=0.02)
    assert long_run.growth([3.0, 3.0, 3.0], 0.1)[:3] == pytest.approx((0, 0, 0))


def test_what_leaks_is_found_and_what_does_not_is_not(tmp_path):
    opened, started = [], []

    def leak():
        opened.append(os.open(tmp_path, os.O_RDONLY))
        started.append(subprocess.Popen(["sleep", "60"]))
        (tmp_path / f"{len(opened)}").write_bytes(bytes(2**20))

    try:
        leaky = long_run.long_run(3, leak, tmp_path)["growth"]
    finally:
        for descriptor, process in zip(opened, started, strict=True):
            os.close(descriptor)
            process.kill()
            process.wait()
    for name in ("descriptors", "processes", "folder_mb"):
        assert leaky[name]["slope"] == pytest.approx(1, abs=1e-6)
        assert not leaky[name]["within"]
    tight = long_run.long_run(3, lambda: None, tmp_path)
    assert [each["processes"] for each in tight["counts"]] == [0, 0, 0]
    for name in ("descriptors", "processes", "folder_mb"):
        assert tight["growth"][name]["within"]

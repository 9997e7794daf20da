"""How much a command says."""

import os

import pytest
from typer.testing import CliRunner

from specz import cli
from specz.common import progress
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.experiments import parallel
from specz.experiments.experiment import Experiment


@pytest.mark.parametrize(
    ("option", "lines"),
    [("-q", 0), (None, 1), ("-v", 2)],
)
def test_an_option_sets_how_much_is_said(option, lines, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv(progress.VERBOSITY, "1")  # what the option sets ends with the test
    said = CliRunner().invoke(cli.app, [*([option] if option else []), "list", "--json"])
    assert said.stdout.startswith('{"notebooks"')  # results are said in any case
    nearest = Experiment(NearestNeighbours(neighbours=(1,)), 50, n_validation=5, n_test=5)
    parallel.run_here([("experiment 1 of 1", nearest)], tmp_path)
    assert capfd.readouterr().out.count("experiment 1 of 1") == lines


def test_both_are_refused(monkeypatch):
    monkeypatch.delenv(progress.VERBOSITY, raising=False)
    with pytest.raises(ValueError, match="not both"):
        CliRunner().invoke(cli.app, ["-q", "-v", "list"], catch_exceptions=False)
    assert progress.VERBOSITY not in os.environ

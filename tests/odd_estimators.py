"""Estimators that go wrong, each in its own way."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from specz.estimators.nearest_neighbours import NearestNeighbours


@dataclass(frozen=True)
class Killed:
    """As by a system whose memory is full."""

    label: ClassVar[str] = "killed"

    def fit(self, train, validation, seed, checkpoint=None):
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Greedy:
    label: ClassVar[str] = "greedy"

    def fit(self, train, validation, seed, checkpoint=None):
        np.ones(2**50)


@dataclass(frozen=True)
class Wrong:
    label: ClassVar[str] = "wrong"

    def fit(self, train, validation, seed, checkpoint=None):
        return train.no_such_attribute


@dataclass(frozen=True)
class Slow:
    """Stays until it is killed the first time, whoever tries; k-NN the second time."""

    label: ClassVar[str] = "slow"

    folder: tuple[str, ...] = ()

    def fit(self, train, validation, seed, checkpoint=None):
        marks = Path(*self.folder)
        (marks / str(os.getpid())).touch()
        if len(list(marks.iterdir())) == 1:
            time.sleep(60)
        return NearestNeighbours().fit(train, validation, seed)

"""Fill the archive: run the experiments of a profile that ``results/`` lacks.

It needs NumPy, SciPy, Numba, scikit-learn and Keras, nothing to be installed, and runs from a plain
checkout, as on a lent machine with an accelerator::

    KERAS_BACKEND=jax PYTHONPATH=src python -m specz.study.archiving --minutes 10
"""

import argparse
import signal
from collections.abc import Sequence
from types import FrameType

from specz.common import checks
from specz.common.progress import say
from specz.experiments import parallel
from specz.experiments.base import BaseExperiment
from specz.experiments.parallel import LOCAL, Backend
from specz.experiments.run import fitted, run
from specz.study import archive, profiles


class _TimeIsUp(BaseException):
    """Not an Exception, so that nothing on the way takes it for a fault of its own."""


def fill(
    profile: str = profiles.STUDY,
    notebook: str | None = None,
    minutes: float | None = None,
    where: Backend = LOCAL,
    method: str | None = None,
) -> bool:
    """Run and archive what is missing, of one notebook or of all; return whether all is there.

    With ``method`` only that of one method, so that networks fill an accelerator while another
    process fills the cores.

    After ``minutes`` it stops: the experiment that runs is stopped too, and a training goes on
    after the epoch that was kept last when this is called again. Finished experiments are not
    repeated. At the end, some seconds more, the summary of all that is archived is written.

    Raises
    ------
    ValueError, TypeError
        If a name or a number is wrong.
    FanoutError
        If an experiment failed; the others are archived.
    """
    if minutes is not None:
        checks.number("minutes", minutes, 0.01, 100_000)
    wanted = _wanted(profile, notebook, method)
    left, opened = archive.status(wanted).left, profiles.opened()

    def stop(signum: int, frame: FrameType | None) -> None:
        raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 60 * (minutes or 0))  # zero sets none
        for i, experiment in enumerate(parallel.compute(left, where), start=1):
            result = run([experiment])[0]
            archive.add(result, fitted(experiment).save if experiment in opened else None)
            say(f"archived {i} of {len(left)}: {experiment.title}")
    except _TimeIsUp:
        remaining = len(archive.status(wanted).left)
        say(f"stopped after {minutes:g} minutes, {remaining} left; the same command goes on")
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        every = dict.fromkeys([*profiles.profile_experiments(profiles.STUDY), *wanted])
        say(str(archive.write_summary(archive.archived(list(every)))))
    return True


def _wanted(profile: str, notebook: str | None, method: str | None) -> Sequence[BaseExperiment]:
    if notebook is None:
        found: Sequence[BaseExperiment] = profiles.profile_experiments(profile)
    else:
        found = profiles.experiments(notebook, profiles.profile_parameters(profile, notebook))
    if method is None:
        return found
    checks.choice("method", method, list(dict.fromkeys(e.method for e in found)))
    return [e for e in found if e.method == method]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module, for a machine without Typer."""
    parser = argparse.ArgumentParser(prog="python -m specz.study.archiving")
    parser.add_argument("--profile", default=profiles.STUDY)
    parser.add_argument("--notebook", help="only the experiments of this one")
    parser.add_argument("--method", help="only those of this one, such as cnn")
    parser.add_argument("--minutes", type=float, help="stop in time; the same command goes on")
    parser.add_argument("--workers", type=int, default=1, help="experiments at a time")
    given = parser.parse_args(arguments)
    try:
        where = Backend(given.workers)
        fill(given.profile, given.notebook, given.minutes, where, method=given.method)
    except (ValueError, TypeError, parallel.FanoutError) as error:
        parser.exit(2 if isinstance(error, ValueError | TypeError) else 1, f"specz: {error}\n")


if __name__ == "__main__":
    main()

"""The results that a page draws: those that the study has archived, and those of a reader.

With the parameters of the study a page draws what is archived and computes nothing. With any other
parameters it computes its experiments and shows them beside what is archived.
"""

from collections.abc import Sequence
from typing import NamedTuple

from specz.estimators.base import Fitted, Reloadable
from specz.estimators.cnn import MODEL
from specz.experiments.base import BaseExperiment
from specz.experiments.experiment import Experiment
from specz.experiments.result import Result
from specz.experiments.run import fitted as fitted_here
from specz.experiments.run import run
from specz.study import archive
from specz.study.profiles import STUDY, Parameters, profile_study, study
from specz.study.study import Study
from specz.study.titles import study_title


class Shown(NamedTuple):
    """Results computed with a page's own parameters, and those archived at the study's."""

    own: list[Result]
    archived: list[Result]

    @property
    def first(self) -> list[Result]:
        """The archived results if the page has no others, else its own."""
        return self.own or self.archived

    def of(self, experiment: Experiment) -> Result:
        """The result of an experiment, computed with the page's parameters or archived."""
        return next(r for r in (*self.own, *self.archived) if r.experiment == experiment)


def shown(notebook: str, parameters: Study) -> Shown:
    """Return the results of a page.

    Raise ValueError if nothing is archived and the parameters are those of the study.
    """
    return Shown(run(computed(notebook, parameters)), archive.reference(notebook))


def computed(notebook: str, parameters: Study) -> Sequence[BaseExperiment]:
    """Experiments that a page computes: none with the parameters of the study, or without data.

    Raise ValueError if these are not archived.
    """
    wanted = parameters.experiments()
    if parameters != profile_study(STUDY, notebook) and not parameters.lacks():
        return wanted
    archivable = profile_study(STUDY, notebook).experiments()
    if archivable and list(archivable) == missing(notebook):
        raise ValueError(
            f"no experiment of notebook {notebook!r} is archived; "
            f"'specz archive --notebook {notebook}' computes them, "
            f"'specz run {notebook} --profile quick' small ones"
            + (f"; {absent}" if (absent := archive.absence()) else "")
        )
    return []


def missing(notebook: str) -> list[BaseExperiment]:
    """Experiments that a page shows at the scale of the study and the archive lacks."""
    wanted = profile_study(STUDY, notebook).experiments()
    return [experiment for experiment in wanted if not archive.folder(experiment).is_dir()]


def missing_lines(notebook: str) -> str:
    """Name what a page lacks at the scale of the study, as a Markdown list; empty if nothing."""
    return "\n".join(
        f"- Not archived yet: {study_title(e)}; `specz archive --notebook {notebook}` trains it."
        for e in missing(notebook)
    )


def experiments(notebook: str, parameters: Parameters) -> Sequence[BaseExperiment]:
    """Experiments that a page computes, by the values of its parameters."""
    return computed(notebook, study(notebook, parameters))


def fitted(result: Result) -> Fitted:
    """Return the fitted estimator behind a result: that of the archive, or fitted here.

    Raise ValueError if the result is archived without its estimator.
    """
    if not archive.is_archived(result):
        return fitted_here(result.experiment)
    estimator, folder = result.experiment.estimator, archive.folder(result.experiment)
    if not isinstance(estimator, Reloadable) or not (folder / MODEL).is_file():
        raise ValueError(f"the archive does not hold the weights of {result.experiment.title}")
    return estimator.load(folder)

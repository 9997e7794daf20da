"""Results that differ in their seed alone, taken together: what chance does to a training."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from specz.experiment import Experiment
from specz.metrics import Interval, difference_interval, mean_accuracy, mean_difference
from specz.predictions import Predictions
from specz.runner import Result


@dataclass(frozen=True, eq=False)
class Trained:
    """The trainings of one experiment, which differ in their seed alone.

    Attributes
    ----------
    results : tuple of Result
    """

    results: tuple[Result, ...]

    @property
    def experiment(self) -> Experiment:
        """The experiment, with the first of the seeds."""
        return self.results[0].experiment

    @property
    def test(self) -> list[Predictions]:
        """Predictions of each training on the test spectra."""
        return [result.test for result in self.results]

    @property
    def accuracy(self) -> Interval:
        """Mean accuracy on the test spectra."""
        return mean_accuracy(self.test)

    @property
    def gap(self) -> Interval:
        """Accuracy on training minus that on validation spectra, which are other galaxies."""
        return difference_interval(
            mean_accuracy([result.train for result in self.results]),
            mean_accuracy([result.validation for result in self.results]),
        )

    def minus(self, other: "Trained") -> Interval:
        """Mean accuracy minus that of another, on the same test spectra."""
        return mean_difference(self.test, other.test)


def trainings(results: Sequence[Result]) -> list[Trained]:
    """Put the results together that differ in their seed alone, in the order of the first."""
    groups: dict[Experiment, list[Result]] = {}
    for result in results:
        groups.setdefault(replace(result.experiment, seed=0), []).append(result)
    return [Trained(tuple(group)) for group in groups.values()]

"""The table of tuning: every setting of every method on validation spectra, and what was chosen."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from specz import metrics
from specz.experiments.experiment import noise_label
from specz.experiments.result import Result
from specz.study.budget import Budget, untuned
from specz.study.settings import chosen
from specz.tables.cells import NONE, traced
from specz.tables.markdown import markdown_table


class Choice(NamedTuple):
    """The settings of a method at a noise level: the best on validation spectra, the one used."""

    method: str
    noise: str
    best: str
    used: str


def choices(study: Budget, results: Sequence[Result]) -> list[Choice]:
    """Best setting of each method of which all settings have a result, and the one of the claims.

    Of equally good settings that of the claims is the best, else the first.
    """
    found = []
    left = untuned(study, results)
    for method, level, made in _measured(study, results):
        if (method, level) not in left:
            used = chosen(method, level)
            reached = {n: metrics.accuracy(r.validation).value for n, r in made.items()}
            best = max(made, key=lambda name: (reached[name], name == used))
            found.append(Choice(method, noise_label(level), best, used))
    return found


def _measured(
    study: Budget, results: Sequence[Result]
) -> Iterator[tuple[str, float, dict[str, Result]]]:
    """Results of each method at each noise level, by the name of the setting."""
    known = {r.experiment: r for r in results}
    for level in study.levels("snr"):
        for method, settings in study.tried_at(level).items():
            made = {name: known[e] for name, e in settings.items() if e in known}
            yield method, level, made


def budget_table(study: Budget, results: Sequence[Result]) -> str:
    """List the validation accuracy of every setting; the highest of a method is bold."""
    measured = {(method, level): found for method, level, found in _measured(study, results)}
    rows = []
    for method, settings in study.candidates().items():
        for name in settings:
            row: dict[str, object] = {"method": method, "setting": name}
            used = []
            for level in study.levels("snr"):
                found = measured[method, level]
                row[noise_label(level)] = _accuracy(name, found)
                if chosen(method, level) == name:
                    used.append(noise_label(level))
            row["used by the claims"] = ", ".join(used)
            rows.append(row)
    return markdown_table(rows)


def _accuracy(name: str, found: dict[str, Result]) -> str:
    if name not in found:
        return NONE
    values = {n: metrics.accuracy(r.validation) for n, r in found.items()}
    text = traced(found[name], values[name].percent())
    return f"**{text}**" if values[name].value == max(v.value for v in values.values()) else text

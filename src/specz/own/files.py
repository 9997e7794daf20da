"""Redshifts of spectra in files: read, asked in batches, listed in a table, drawn if wanted.

Files, and those of folders in order of name, are read one after the other. Spectra that follow each
other on the same wavelengths are asked together, and none is kept afterwards, so that memory does
not grow with their number; of a folder, only the names are kept.
"""

import csv
import importlib.util
import math
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np
from matplotlib import pyplot as plt

from specz.common import checks
from specz.common.progress import progress
from specz.figures import style
from specz.figures.spectrum import plot_posterior, plot_spectrum
from specz.own.fits import INSTALL
from specz.own.predict import BATCH, Redshift, ZWarn, checked, flag_names, predict
from specz.own.reader import read
from specz.own.spectrum import Spectrum, Unreadable, angstrom

SUFFIXES = (".csv", ".ecsv", ".fits")


class Row(NamedTuple):
    """One line of the table; ``ID`` names a spectrum within its file."""

    FILE: str
    ID: str
    Z: float
    ZERR: float
    ZWARN: int
    ODDS: float
    P: float


@dataclass(frozen=True)
class Options:
    """How files are read: see :func:`specz.own.reader.read`.

    Attributes
    ----------
    resolving_power : float or None
        λ/FWHM of the instrument, in place of what the format implies.
    """

    unit: str | None = None
    air: bool = False
    resolving_power: float | None = None

    def __post_init__(self) -> None:
        if self.unit is not None:
            angstrom(self.unit)
        if self.resolving_power is not None:
            checks.number("resolving_power", self.resolving_power, 10, 1e6)


Complain = Callable[[str], None]
"""Takes one line about a spectrum that was not asked."""


def predict_files(
    files: Sequence[Path],
    options: Options,
    complain: Complain,
    output: Path | None = None,
    plot: Path | None = None,
) -> None:
    """Find the redshift of every spectrum in ``files`` and write a table, to ``output`` or stdout.

    A folder stands for all files in it and its folders, but hidden ones, ``output`` and ``plot``.
    A table in CSV is written row by row, another at the end; both hold what was found if it is
    interrupted.

    Raises
    ------
    ValueError, OSError
        If the table or the folder ``plot`` cannot be written; before any work.
    """
    if output is not None:
        _check_output(output)
    if plot is not None:
        plot.mkdir(parents=True, exist_ok=True)
    own = {each.resolve() for each in (output, plot) if each is not None}
    every = _files(files, own)
    if output is not None:
        every = progress(every, desc="files", unit="", leave=False)
    rows = _rows(every, options, complain, plot)
    if output is None:
        _write_csv(rows, sys.stdout)
    elif output.suffix == ".csv":
        with output.open("w", encoding="utf-8", newline="") as file:
            _write_csv(rows, file)
    else:
        kept: list[Row] = []
        try:
            kept.extend(rows)  # those before an interruption stay
        finally:
            _write_astropy(kept, output)


def _files(given: Iterable[Path], own: Collection[Path]) -> Iterator[Path]:
    """Every file that is given or lies in a given folder; those in ``own`` are ours."""
    for path in given:
        try:
            names = sorted(os.listdir(path)) if path.is_dir() else None  # noqa: PTH208 (small)
        except OSError:
            names = None  # reading it says why
        if names is None:
            yield path
        else:
            folder = path.resolve()
            inside = (name for name in names if name[0] != "." and folder / name not in own)
            yield from _files((path / name for name in inside), own)


def _rows(
    files: Iterable[Path], options: Options, complain: Complain, plot: Path | None
) -> Iterator[Row]:
    number = 0
    for batch in _batches(_spectra(files, options, complain)):
        for (path, spectrum), answer in _ask(batch, options, complain):
            number += 1
            if plot is not None:
                _draw(path, spectrum, answer, plot / _picture(number, path, spectrum.name))
            said = answer.z, answer.z_err, int(answer.zwarn), answer.odds, answer.p_best
            yield Row(str(path), spectrum.name, *said)


def _ask(
    batch: list[tuple[Path, Spectrum]], options: Options, complain: Complain
) -> Iterator[tuple[tuple[Path, Spectrum], Redshift]]:
    """Answers for spectra on the same pixels; one without an answer is complained about."""
    first = batch[0][1]
    flux, ivar = (np.array([getattr(s, name) for _, s in batch]) for name in ("flux", "ivar"))
    power = options.resolving_power or first.resolving_power
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            found = predict(flux, first.wave, ivar, resolving_power=power)
    except (ValueError, ArithmeticError) as error:  # numbers that overflow, in one of them
        if len(batch) > 1:
            for one in batch:
                yield from _ask([one], options, complain)
            return
        low, high = np.nanmin(flux), np.nanmax(flux)
        reason = f"no redshift can be computed from a flux of {low:g} to {high:g}: {error}"
        complain(_line(batch[0][0], first.name, reason))
        return
    yield from zip(batch, found, strict=True)


def _spectra(
    files: Iterable[Path], options: Options, complain: Complain
) -> Iterator[tuple[Path, Spectrum]]:
    """Sound spectra of all files, in order; whatever else is in them is complained about."""
    for path in files:
        try:
            for found in read(path, options.unit, options.air):
                reason = found.reason if isinstance(found, Unreadable) else _fault(found)
                if reason is None:
                    assert isinstance(found, Spectrum)
                    yield path, found
                else:
                    complain(_line(path, found.name, reason))
        except OSError as error:
            complain(_line(path, "", error.strerror or str(error)))
        except ValueError as error:
            complain(_line(path, "", str(error)))


def _fault(spectrum: Spectrum) -> str | None:
    try:
        checked(spectrum.flux, spectrum.wave, spectrum.ivar)
    except ValueError as error:
        return str(error)
    return None


def _line(path: Path, name: str, reason: str) -> str:
    return " ".join(f"{path}{f' [{name}]' if name else ''}: {reason}".split())


def _batches(found: Iterable[tuple[Path, Spectrum]]) -> Iterator[list[tuple[Path, Spectrum]]]:
    """Group spectra that follow each other on the same pixels."""
    batch: list[tuple[Path, Spectrum]] = []
    for each in found:
        if batch and (len(batch) == BATCH or not _same_pixels(batch[0][1], each[1])):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch


def _same_pixels(one: Spectrum, other: Spectrum) -> bool:
    same_power = one.resolving_power == other.resolving_power
    return same_power and np.array_equal(one.wave, other.wave)


def _check_output(output: Path) -> None:
    checks.choice("suffix of the output", output.suffix, SUFFIXES)
    if output.suffix != ".csv" and importlib.util.find_spec("astropy") is None:
        raise ValueError(f"a table {output.suffix} {INSTALL}; .csv needs nothing")
    if not output.parent.is_dir():
        raise ValueError(f"output must lie in a folder that is there; got {str(output)!r}")


def _write_csv(rows: Iterable[Row], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(Row._fields)
    for row in rows:
        numbers = (f"{row.Z:.6f}", f"{row.ZERR:.6f}", row.ZWARN, f"{row.ODDS:.2f}", f"{row.P:.4f}")
        writer.writerow((row.FILE, row.ID, *numbers))
        file.flush()


def _write_astropy(rows: list[Row], output: Path) -> None:
    from astropy.table import Table

    kinds = (str, str, float, float, int, float, float)
    table = Table(rows=rows or None, names=Row._fields, dtype=kinds)
    table.meta["ZWARN"] = ", ".join(f"{flag.value} {flag.name}" for flag in ZWarn)
    form = {".ecsv": "ascii.ecsv", ".fits": "fits"}[output.suffix]
    table.write(output, format=form, overwrite=True)


def _picture(number: int, path: Path, name: str) -> str:
    """Name of a picture: the number of its row in the table first, as files may share a name."""
    plain = re.sub(r"[^\w.+-]+", "_", f"{path.stem}-{name}" if name else path.stem)
    return f"{number:04d}-{plain}.png"


def _draw(path: Path, spectrum: Spectrum, answer: Redshift, to: Path) -> None:
    fig, axes = style.subplots(2, 1, size=(9, 5.6), ratios=(2, 1))
    top, bottom = axes[:, 0]
    data = spectrum.wave, spectrum.flux, spectrum.ivar, answer.model
    lines = math.nan if ZWarn.NO_LINE in answer.zwarn else answer.z
    plot_spectrum(*data, top, z=lines)
    plot_posterior(answer.classes, bottom)
    flags = flag_names(answer.zwarn) or "no flag"
    name = f"{path.name} {spectrum.name}".strip()
    title = f"{name}: z = {answer.z:.4f} ± {answer.z_err:.4f}, p = {answer.p_best:.2f}; {flags}"
    top.set_title(title, fontsize=9, loc="left", color=style.GREY)
    fig.savefig(to, dpi=120, facecolor="white")
    plt.close(fig)

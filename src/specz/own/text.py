"""A spectrum from a text table with a header of column names."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from specz.common.arrays import FloatArray
from specz.own.spectrum import Spectrum, angstrom, made

WAVE = ("wave", "wavelength", "lambda")
FLUX = ("flux", "flux_density", "signal")
NOISE = {
    **dict.fromkeys(("ivar", "inverse_variance"), -1.0),
    **dict.fromkeys(("error", "err", "sigma", "uncertainty"), 2.0),
    **dict.fromkeys(("var", "variance"), 1.0),
}
"""Columns of noise: the variance is their value to this power."""

NAME_AND_UNIT = re.compile(r"\s*([^\[(]+?)\s*(?:[\[(]\s*(.*?)\s*[\])])?\s*")


def read_text(path: Path, unit: str | None, air: bool) -> Spectrum:
    """Read a table with a header: comma-separated, or columns separated by spaces."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise ValueError("expected a text table or a FITS file; it is neither") from None
    said = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    rows = [line for line in lines if line and not line.startswith("#")]
    if rows and _number(_cells(rows[0])[0]) is not None and said:
        rows.insert(0, said[-1])  # the header is a comment
    if len(rows) < 3:
        raise ValueError("expected a header and a table; it has fewer than two rows")
    header, *body = (_cells(row) for row in rows)
    if all(_number(cell) is not None for cell in header):
        raise ValueError(
            f"expected a header such as 'wave,flux,ivar'; the first line is {rows[0]!r}"
        )
    columns, units = {}, {}
    for place, cell in enumerate(header):
        match = NAME_AND_UNIT.fullmatch(cell)
        if match:
            columns[match[1].lower()], units[match[1].lower()] = place, match[2] or ""
    table = _table(header, body)
    wave, flux, noise = (
        _column(columns, names, what)
        for names, what in ((WAVE, "wavelength"), (FLUX, "flux"), (tuple(NOISE), "noise"))
    )
    value = {name: table[:, place] for name, place in columns.items()}
    with np.errstate(divide="ignore"):
        variance = value[noise] ** NOISE[noise]
    factor = angstrom(units[wave] or unit or "Å")
    bad = value["mask"] != 0 if "mask" in value else False
    return made(
        value[wave] * factor, value[flux], variance, bad=bad, flux_unit=units[flux], air=air
    )


def _cells(row: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([row]))] if "," in row else row.split()
    except csv.Error as error:
        raise ValueError(f"expected a text table; {error} in {row[:40]!r}") from None


def _number(cell: str) -> float | None:
    """Value of a cell; an empty one is NaN, a word is none."""
    try:
        return float({"": "nan", "true": "1", "false": "0"}.get(cell.lower(), cell))
    except ValueError:
        return None


def _table(header: list[str], body: list[list[str]]) -> FloatArray:
    out = np.empty((len(body), len(header)))
    for i, cells in enumerate(body):
        if len(cells) != len(header):
            raise ValueError(f"row {i + 1} has {len(cells)} columns, the header {len(header)}")
        for j, cell in enumerate(cells):
            number = _number(cell)
            if number is None:
                raise ValueError(f"row {i + 1}: {header[j]} must be a number; got {cell!r}")
            out[i, j] = number
    return out


def _column(columns: Mapping[str, Any], names: tuple[str, ...], what: str) -> str:
    for name in names:
        if name in columns:
            return name
    raise ValueError(
        f"expected a column of {what}, one of {', '.join(names)}; got {', '.join(columns)}"
    )

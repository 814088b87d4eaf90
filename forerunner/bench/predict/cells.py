"""Hourly traffic of mobile cells, a file to learn from and one to test on for each."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from analytics.forecasting.series import Series, Values
from forerunner.errors import InvalidData

_HOUR_S = 3600
_FORM = "%m/%d/%Y %H:%M"


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        name: Of its files.
        history: What is learned from, on a whole clock: missing hours are NaN.
        test: The hours after it, NaN where one is missing.
    """

    name: str
    history: Series
    test: Values


def cells(directory: Path) -> Iterator[Cell]:
    """Yield the cells of folder `lte_cells`, in the order of their names.

    Raises:
        InvalidData: There is none, or a file is not of the form; names file, line and fix.
    """
    folder = directory / "lte_cells"
    found = sorted(folder.glob("train_*.csv"))
    if not found:
        raise InvalidData(str(folder), "train_*.csv", "is missing; fetch the set anew")
    for path in found:
        name = path.stem.removeprefix("train_")
        known = _read(path)
        after = _read(path.with_name(f"test_{name}.csv"))
        first, end = min(known), max(known) + _HOUR_S
        history = Series(_on_clock(known, first, end), first, _HOUR_S)
        yield Cell(name, history, _on_clock(after, end, max(after) + _HOUR_S)[:, 0])


def _read(path: Path) -> dict[float, float]:
    try:
        with path.open(newline="") as handle:
            rows = list(csv.DictReader(handle))
        found = {_time(row["DateTime"]): float(row["Traffic"]) for row in rows}
    except (OSError, KeyError, ValueError) as error:
        problem = f"is no DateTime,Traffic by the hour ({error}); fetch the set anew"
        raise InvalidData(str(path), "", problem) from error
    if not found:
        raise InvalidData(str(path), "", "is empty; fetch the set anew")
    return found


def _time(text: str) -> float:
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC).timestamp()


def _on_clock(known: dict[float, float], first: float, end: float) -> Values:
    values = np.full((int((end - first) // _HOUR_S), 1), np.nan)
    for when, value in known.items():
        if first <= when < end:
            values[int((when - first) // _HOUR_S), 0] = value
    return values

"""Windows of alarms with the cause behind each: a column an alarm, and last the label."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData

_FETCH = "fetch the set anew"


@dataclass(frozen=True)
class Windows:
    """The unique windows of some files.

    Attributes:
        seconds: How long each alarm was active, shape (windows, alarms).
        causes: The class of each window.
        alarms: Names of the alarms.
        repeats: How many rows were dropped as the same as an earlier one.
    """

    seconds: NDArray[np.float64]
    causes: NDArray[np.str_]
    alarms: tuple[str, ...]
    repeats: int


def windows(directory: Path) -> Windows:
    """Return the windows of all files in folder `microwave_hw_failure`.

    An alarm that a file has no column for was not active in its windows.

    Raises:
        InvalidData: There are none, or a file is not of the form; names file, field and fix.
    """
    folder = directory / "microwave_hw_failure"
    found = [_read(path) for path in sorted(folder.glob("*.csv"))]
    if not found:
        raise InvalidData(str(folder), "*.csv", f"is missing; {_FETCH}")
    alarms = tuple(dict.fromkeys(name for names, _, _ in found for name in names))
    table = np.vstack([_spread(names, seconds, alarms) for names, seconds, _ in found])
    causes = np.concatenate([each for _, _, each in found])
    _, number = np.unique(causes, return_inverse=True)
    _, first = np.unique(np.column_stack([table, number]), axis=0, return_index=True)
    kept = np.sort(first)
    return Windows(table[kept], causes[kept], alarms, len(table) - len(kept))


def _read(path: Path) -> tuple[list[str], NDArray[np.float64], NDArray[np.str_]]:
    """Return the names of a file's alarms, their seconds, and the causes."""
    try:
        with path.open(newline="") as handle:
            names, *rows = list(csv.reader(handle))
        table = np.array([row[:-1] for row in rows], np.float64).reshape(-1, len(names) - 1)
    except (OSError, ValueError) as error:
        raise InvalidData(str(path), "", f"is no table of seconds ({error}); {_FETCH}") from error
    if names[-1] != "label":
        raise InvalidData(str(path), names[-1], f"is no label in the last column; {_FETCH}")
    return names[:-1], table, np.array([row[-1] for row in rows], np.str_)


def _spread(
    names: Sequence[str], seconds: NDArray[np.float64], alarms: Sequence[str]
) -> NDArray[np.float64]:
    found = np.zeros((len(seconds), len(alarms)))
    found[:, [alarms.index(name) for name in names]] = seconds
    return found

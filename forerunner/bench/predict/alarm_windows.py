"""Windows of alarms with the cause behind each: a column an alarm, and last the label."""

import csv
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
    """Return the windows of folder `microwave_hw_failure`.

    Raises:
        InvalidData: There are none, or a file is not of the form; names file, field and fix.
    """
    folder = directory / "microwave_hw_failure"
    found = sorted(folder.glob("*.csv"))
    if not found:
        raise InvalidData(str(folder), "*.csv", f"is missing; {_FETCH}")
    path = found[0]
    try:
        with path.open(newline="") as handle:
            names, *rows = list(csv.reader(handle))
        table = np.array([row[:-1] for row in rows], np.float64)
    except (OSError, ValueError) as error:
        raise InvalidData(str(path), "", f"is no table of seconds ({error}); {_FETCH}") from error
    if names[-1] != "label":
        raise InvalidData(str(path), names[-1], f"is no label in the last column; {_FETCH}")
    causes = np.array([row[-1] for row in rows])
    keys = np.array([",".join(row) for row in rows])
    _, first = np.unique(keys, return_index=True)
    kept = np.sort(first)
    return Windows(table[kept], causes[kept], tuple(names[:-1]), len(rows) - len(kept))

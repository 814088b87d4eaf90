"""Series with windows in which something was wrong, as the Numenta benchmark keeps them."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData

_FETCH = "fetch the set anew"
# What the benchmark leaves out at the beginning, for detectors to learn.
_PROBATION, _MOST_PROBATION = 0.15, 750


@dataclass(frozen=True)
class Labelled:
    """One series.

    Attributes:
        name: Folder and file.
        values: In order of time.
        windows: First and last index of each stretch in which something was wrong.
    """

    name: str
    values: NDArray[np.float64]
    windows: tuple[tuple[int, int], ...]

    @property
    def labels(self) -> NDArray[np.float64]:
        """Return 1 where something was wrong, and 0 elsewhere."""
        found = np.zeros(len(self.values))
        for begin, end in self.windows:
            found[begin : end + 1] = 1
        return found

    @property
    def probation(self) -> int:
        """Return how many values at the beginning count for nothing."""
        return min(int(_PROBATION * len(self.values)), _MOST_PROBATION)

    @property
    def for_choosing(self) -> bool:
        """Return whether things may be chosen on it; a coin, so that it holds for any set."""
        return bool(sha256(Path(self.name).name.encode()).digest()[-1] % 2)


def real_series(directory: Path) -> list[Labelled]:
    """Return the series of the folders `real*` in `nab`, by name.

    Raises:
        InvalidData: There are none, or one is not of the form; names file, field and fix.
    """
    folder = directory / "nab"
    path = folder / "labels" / "combined_windows.json"
    try:
        windows: Mapping[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvalidData(str(path), "", f"cannot be read ({error}); {_FETCH}") from error
    files = sorted((folder / "data").glob("real*/*.csv"))
    if not files:
        raise InvalidData(str(folder / "data"), "real*/*.csv", f"is missing; {_FETCH}")
    return [_series(each, windows, path) for each in files]


def _series(path: Path, windows: Mapping[str, Any], labels: Path) -> Labelled:
    name = f"{path.parent.name}/{path.name}"
    if name not in windows:
        raise InvalidData(str(labels), name, "is missing; label it, with [] for nothing wrong")
    try:
        with path.open(newline="") as handle:
            rows = [
                (_time(row["timestamp"]), float(row["value"])) for row in csv.DictReader(handle)
            ]
        times = np.array([time for time, _ in rows])
        marked = [(_time(begin), _time(end)) for begin, end in windows[name]]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InvalidData(str(path), "timestamp, value", f"{error}; {_FETCH}") from error
    found = [np.flatnonzero((times >= begin) & (times <= end)) for begin, end in marked]
    inside = tuple((int(each[0]), int(each[-1])) for each in found if len(each))
    return Labelled(name, np.array([value for _, value in rows]), inside)


def _time(text: str) -> float:
    # Without a zone, and never of another: only the order counts.
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001

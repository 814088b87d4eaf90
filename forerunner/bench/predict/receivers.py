"""What the receivers of an optical line measured, and when the line was failing."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from forerunner.errors import InvalidData

SIGNALS = ("BER", "log10 BER", "OSNR")
_FETCH = "fetch the set anew"
_NEEDED = ("Timestamp", "Type", "ID", "BER", "OSNR", "Failure")
_LEAST_BER = 1e-15


@dataclass(frozen=True)
class Receiver:
    """One receiver over time.

    Attributes:
        name: Its ID.
        time_s: Seconds, in order.
        signals: A column for each of `SIGNALS`; NaN where nothing was measured.
        failing: Whether the line was failing.
    """

    name: str
    time_s: NDArray[np.float64]
    signals: NDArray[np.float64]
    failing: NDArray[np.bool_]


def lines(directory: Path) -> list[list[Receiver]]:
    """Return the receivers of each line: of each file in folder `optical_failure`, by name.

    Raises:
        InvalidData: There is no file, or one is not of the form; names file, field and fix.
    """
    folder = directory / "optical_failure"
    found = sorted(folder.glob("*.csv"))
    if not found:
        raise InvalidData(str(folder), "*.csv", f"is missing; {_FETCH}")
    return [_receivers(each) for each in found]


def _receivers(path: Path) -> list[Receiver]:
    by_name: dict[str, list[tuple[float, ...]]] = {}
    try:
        with path.open(newline="") as handle:
            for at, row in enumerate(csv.DictReader(handle), start=2):
                if row.get("Type") == "Devices":
                    by_name.setdefault(row["ID"], []).append(_sample(row, f"{path}:{at}"))
                elif missing := [name for name in _NEEDED if row.get(name) is None]:
                    raise InvalidData(f"{path}:{at}", missing[0], f"is missing; {_FETCH}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidData(str(path), "", f"is no CSV ({error}); {_FETCH}") from error
    if not by_name:
        raise InvalidData(str(path), "Type", f"is Devices in no row; {_FETCH}")
    return [_receiver(name, samples) for name, samples in by_name.items()]


def hearing(some: list[Receiver], until_s: float) -> Receiver:
    """Return the receiver whose BER tells the labels apart best, before a moment.

    Raises:
        InvalidData: None of them is labelled both failing and healthy by then.
    """
    marks = {}
    for at, each in enumerate(some):
        use = (each.time_s < until_s) & np.isfinite(each.signals[:, 0])
        if 0 < each.failing[use].sum() < use.sum():
            marks[at] = float(roc_auc_score(each.failing[use], each.signals[use, 0]))
    if not marks:
        raise InvalidData("Failure", "", "has no failures in the training time; give a longer file")
    return some[max(marks, key=lambda at: marks[at])]


def _sample(row: Mapping[str, str | None], source: str) -> tuple[float, ...]:
    numbers = []
    for name in ("Timestamp", "BER", "OSNR", "Failure"):
        text = row.get(name)
        if text is None:
            raise InvalidData(source, name, f"is missing; {_FETCH}")
        try:
            numbers.append(float(text) if text else np.nan)
        except ValueError:
            raise InvalidData(source, name, f"is no number; {_FETCH}") from None
    if not np.isfinite(numbers[0]):
        raise InvalidData(source, "Timestamp", f"is empty; {_FETCH}")
    return tuple(numbers)


def _receiver(name: str, samples: list[tuple[float, ...]]) -> Receiver:
    table = np.array(sorted(samples, key=lambda sample: sample[0]), np.float64)
    ber = table[:, 1]
    signals = np.column_stack([ber, np.log10(np.maximum(ber, _LEAST_BER)), table[:, 2]])
    return Receiver(name, table[:, 0], signals, table[:, 3] > 0)

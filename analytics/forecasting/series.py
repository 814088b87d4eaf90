"""Many series on one clock."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData

Values = NDArray[np.float64]
DAY_S = 86_400


@dataclass(frozen=True)
class Series:
    """Series that share their times.

    Attributes:
        values: One row a time and one column a series, in the series' own unit, not negative; NaN
            where nothing was measured.
        start: Time of the first row, as seconds since the epoch.
        step_s: Seconds between rows; a whole number of them makes a day.
        utc_offset_s: Local time less UTC: what people do follows their own clock.
        holidays: Dates, local, on which people do as at weekends.
    """

    values: Values
    start: float
    step_s: float
    utc_offset_s: float = 0.0
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or not self.values.shape[1]:
            raise InvalidData("series", "values", "are no table of times by series")
        if self.step_s <= 0 or DAY_S % self.step_s:
            raise InvalidData("series", "step_s", "does not divide a day; resample the series")
        if np.nanmin(self.values, initial=0.0) < 0:
            raise InvalidData("series", "values", "are negative; a load or a demand never is")

    @property
    def day(self) -> int:
        """Return how many rows are a day."""
        return int(DAY_S // self.step_s)

    def before(self, row: int) -> "Series":
        """Return the rows before one, as they were known then."""
        return replace(self, values=self.values[:row])

    def of(self, columns: NDArray[np.int64]) -> "Series":
        """Return some of the series."""
        whole = len(columns) == self.values.shape[1]
        return self if whole else replace(self, values=self.values[:, columns])

    def kinds(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the weekday of rows, 0 for Monday, and whether people do as at weekends."""
        local = self.start + self.utc_offset_s + rows * self.step_s
        days = np.floor(local / DAY_S).astype(np.int64)
        # The epoch was a Thursday.
        weekday = (days + 3) % 7
        free = weekday >= 5
        if self.holidays:
            known = [_ordinal(each) for each in self.holidays]
            free |= np.isin(days, known)
        return weekday, free


def _ordinal(day: date) -> int:
    """Return the days of a date since the epoch."""
    return (day - date(1970, 1, 1)) // timedelta(days=1)


def at(text: str) -> float:
    """Return a time as `20040301-0005`, of UTC, as seconds since the epoch."""
    return datetime.strptime(text, "%Y%m%d-%H%M").replace(tzinfo=UTC).timestamp()

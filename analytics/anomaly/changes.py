"""Whether what hardly ever changes has changed, and in how many places at once."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from math import log10
from typing import Self

# Decades: what one poll in ten shows is not rare.
_RARE = 1.0


@dataclass(frozen=True)
class Change:
    """A column of a reading that changed.

    Attributes:
        column: Its name.
        score: How seldom a poll shows that, in decades: 2 is one poll in a hundred.
    """

    column: str
    score: float


@dataclass
class _Column:
    """What is known of one column over all its instances."""

    latest: dict[str, Hashable] = field(default_factory=dict)
    looks: int = 0
    changes: int = 0

    def take(self, instance: str, value: Hashable, warm: int) -> float:
        """Take in a value and return how rare it is that it changed; 0 where that says nothing."""
        before = self.latest.get(instance)
        self.latest[instance] = value
        if before is None:
            return 0.0
        changed, polls = value != before, self.looks / len(self.latest)
        # A poll of many interfaces has as many chances of one change.
        rate = (self.changes + 1) / (polls + 2)
        self.looks += 1
        self.changes += changed
        score = -log10(rate)
        return score if changed and polls >= warm and score >= _RARE else 0.0


class RareChange:
    """Finds changes of values that seldom change, in tables of any columns.

    States, tables' sizes and counters of faults stay as they are for hours, so that one poll tells
    when they do not; counters of traffic change in every poll and say nothing here. How often a
    column changes is learned over all its instances, from what came before.

    Args:
        warm: Polls that a column is watched before it says anything.

    Attributes:
        seen_: How many rows were taken in.

    Source: the rule of succession (Laplace) for the rate.
    """

    unit = "decades"

    def __init__(self, warm: int = 30) -> None:
        self.warm = warm
        self.reset()

    def fit(self, rows: Iterable[tuple[str, str, Mapping[str, Hashable]]]) -> Self:
        """Forget the past and take in rows, the oldest first, as `update` takes them."""
        self.reset()
        for table, instance, values in rows:
            self.update(table, instance, values)
        return self

    def reset(self) -> Self:
        """Forget every row."""
        self.seen_ = 0
        self._columns: dict[tuple[str, str], _Column] = defaultdict(_Column)
        return self

    def update(self, table: str, instance: str, values: Mapping[str, Hashable]) -> list[Change]:
        """Take in one row of a table and return what changed in it, the rarest first.

        Args:
            table: Which table the row is of; columns of two tables have nothing in common.
            instance: Which row of the table, as the interface; empty where it has one.
            values: By column; None and NaN say nothing.
        """
        self.seen_ += 1
        found = [
            Change(name, score)
            for name, value in values.items()
            # What is no number equals nothing, not even itself.
            if value is not None
            and value == value  # noqa: PLR0124
            and (score := self._columns[table, name].take(instance, value, self.warm))
        ]
        return sorted(found, key=lambda each: (-each.score, each.column))


class Coincidence:
    """How much speaks for one fault at a moment: the latest of every table, added up.

    One table alone changes for many reasons; a fault shows in several within seconds.

    Args:
        span_s: Seconds that a score is remembered.

    Attributes:
        seen_: How many scores were taken in.
    """

    unit = "decades"

    def __init__(self, span_s: float = 30.0) -> None:
        self.span_s = span_s
        self.reset()

    def fit(self, scores: Iterable[tuple[float, str, float]]) -> Self:
        """Forget the past and take in scores, the oldest first, as `update` takes them."""
        self.reset()
        for time, table, score in scores:
            self.update(time, table, score)
        return self

    def reset(self) -> Self:
        """Forget every score."""
        self.seen_ = 0
        self._peaks: dict[str, list[tuple[float, float]]] = {}
        return self

    def update(self, time: float, table: str, score: float) -> float:
        """Take in a table's score and return the sum over tables of the highest remembered.

        Args:
            time: Seconds, never less than before.
            table: Whose score it is.
            score: High is unusual; 0 and NaN add nothing.
        """
        self.seen_ += 1
        if score > 0:
            self._peaks.setdefault(table, []).append((time, score))
        total = 0.0
        for name, peaks in list(self._peaks.items()):
            kept = [each for each in peaks if time - each[0] <= self.span_s]
            if kept:
                self._peaks[name] = kept
                total += max(value for _, value in kept)
            else:
                del self._peaks[name]
        return total

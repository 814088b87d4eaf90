"""Where the numbers of an order come from: a range, a pool of the inventory, or a list."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from forerunner.database import Execute
from forerunner.errors import InvalidData
from forerunner.orders.allocation import Interval, free, intervals
from forerunner.schema import check
from forerunner.sims.form import POOLS_SCHEMA
from forerunner.sims.numbers import (
    NumberKind,
    Span,
    between_problem,
    problem_of,
    span_between,
    written,
)
from forerunner.sims.packed import Packed

_SOURCE, _DAY_S = "sim_pools", 86_400
_FIRST, _RANGE = re.compile("[0-9]+"), re.compile("[0-9]+(-[0-9]+)?")


class Column(Protocol):
    """Where the numbers of one kind come from."""

    @property
    def kind(self) -> NumberKind:
        """Return what they are."""
        ...

    @property
    def count(self) -> int:
        """Return how many they are."""
        ...

    def wanted(self, execute: Execute, now: float) -> list[Interval]:
        """Return them as intervals, given what is free now."""
        ...

    def texts(self, held: Sequence[Interval]) -> Iterator[str]:
        """Yield each of them as it is written, given what an order holds."""
        ...


@dataclass(frozen=True)
class Ranged:
    """All numbers of a range.

    Attributes:
        span: The range.
    """

    span: Span

    @property
    def bounds(self) -> Interval:
        """Return what they are all in."""
        return Interval(self.kind, *self.span.ends)

    @property
    def kind(self) -> NumberKind:
        """Return what they are."""
        return self.span.kind

    @property
    def count(self) -> int:
        """Return how many they are."""
        return self.span.count

    def wanted(self, execute: Execute, now: float) -> list[Interval]:  # noqa: ARG002
        """Return the range."""
        return [self.bounds]

    def texts(self, held: Sequence[Interval]) -> Iterator[str]:
        """Yield each of them."""
        return written(self.kind, self.span.first, ((x.first, x.last) for x in held))


@dataclass(frozen=True)
class Pooled:
    """The first free numbers of a pool.

    Attributes:
        pool: All of its numbers.
        count: How many are wanted.
    """

    pool: Span
    count: int

    @property
    def kind(self) -> NumberKind:
        """Return what they are."""
        return self.pool.kind

    @property
    def bounds(self) -> Interval:
        """Return what they are all in."""
        return Interval(self.kind, *self.pool.ends)

    def wanted(self, execute: Execute, now: float) -> list[Interval]:
        """Return what is free."""
        return free(execute, self.bounds, self.count, now)

    def texts(self, held: Sequence[Interval]) -> Iterator[str]:
        """Yield each of them."""
        return written(self.kind, self.pool.first, ((x.first, x.last) for x in held))


@dataclass(frozen=True)
class Listed:
    """Numbers that stand somewhere one by one.

    Attributes:
        numbers: All of them.
    """

    numbers: Packed

    @property
    def kind(self) -> NumberKind:
        """Return what they are."""
        return self.numbers.kind

    @property
    def count(self) -> int:
        """Return how many they are."""
        return len(self.numbers)

    def wanted(self, execute: Execute, now: float) -> list[Interval]:  # noqa: ARG002
        """Return them as the fewest intervals."""
        return intervals(self.kind, self.numbers.counted)

    def texts(self, held: Sequence[Interval]) -> Iterator[str]:  # noqa: ARG002
        """Yield each of them, in their order."""
        return iter(self.numbers)


class Pools:
    """The number pools of the inventory.

    Args:
        data: As variable `sim_pools` holds them.

    Raises:
        InvalidData: A pool does not fit; names it and the field.
    """

    def __init__(self, data: Sequence[Mapping[str, Any]]) -> None:
        check(list(data), POOLS_SCHEMA, _SOURCE)
        self._pools: dict[tuple[NumberKind, str], Span] = {}
        self._quarantines: list[tuple[Interval, float]] = []
        for number, each in enumerate(data):
            pool = self._checked(f"[{number}] {each['name']}", each)
            self._pools[pool.kind, each["name"]] = pool
            if "quarantine_days" in each:
                row = (Interval(pool.kind, *pool.ends), each["quarantine_days"] * _DAY_S)
                self._quarantines.append(row)

    def _checked(self, field: str, data: Mapping[str, Any]) -> Span:
        kind, first, last = data["kind"], data["first"], data["last"]
        if problem := between_problem(kind, first, last):
            raise InvalidData(_SOURCE, field, problem)
        pool = span_between(kind, first, last)
        for (other, name), each in self._pools.items():
            if other == kind and name == data["name"]:
                raise InvalidData(_SOURCE, field, "is the name of another pool of the kind already")
            if other == kind and each.ends[0] <= pool.ends[1] and pool.ends[0] <= each.ends[1]:
                raise InvalidData(_SOURCE, field, f"has numbers that are in pool {name} already")
        return pool

    def quarantine_s(self, numbers: Interval, default: float) -> float:
        """Return for how many seconds numbers that left service are not given out again.

        Args:
            numbers: Those; where they touch several pools, the longest counts.
            default: For numbers of no pool, or of one that does not say it.
        """
        found = [
            seconds
            for pool, seconds in self._quarantines
            if pool.kind == numbers.kind
            and pool.first <= numbers.last
            and numbers.first <= pool.last
        ]
        return max(found, default=default)

    def column(
        self, source: str, field: str, kind: NumberKind, text: str, count: int
    ) -> Ranged | Pooled:
        """Return where numbers come from, as a request says it.

        Args:
            source: The request's file, for messages.
            field: Of the request.
            kind: What they are.
            text: A pool's name, a first number, or `FIRST-LAST`.
            count: How many are wanted, where a range does not say it; 0 for not said.

        Raises:
            InvalidData: It is none, too few, or lies in no pool.
        """
        pool = self._pools.get((kind, text))
        if not count and (pool or _FIRST.fullmatch(text)):
            raise InvalidData(source, "quantity", f"says how many, where {field} is no range")
        if pool:
            return Pooled(pool, count)
        span = self._span(source, field, kind, text, count)
        if count and span.count != count:
            problem = f"is {span.count} numbers, and {count} are wanted"
            raise InvalidData(source, field, problem)
        return Ranged(span)

    def _span(self, source: str, field: str, kind: NumberKind, text: str, count: int) -> Span:
        first, dash, last = text.partition("-")
        if not _RANGE.fullmatch(text):
            names = ", ".join(name for each, name in self._pools if each == kind) or "none"
            raise InvalidData(source, field, f"{text!r} is no pool of {kind}; there are: {names}")
        if problem := between_problem(kind, first, last) if dash else problem_of(kind, first):
            raise InvalidData(source, field, problem)
        span = span_between(kind, first, last) if dash else Span(kind, first, count)
        if problem := span.problem:
            raise InvalidData(source, field, problem)
        return span

    def hold(self, span: Span) -> bool:
        """Return whether a range lies in a pool, or there is no pool of its kind to lie in."""
        pools = [pool for pool in self._pools.values() if pool.kind == span.kind]
        first, last = span.ends
        inside = any(x.ends[0] <= first and last <= x.ends[1] for x in pools)
        return inside or not pools

    def strays(self, numbers: Packed) -> Iterator[int]:
        """Yield the places of numbers that lie in no pool, where there is one of their kind."""
        pools = [pool.ends for pool in self._pools.values() if pool.kind == numbers.kind]
        for place, number in enumerate(numbers.counted) if pools else ():
            if not any(first <= number <= last for first, last in pools):
                yield place

"""Numbers that are in use: whole intervals of them, taken and given back in one transaction.

No two intervals of a kind overlap, so the only one that could stand in the way of another is the
one that begins last before its end. That makes taking a million consecutive numbers one look-up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from forerunner.database import Execute
from forerunner.orders.book import insert
from forerunner.orders.errors import NumbersTaken

NumberKind = Literal["imsi", "iccid", "msisdn", "change"]
"""What is taken: numbers, and by its IMSI a SIM that an order is about to change."""
NUMBERS: tuple[NumberKind, ...] = ("imsi", "msisdn")
"""What a system may know a SIM by."""
_COLUMNS = ("kind", "first", "last", "state", "order_id", "until")


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """Consecutive numbers of a kind.

    Attributes:
        kind: `imsi`, `msisdn`, `iccid` without its check digit, or `change`.
        first: The first of them.
        last: The last of them.
    """

    kind: NumberKind
    first: int
    last: int

    @property
    def count(self) -> int:
        """Return how many they are."""
        return self.last - self.first + 1


def intervals(kind: NumberKind, numbers: Iterable[int]) -> list[Interval]:
    """Return numbers as the fewest intervals, in their order of size."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number <= found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [Interval(kind, first, last) for first, last in found]


def take(
    execute: Execute, order: str, wanted: Sequence[Interval], now: float, until: float = 0.0
) -> None:
    """Take numbers for an order, all of them or none; what it has already stays its own.

    Args:
        execute: A transaction of the ledger.
        order: Its request_id.
        wanted: Intervals that do not overlap one another.
        now: Seconds since the epoch; what was in quarantine, or claimed, until then is free.
        until: Seconds since the epoch until which a claim stands; 0 for as long as the order does.

    Raises:
        NumbersTaken: Names one that is in use or in quarantine, and whose it is.
    """
    execute("DELETE FROM sim_numbers WHERE until > 0 AND until <= :now", now=now)
    new = [each for each in wanted if not _is_ours(execute, order, each)]
    rows = ((x.kind, x.first, x.last, "taken", order, until) for x in new)
    insert(execute, "sim_numbers", _COLUMNS, rows)


def _is_ours(execute: Execute, order: str, wanted: Interval) -> bool:
    found = _last_before(execute, wanted.kind, wanted.last)
    if found is None or found[1] < wanted.first:
        return False
    first, last, state, owner, until = found
    if owner == order and state == "taken" and (first, last) == (wanted.first, wanted.last):
        return True
    number = f"{wanted.kind} {max(first, wanted.first)}"
    if wanted.kind == "change":
        raise NumbersTaken(f"the SIM {number[7:]} is being changed by {_who(owner)}; wait for it")
    if state == "taken":
        raise NumbersTaken(f"{number} is taken by {_who(owner)}; choose other numbers")
    end = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M UTC")
    raise NumbersTaken(f"{number} is in quarantine until {end} (order {owner}); choose others")


def _who(owner: str) -> str:
    return f"order {owner}" if not owner.startswith("/") else f"a repair ({owner[1:]})"


def _last_before(execute: Execute, kind: str, number: int) -> tuple[Any, ...] | None:
    rows = execute(
        "SELECT first, last, state, order_id, until FROM sim_numbers"
        " WHERE kind = :kind AND first <= :number ORDER BY first DESC LIMIT 1",
        kind=kind,
        number=number,
    )
    return rows[0] if rows else None


def free(execute: Execute, pool: Interval, count: int, now: float) -> list[Interval]:
    """Return the first free numbers of a pool, as few intervals as they make.

    Raises:
        NumbersTaken: It has fewer.
    """
    found: list[Interval] = []
    left = count
    for gap in _gaps(execute, pool, now):
        some = Interval(pool.kind, gap.first, min(gap.last, gap.first + left - 1))
        found.append(some)
        left -= some.count
        if not left:
            return found
    have = count - left
    raise NumbersTaken(f"the pool of {pool.kind} has {have} free numbers, and {count} are wanted")


def _gaps(execute: Execute, pool: Interval, now: float) -> Iterable[Interval]:
    at = pool.first
    rows = execute(
        "SELECT first, last FROM sim_numbers WHERE kind = :kind AND last >= :first"
        " AND first <= :last AND (until = 0 OR until > :now) ORDER BY first",
        now=now,
        kind=pool.kind,
        first=pool.first,
        last=pool.last,
    )
    for first, last in rows:
        if first > at:
            yield Interval(pool.kind, at, first - 1)
        at = max(at, last + 1)
    if at <= pool.last:
        yield Interval(pool.kind, at, pool.last)


def give_back(
    execute: Execute, wanted: Sequence[Interval], order: str, until: float | None
) -> None:
    """End the use of numbers; of an interval that they are a part of, the rest stays taken.

    Args:
        execute: A transaction of the ledger.
        wanted: The numbers; what nobody has is passed over.
        order: The order that gives them back; stands beside the quarantine.
        until: Seconds since the epoch for which they are in quarantine; None for not at all.
    """
    for each in wanted:
        _cut_out(execute, each)
        if until is not None:
            row = (each.kind, each.first, each.last, "quarantine", order, until)
            insert(execute, "sim_numbers", _COLUMNS, [row])


def release(execute: Execute, order: str) -> None:
    """Let other orders change the SIMs that an order was changing."""
    execute("DELETE FROM sim_numbers WHERE kind = 'change' AND order_id = :order", order=order)


def extend(execute: Execute, order: str, until: float) -> None:
    """Let the claims of a repair stand until then, in seconds since the epoch."""
    changes = "UPDATE sim_numbers SET until = :until WHERE order_id = :order AND until > 0"
    execute(f"{changes} AND state = 'taken'", order=order, until=until)


def forget(execute: Execute, order: str) -> None:
    """Free all numbers that an order took: nothing of it was ever in service."""
    execute("DELETE FROM sim_numbers WHERE order_id = :order AND state = 'taken'", order=order)


def _cut_out(execute: Execute, hole: Interval) -> None:
    """Take numbers out of every interval that holds some of them."""
    while (found := _last_before(execute, hole.kind, hole.last)) and found[1] >= hole.first:
        first, last, state, owner, until = found
        execute(
            "DELETE FROM sim_numbers WHERE kind = :kind AND first = :first",
            kind=hole.kind,
            first=first,
        )
        rests = [(first, hole.first - 1), (hole.last + 1, last)]
        rows = [(hole.kind, a, b, state, owner, until) for a, b in rests if a <= b]
        insert(execute, "sim_numbers", _COLUMNS, rows)

"""Entering an order into the ledger: its numbers are taken, and its SIMs are written down sealed.

Nothing is written to any system yet, so whatever dies here is begun anew, with the same numbers.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from forerunner.database import Execute
from forerunner.orders.allocation import Interval
from forerunner.orders.book import insert
from forerunner.orders.errors import OrderError
from forerunner.orders.record import Chunk, Order, Orders
from forerunner.telco import Change

Numbers = Mapping[str, Sequence[Interval]]
"""By kind, as `imsi`: the intervals that an order has."""

CHUNK = 1000
"""SIMs that are written to a system together, unless told otherwise."""


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        id: The request's own name for it.
        hash: Of the whole request.
        operation: As `create`.
        systems: Inventory names, in the order in which a SIM comes to them.
        request: For the record, without any key.
        total: SIMs.
        allocate: Takes the numbers, inside the order's first transaction, and returns them.
        changes: Yields each SIM's change, given the numbers.
    """

    id: str
    hash: str
    operation: str
    systems: tuple[str, ...]
    request: Mapping[str, Any]
    total: int
    allocate: Callable[[Execute], Numbers]
    changes: Callable[[Numbers], Iterable[Change]]


DRY = "dry_run"
"""Marks, in what is kept of a request, an order that a dry run entered and will forget."""


def enter(orders: Orders, asked: Asked, size: int = CHUNK) -> Order:
    """Enter an order, or find it where it is entered already.

    Args:
        orders: The ledger's orders.
        asked: What is asked for.
        size: SIMs of a chunk.

    Raises:
        OrderError: The same name stands for another request.
        NumbersTaken: Not all of its numbers are to be had.
    """
    numbers = orders.book.transact(lambda execute: _begin(execute, asked, orders.book.clock()))
    if orders.get(asked.id).state == "collecting":
        _write(orders, asked, numbers, size)
    return orders.get(asked.id)


def drop(orders: Orders, order: str) -> None:
    """Forget an order that a dry run entered, and free its numbers; another one stays."""

    def act(execute: Execute) -> None:
        rows = execute("SELECT request FROM sim_orders WHERE id = :id", id=order)
        if not rows or not json.loads(rows[0][0]).get(DRY):
            return
        execute("DELETE FROM sim_numbers WHERE order_id = :id AND state = 'taken'", id=order)
        execute("DELETE FROM sim_orders WHERE id = :id", id=order)
        _clear(execute, order)

    orders.book.transact(act)


def _begin(execute: Execute, asked: Asked, now: float) -> Numbers:
    rows = execute("SELECT hash, request FROM sim_orders WHERE id = :id", id=asked.id)
    if rows:
        if rows[0][0] != asked.hash:
            problem = "is the name of another request already; give this one a name of its own"
            raise OrderError(f"request_id {asked.id} {problem}")
        held = json.loads(rows[0][1])["numbers"]
        return {kind: [Interval(*each) for each in some] for kind, some in held.items()}
    numbers = asked.allocate(execute)
    held = {kind: [[x.kind, x.first, x.last] for x in some] for kind, some in numbers.items()}
    columns = ("id", "hash", "operation", "state", "systems", "request", "total", "chunks")
    row = (asked.id, asked.hash, asked.operation, "collecting", json.dumps(asked.systems))
    told = json.dumps({**asked.request, "numbers": held})
    more = ("failing", "reason", "created", "updated")
    whole = (*row, told, asked.total, 0, 0, "", now, now)
    insert(execute, "sim_orders", (*columns, *more), [whole])
    return numbers


def _clear(execute: Execute, order: str) -> None:
    for table in ("sim_chunks", "sim_work", "sim_problems", "sim_halts"):
        execute(f"DELETE FROM {table} WHERE order_id = :id", id=order)  # noqa: S608


def _write(orders: Orders, asked: Asked, numbers: Numbers, size: int) -> None:
    def clear(execute: Execute) -> None:
        _see_collecting(execute, asked.id)
        _clear(execute, asked.id)

    orders.book.transact(clear)
    count = total = 0
    for chunk in _chunks(asked.changes(numbers), size):
        sealed = chunk.sealed(orders.seal, asked.id)
        row = (asked.id, chunk.number, total, len(chunk.changes), sealed)
        orders.book.transact(partial(_add, row=row))
        count, total = count + 1, total + len(chunk.changes)
    orders.book.transact(lambda execute: _end(execute, asked, count, total, orders.book.clock()))


def _add(execute: Execute, row: tuple[Any, ...]) -> None:
    _see_collecting(execute, row[0])
    # A commit that was made and not heard of is made again.
    execute(
        "DELETE FROM sim_chunks WHERE order_id = :id AND number = :number",
        id=row[0],
        number=row[1],
    )
    insert(execute, "sim_chunks", ("order_id", "number", "first", "total", "changes"), [row])


def _chunks(changes: Iterable[Change], size: int) -> Iterator[Chunk]:
    rest, number, first = iter(changes), 0, 0
    while some := tuple(islice(rest, size)):
        yield Chunk(number, tuple(range(first, first + len(some))), some)
        number, first = number + 1, first + len(some)


def _see_collecting(execute: Execute, order: str) -> None:
    """Raise where somebody else has entered an order meanwhile: its keys are those by now."""
    if execute("SELECT state FROM sim_orders WHERE id = :id", id=order) != [("collecting",)]:
        raise OrderError(f"order {order}: somebody else entered it meanwhile; ask for it again")


def _end(execute: Execute, asked: Asked, chunks: int, total: int, now: float) -> None:
    held = execute("SELECT state, chunks, total FROM sim_orders WHERE id = :id", id=asked.id)
    if held == [("checking", chunks, total)]:
        return
    _see_collecting(execute, asked.id)
    execute("DELETE FROM sim_work WHERE order_id = :id", id=asked.id)
    rows = ((asked.id, n, each, "planned", now) for each in asked.systems for n in range(chunks))
    insert(execute, "sim_work", ("order_id", "chunk", "system", "state", "updated"), rows)
    execute(
        "UPDATE sim_orders SET state = 'checking', chunks = :chunks, total = :total,"
        " updated = :now WHERE id = :id",
        chunks=chunks,
        total=total,
        now=now,
        id=asked.id,
    )

"""An order as the ledger holds it: its state, its chunks, and how far each system has come."""

import json
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self, cast

from forerunner.database import Execute
from forerunner.orders.book import Book
from forerunner.orders.errors import OrderError
from forerunner.orders.sealing import Seal
from forerunner.orders.states import ENDED, Only, OrderState, WorkState
from forerunner.orders.troubles import Troubles
from forerunner.telco import Change, Subscriber

_LENGTH = 1000


def _listed(states: Collection[str]) -> str:
    return ", ".join(f"'{each}'" for each in sorted(states))


_OPEN = f"state NOT IN ({_listed(ENDED)})"
_ORDER = "id, hash, operation, state, systems, request, total, chunks, failing, reason, updated"


@dataclass(frozen=True)
class Order:
    """An order.

    Attributes:
        id: The request's own name for it.
        hash: Of the whole request: the same name for another one is refused.
        operation: As `create`.
        state: Where it stands.
        systems: Inventory names of its systems, in the order in which a SIM comes to them.
        request: What was asked for, without any key.
        total: SIMs.
        chunks: Chunks that they are cut into; 0 while they are collected.
        failing: Whether it is to be taken back.
        reason: Why, or what is to be done next.
        updated: Seconds since the epoch.
    """

    id: str
    hash: str
    operation: str
    state: OrderState
    systems: tuple[str, ...]
    request: Mapping[str, Any]
    total: int
    chunks: int
    failing: bool
    reason: str
    updated: float

    @property
    def ended(self) -> bool:
        """Return whether the same request again only reports."""
        return self.state in ENDED

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> Self:
        """Build it from its columns."""
        name, digest, operation, state, systems, request, total, chunks, failing, *rest = row
        return cls(
            name,
            digest,
            operation,
            cast(OrderState, state),
            tuple(json.loads(systems)),
            json.loads(request),
            int(total),
            int(chunks),
            bool(failing),
            str(rest[0]),
            float(rest[1]),
        )


@dataclass(frozen=True)
class Chunk:
    """Some hundred SIMs of an order, which are written to a system together.

    Attributes:
        number: From 0.
        positions: Of its SIMs in the order.
        changes: How each of them stood, and is to stand.
    """

    number: int
    positions: tuple[int, ...]
    changes: tuple[Change, ...]

    def undone(self, leaving: Collection[int]) -> "Chunk":
        """Return what takes it back, without the SIMs of some positions."""
        pairs = zip(self.positions, self.changes, strict=True)
        back = [(at, change.undone) for at, change in pairs if at not in leaving]
        return Chunk(self.number, tuple(at for at, _ in back), tuple(each for _, each in back))

    @classmethod
    def opened(cls, seal: Seal, order: str, number: int, first: int, sealed: str) -> Self:
        """Build it from its changes as the ledger keeps them."""
        rows = json.loads(seal.open(sealed, f"order {order}, chunk {number}"))
        ends = ([x and Subscriber(*x) for x in pair] for pair in rows)
        changes = [Change(before, after) for before, after in ends]
        return cls(number, tuple(range(first, first + len(changes))), tuple(changes))

    def sealed(self, seal: Seal, order: str) -> str:
        """Return its changes as the ledger keeps them."""
        rows = [[x and list(asdict(x).values()) for x in (c.before, c.after)] for c in self.changes]
        return seal.close(json.dumps(rows), f"order {order}, chunk {self.number}")


class Orders:
    """The orders of a ledger.

    Args:
        book: The ledger's tables of orders.
        seal: What keys are sealed by; without one no chunk can be opened.
    """

    def __init__(self, book: Book, seal: Seal | None = None) -> None:
        self.book, self._seal = book, seal

    @property
    def seal(self) -> Seal:
        """Return what keys are sealed by.

        Raises:
            OrderError: Nobody named the vault password.
        """
        if self._seal is None:
            raise OrderError("the SIMs of an order are sealed; name the vault password file")
        return self._seal

    def find(self, order: str) -> Order | None:
        """Return an order; None when the ledger has none of that name."""
        query = f"SELECT {_ORDER} FROM sim_orders WHERE id = :id"  # noqa: S608
        rows = self.book.execute(query, id=order)
        return Order.of_row(rows[0]) if rows else None

    def get(self, order: str) -> Order:
        """Return an order.

        Raises:
            OrderError: There is none of that name.
        """
        found = self.find(order)
        if found is None:
            raise OrderError(f"there is no order {order}; see `forerunner orders`")
        return found

    def everything(self, last: int) -> list[Order]:
        """Return the orders that changed last, the newest first."""
        query = f"SELECT {_ORDER} FROM sim_orders ORDER BY updated DESC LIMIT :last"  # noqa: S608
        return [Order.of_row(row) for row in self.book.execute(query, last=last)]

    def troubles(self, order: str) -> Troubles:
        """Return what went wrong with an order."""
        return Troubles(self.book, order)

    def unfinished(self) -> list[Order]:
        """Return the orders that are not at their end."""
        query = f"SELECT {_ORDER} FROM sim_orders WHERE {_OPEN}"  # noqa: S608
        return [Order.of_row(row) for row in self.book.execute(query)]

    def go_on(self, order: str, state: OrderState) -> None:
        """Note what is done with an order that is not at its end; its reason stays."""
        self.book.execute(
            f"UPDATE sim_orders SET state = :state, updated = :now WHERE id = :id AND {_OPEN}",  # noqa: S608
            state=state,
            now=self.book.clock(),
            id=order,
        )

    def set_state(
        self, order: str, state: OrderState, reason: str = "", execute: Execute | None = None
    ) -> None:
        """Note where an order stands now, and why; in a transaction that is under way, if told."""
        (execute or self.book.execute)(
            "UPDATE sim_orders SET state = :state, reason = :reason, updated = :now WHERE id = :id",
            state=state,
            reason=reason[:_LENGTH],
            now=self.book.clock(),
            id=order,
        )

    def set_request(self, order: str, request: Mapping[str, Any]) -> None:
        """Keep what was asked for, said anew; never another thing."""
        self.book.execute(
            "UPDATE sim_orders SET request = :request WHERE id = :id",
            request=json.dumps(request),
            id=order,
        )

    def fail(self, order: str, reason: str) -> None:
        """Note that an order is to be taken back; the first reason stays."""
        self.book.execute(
            "UPDATE sim_orders SET failing = 1, reason = :reason, updated = :now"
            " WHERE id = :id AND failing = 0",
            reason=reason[:_LENGTH],
            now=self.book.clock(),
            id=order,
        )

    def chunk(self, order: str, number: int) -> Chunk:
        """Return one chunk of an order, opened.

        Raises:
            OrderError: It does not open: the vault password is another one.
        """
        (row,) = self.book.execute(
            "SELECT first, changes FROM sim_chunks WHERE order_id = :id AND number = :number",
            id=order,
            number=number,
        )
        return Chunk.opened(self.seal, order, number, int(row[0]), str(row[1]))

    def holding(self, order: str, positions: Sequence[int]) -> list[int]:
        """Return the chunks that hold some of an order's SIMs, by their positions."""
        query = "SELECT first, number FROM sim_chunks WHERE order_id = :id ORDER BY first"
        rows = self.book.execute(query, id=order)
        firsts = [int(first) for first, _ in rows]
        return sorted({int(rows[bisect_right(firsts, at) - 1][1]) for at in positions})

    def work(self, order: str, system: str) -> list[WorkState]:
        """Return where each chunk stands on a system."""
        rows = self.book.execute(
            "SELECT state FROM sim_work WHERE order_id = :id AND system = :system ORDER BY chunk",
            id=order,
            system=system,
        )
        return [cast(WorkState, row[0]) for row in rows]

    def beat(self, order: str, system: str, chunk: int) -> None:
        """Note that somebody works on a chunk and those after it, or waits for its turn."""
        self.book.execute(
            "UPDATE sim_work SET updated = :now WHERE order_id = :id AND system = :system"
            " AND chunk = :chunk",
            id=order,
            system=system,
            chunk=chunk,
            now=self.book.clock(),
        )

    def last_beat(self, order: str, system: str, chunks: range) -> float:
        """Return when somebody worked on some chunks last, by the clock of whoever did."""
        rows = self.book.execute(
            "SELECT MAX(updated) FROM sim_work WHERE order_id = :id AND system = :system"
            " AND chunk >= :first AND chunk < :end",
            id=order,
            system=system,
            first=chunks.start,
            end=chunks.stop,
        )
        return float(rows[0][0] or 0)

    def set_proven(self, order: str, system: str) -> None:
        """Note that what a system has of an order was shown to work."""
        self.book.execute(
            "UPDATE sim_work SET state = 'proven', updated = :now"
            " WHERE order_id = :id AND system = :system AND state = 'applied'",
            id=order,
            system=system,
            now=self.book.clock(),
        )

    def set_work(self, order: str, system: str, chunk: int, state: WorkState, only: Only) -> None:
        """Note where a chunk stands on a system.

        Raises:
            OrderError: It stands elsewhere, or its order has ended or turned meanwhile.
        """
        failing = "" if only.failing is None else f" AND failing = {int(only.failing)}"
        open_ = f"SELECT 1 FROM sim_orders WHERE id = :id AND {_OPEN}{failing}"  # noqa: S608
        # What was noted and not heard of is noted again.
        states = _listed({*only.states, state})
        noted = self.book.execute(
            "UPDATE sim_work SET state = :state, updated = :now"  # noqa: S608 - our own words
            " WHERE order_id = :id AND system = :system AND chunk = :chunk"
            f" AND state IN ({states}) AND EXISTS ({open_}) RETURNING chunk",
            state=state,
            now=self.book.clock(),
            id=order,
            system=system,
            chunk=chunk,
        )
        if not noted:
            problem = f"chunk {chunk} cannot be noted as {state}: somebody else went on with it"
            raise OrderError(f"{system}: order {order}: {problem}; see `forerunner orders {order}`")

"""What went wrong with an order: SIMs that a system refuses, and systems that cannot go on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from forerunner.database import Execute
from forerunner.orders.book import Book, insert

_LENGTH = 1000
_PROBLEM = ("order_id", "chunk", "system", "position", "imsi", "problem")

NOT_TAKEN_BACK = "it cannot be taken back: "
NOT_PROVEN = "it does not authenticate: "
# Problems of a SIM that was brought and read back as ordered.
_LATER = (NOT_TAKEN_BACK, NOT_PROVEN)

HaltStatus = Literal["failed", "unreachable"]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one SIM on one system.

    Attributes:
        system: The system.
        position: Of the SIM in the order.
        imsi: Of the SIM.
        problem: What is wrong; holds no key.
    """

    system: str
    position: int
    imsi: str
    problem: str


@dataclass(frozen=True)
class Halt:
    """Why a system cannot go on with a part of an order.

    Attributes:
        system: The system.
        status: As Ansible is to see it.
        why: The cause, and what to do.
    """

    system: str
    status: HaltStatus
    why: str


class Troubles:
    """What went wrong with one order.

    Args:
        book: The ledger's tables of orders.
        order: The order's request_id.
    """

    def __init__(self, book: Book, order: str) -> None:
        self._book, self._order = book, order

    def noted(self, system: str, chunk: int) -> set[int]:
        """Return the positions of SIMs of a chunk that could not be brought to a system."""
        rows = self._book.execute(
            "SELECT position, problem FROM sim_problems"
            " WHERE order_id = :id AND system = :system AND chunk = :chunk",
            id=self._order,
            system=system,
            chunk=chunk,
        )
        return {int(at) for at, problem in rows if not str(problem).startswith(_LATER)}

    def problems(self, last: int = 20) -> list[Problem]:
        """Return the first problems, by position."""
        rows = self._book.execute(
            "SELECT system, position, imsi, problem FROM sim_problems WHERE order_id = :id"
            " ORDER BY position LIMIT :last",
            id=self._order,
            last=last,
        )
        return [Problem(str(a), int(b), str(c), str(d)) for a, b, c, d in rows]

    def first_by_system(self) -> dict[str, str]:
        """Return the first problem of each system that has one, with how many more there are."""
        rows = self._book.execute(
            "SELECT p.system, p.imsi, p.problem, f.count FROM sim_problems p JOIN (SELECT system,"
            " MIN(position) AS first, COUNT(*) AS count FROM sim_problems WHERE order_id = :id"
            " GROUP BY system) f ON p.system = f.system AND p.position = f.first"
            " WHERE p.order_id = :id",
            id=self._order,
        )
        return {str(a): f"{b}: {c}{_more(int(count))}" for a, b, c, count in rows}

    def note(self, system: str, chunk: int, found: Iterable[tuple[int, str, str]]) -> None:
        """Note what is wrong with SIMs of a chunk.

        Args:
            system: The system.
            chunk: The chunk.
            found: Position in the order, IMSI and problem of each.
        """
        rows = {at: (self._order, chunk, system, at, imsi, said) for at, imsi, said in found}
        forget = "DELETE FROM sim_problems WHERE order_id = :id AND system = :system"

        def act(execute: Execute) -> None:
            for at in rows:
                execute(f"{forget} AND position = :at", id=self._order, system=system, at=at)
            insert(execute, "sim_problems", _PROBLEM, rows.values())

        self._book.transact(act)

    def halt(self, shard: str, halt: Halt) -> None:
        """Note that a system cannot go on with a part of the order."""
        self._book.execute(
            "INSERT INTO sim_halts (order_id, shard, system, status, why)"
            " VALUES (:id, :shard, :system, :status, :why) ON CONFLICT (order_id, shard, system)"
            " DO UPDATE SET status = excluded.status, why = excluded.why",
            id=self._order,
            shard=shard,
            system=halt.system,
            status=halt.status,
            why=halt.why[:_LENGTH],
        )

    def halts(self, shard: str) -> list[Halt]:
        """Return which systems could not go on with a part of the order."""
        return self.halts_of_parts().get(shard, [])

    def halts_of_parts(self) -> dict[str, list[Halt]]:
        """Return which systems could not go on, by the part; its name is empty for the whole."""
        rows = self._book.execute(
            "SELECT shard, system, status, why FROM sim_halts WHERE order_id = :id"
            " ORDER BY shard, system",
            id=self._order,
        )
        found: dict[str, list[Halt]] = {}
        for shard, system, status, why in rows:
            halt = Halt(str(system), cast(HaltStatus, status), str(why))
            found.setdefault(str(shard), []).append(halt)
        return found

    def resume(self, shard: str) -> None:
        """Forget why a part of the order could not go on: it is tried again."""
        query = "DELETE FROM sim_halts WHERE order_id = :id AND shard = :shard"
        self._book.execute(query, id=self._order, shard=shard)


def _more(count: int) -> str:
    return f" (and {count - 1} more)" if count > 1 else ""

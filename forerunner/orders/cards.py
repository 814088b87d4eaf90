"""The SIMs in service, as the ledger knows them: what a later order changes, and reconciling."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from forerunner.database import Execute
from forerunner.orders.book import Book, insert
from forerunner.orders.reach import Places
from forerunner.orders.sealing import Seal
from forerunner.telco import Change, Subscriber

Identity = Literal["imsi", "iccid", "msisdn"]

_COLUMNS = ("imsi", "iccid", "msisdn", "profile", "status", "routing_number", "keys", "order_id")
_SELECT = "SELECT imsi, iccid, msisdn, profile, status, routing_number, keys FROM sim_cards"
_SOME = 500


class Cards:
    """The SIMs in service.

    Args:
        book: The ledger's tables of orders.
        seal: What their keys are sealed by.
    """

    def __init__(self, book: Book, seal: Seal) -> None:
        self._book, self._seal = book, seal
        self.places = Places(book)
        """The systems that each is on."""

    def find(self, identity: Identity, numbers: Sequence[str]) -> dict[str, Subscriber]:
        """Return the SIMs that have numbers of a kind, by number; others are left out."""
        found: dict[str, Subscriber] = {}
        for first in range(0, len(numbers), _SOME):
            some = {f"n{at}": each for at, each in enumerate(numbers[first : first + _SOME])}
            named = ", ".join(f":{name}" for name in some)
            rows = self._book.execute(f"{_SELECT} WHERE {identity} IN ({named})", **some)
            found |= {getattr(each, identity): each for each in map(self._subscriber, rows)}
        return found

    def everything(self) -> Iterator[list[Subscriber]]:
        """Yield all SIMs in the order of their IMSIs, some hundred at a time."""
        last = ""
        while rows := self._book.execute(
            f"{_SELECT} WHERE imsi > :last ORDER BY imsi LIMIT :some", last=last, some=_SOME
        ):
            yield [self._subscriber(row) for row in rows]
            last = str(rows[-1][0])

    def change(self, execute: Execute, order: str, changes: Sequence[Change]) -> None:
        """Put what stands after changes in place of what stood before; repeating it does nothing.

        Args:
            execute: A transaction of the ledger.
            order: The order that changed them.
            changes: The changes, which every system has.
        """
        gone = [each.imsi for change in changes for each in (change.before, change.after) if each]
        for first in range(0, len(gone), _SOME):
            some = {f"n{at}": each for at, each in enumerate(gone[first : first + _SOME])}
            named = ", ".join(f":{name}" for name in some)
            execute(f"DELETE FROM sim_cards WHERE imsi IN ({named})", **some)  # noqa: S608
        rows = (self._row(change.after, order) for change in changes if change.after)
        insert(execute, "sim_cards", _COLUMNS, rows)

    def _row(self, subscriber: Subscriber, order: str) -> tuple[str, ...]:
        keys = self._seal.close(json.dumps([subscriber.k, subscriber.opc]), subscriber.imsi)
        return (
            subscriber.imsi,
            subscriber.iccid,
            subscriber.msisdn,
            subscriber.profile,
            subscriber.status,
            subscriber.routing_number,
            keys,
            order,
        )

    def _subscriber(self, row: Sequence[Any]) -> Subscriber:
        imsi, iccid, msisdn, profile, status, routing_number, keys = row
        k, opc = json.loads(self._seal.open(keys, imsi))
        return Subscriber(imsi, iccid, msisdn, k, opc, profile, status, routing_number)

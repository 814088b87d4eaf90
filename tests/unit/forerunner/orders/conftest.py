"""A ledger in a file, orders in it, and systems that are a shelf each and can break anywhere."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from forerunner.database import Database
from forerunner.orders.allocation import Interval, take
from forerunner.orders.book import Book
from forerunner.orders.entering import Asked, enter
from forerunner.orders.record import Order, Orders
from forerunner.orders.sealing import Seal
from forerunner.telco import Change, Record, Subscriber, SystemUnreachable, standing

SYSTEMS = ("hlr1", "hss1", "mind1")


class Shelf:
    """A system that keeps records in a dictionary; one SIM a write, as far as it gets."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.records: dict[str, Record] = {}
        self.writes = 0
        self.breaks_at: set[int] = set()
        self.refuses: set[str] = set()

    def expected(self, subscriber: Subscriber) -> Record | None:
        fields = ("imsi", "msisdn", "k", "status")
        return {name: str(getattr(subscriber, name)) for name in fields}

    async def read(self, subscribers: Sequence[Subscriber]) -> list[Record | None]:
        return [self.records.get(each.imsi) for each in subscribers]

    async def taken(self, subscribers: Sequence[Subscriber]) -> list[str]:
        numbers = {each["msisdn"] for each in self.records.values()}
        return [
            "imsi" if x.imsi in self.records else "msisdn" if x.msisdn in numbers else ""
            for x in subscribers
        ]

    async def bring(self, changes: Sequence[Change]) -> list[str]:
        return [self._bring(change) for change in changes]

    def _bring(self, change: Change) -> str:
        ends = [end and self.expected(end) for end in (change.before, change.after)]
        some = change.after or change.before
        assert some
        if not change.claims and standing(self.records.get(some.imsi), *ends) == "foreign":
            return "somebody else's"
        if change.after and some.imsi in self.refuses:
            return "refused"
        if change.before and (not change.after or change.after.imsi != change.before.imsi):
            self._write()
            self.records.pop(change.before.imsi, None)
        if change.after:
            # Without its key at first, as a real one between two commands.
            self._write()
            self.records[some.imsi] = {**(ends[1] or {}), "k": ""}
            self._write()
            self.records[some.imsi] = ends[1] or {}
        return ""

    def _write(self) -> None:
        self.writes += 1
        if self.writes in self.breaks_at:
            raise SystemUnreachable(self.name, "the connection broke")

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        yield list(self.records.values())

    async def aclose(self) -> None:
        return None


def _sim(number: int, **fields: str) -> Subscriber:
    imsi, iccid, msisdn = f"00101{number:010}", f"894910{number:013}", f"4915{number:08}"
    return Subscriber(imsi, iccid, msisdn, f"{number + 1:032x}", "f" * 32, "basic", **fields)  # type: ignore[arg-type]


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    return Orders(Book(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"), 0.2), Seal(b"secret"))


@pytest.fixture
def shelves() -> dict[str, Shelf]:
    return {name: Shelf(name) for name in SYSTEMS}


@pytest.fixture
def create(orders: Orders) -> Callable[..., Order]:
    """Enter an order of new SIMs: `create("a", 0, 25)`, in chunks of ten."""

    def act(name: str, first: int, count: int, digest: str = "h") -> Order:
        numbers = {"imsi": [Interval("imsi", 10100 + first, 10100 + first + count - 1)]}

        def allocate(execute):  # type: ignore[no-untyped-def]
            take(execute, name, numbers["imsi"], orders.book.clock())
            return numbers

        sims = [Change(None, _sim(first + n)) for n in range(count)]
        asked = Asked(name, digest, "create", SYSTEMS, {}, count, allocate, lambda _: iter(sims))
        return enter(orders, asked, 10)

    return act


@pytest.fixture
def sim() -> Callable[..., Subscriber]:
    """Return a SIM by its number."""
    return _sim

"""What a system and the ledger do not agree about is told, and looked at twice before that."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from forerunner.orders.reconciling import drifts
from forerunner.orders.record import Orders
from forerunner.telco import Record, Subscriber, TelcoError


def told(orders: Orders, shelf) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    return [(x.kind, x.identity) for x in asyncio.run(drifts(orders, shelf))]


def test_a_stray_that_is_gone_when_it_is_looked_at_again_is_none(
    orders: Orders, shelves, sim
) -> None:
    shelf = shelves["hlr1"]
    stays, goes = sim(1), sim(2)
    shelf.records = {x.imsi: shelf.expected(x) for x in (stays, goes)}
    listed = list(shelf.records.values())

    async def everything() -> AsyncIterator[Sequence[Record]]:
        yield listed
        del shelf.records[goes.imsi]

    shelf.everything = everything

    assert told(orders, shelf) == [("stray", stays.imsi)]


def test_a_stray_of_which_a_system_lets_nobody_ask_is_told_as_it_was_seen(
    orders: Orders, shelves, sim
) -> None:
    shelf = shelves["hlr1"]
    shelf.records = {"12": shelf.expected(sim(1)) | {"imsi": "12"}}

    async def refused(some: Sequence[Subscriber]) -> list[Record | None]:
        if some:
            raise TelcoError("hlr1", "that is no IMSI")
        return []

    shelf.read = refused
    assert told(orders, shelf) == [("stray", "12")]


def test_a_system_is_not_asked_by_a_text_that_is_no_number(orders: Orders, shelves, sim) -> None:
    shelf, asked = shelves["hlr1"], []
    odd = "1'; --\n"
    shelf.records = {odd: shelf.expected(sim(1)) | {"imsi": odd}}
    read = shelf.read

    async def noting(some: Sequence[Subscriber]) -> list[Record | None]:
        asked.extend(each.imsi for each in some)
        return list(await read(some))

    shelf.read = noting
    assert (told(orders, shelf), asked) == ([("stray", odd)], [])

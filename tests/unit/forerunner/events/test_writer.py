"""Events reach the ledger once each, whatever the ledger does meanwhile."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from forerunner.database import Database, LedgerError
from forerunner.events import EventBook, EventWriter, Incident
from forerunner.model import Event

FALL = Event("e-1", 1000.0, "bgp.neighbour_down", "r1", "10.0.0.4", "error", "down")


@pytest.fixture
def book(tmp_path: Path) -> EventBook:
    return EventBook(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"))


def test_events_wait_while_the_ledger_refuses_and_are_written_once(
    book: EventBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = book.note

    def written_but_not_said(events: Sequence[Event]) -> list[Incident]:
        note(events)
        raise LedgerError("the answer was lost")

    writer = EventWriter(book)
    writer.add([FALL, replace(FALL, id="e-2", time=1001.0)])
    monkeypatch.setattr(book, "note", written_but_not_said)
    writer.flush()
    monkeypatch.setattr(book, "note", note)
    writer.flush()
    assert [each.id for each in book.newest()] == ["e-2", "e-1"]
    assert [each.count for each in book.incidents()] == [2]
    assert (writer.written, writer.lost) == (2, 0)


def test_one_that_does_not_fit_keeps_no_other_from_being_written(book: EventBook) -> None:
    writer = EventWriter(book)
    writer.add([replace(FALL, kind="No Kind"), replace(FALL, id="e-2")])
    writer.flush()
    assert [each.id for each in book.newest()] == ["e-2"]
    assert writer.lost == 1


def test_what_waits_is_bounded_and_what_goes_is_counted(book: EventBook) -> None:
    writer = EventWriter(book, most=2)
    writer.add(replace(FALL, id=f"e-{number}") for number in range(5))
    writer.flush()
    assert {each.id for each in book.newest()} == {"e-3", "e-4"}
    assert writer.lost == 3


def test_what_is_older_than_three_months_goes_by_itself(book: EventBook) -> None:
    now = time.time()
    book.note([FALL, replace(FALL, id="e-2", host="r2", time=now - 80 * 86_400)])

    async def run() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(EventWriter(book).run(), 1.5)

    asyncio.run(run())
    assert [each.host for each in book.incidents()] == ["r2"]

"""Events are kept once each, and follow each other into incidents."""

from dataclasses import replace
from pathlib import Path

import pytest

from forerunner.database import Database
from forerunner.errors import InvalidData
from forerunner.events import EventBook
from forerunner.model import Event

DOWN = Event("e-1", 1000.0, "trap.link_down", "r1", "to-r3", "error", "link down", {"ifIndex": 4})


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


def _book(database: Database) -> EventBook:
    return EventBook(database, quiet_s=60.0)


def _at(time: float, **changed: object) -> Event:
    return replace(DOWN, id=f"e-{time}-{changed}", time=time, **changed)


def test_an_event_is_read_back_as_it_was_written(database: Database) -> None:
    _book(database).note([DOWN])
    assert _book(database).newest() == [DOWN]


def test_the_same_event_told_twice_counts_once(database: Database) -> None:
    first, second = _book(database).note([DOWN]), _book(database).note([DOWN])
    assert ([x.count for x in first], second) == ([1], [])


def test_what_follows_closely_is_one_incident_with_the_worst_severity(database: Database) -> None:
    book = _book(database)
    book.note([DOWN, _at(1030.0, severity="critical"), _at(1050.0, text="again")])
    (incident,) = book.incidents()
    got = (incident.count, incident.severity, incident.text, incident.begun, incident.latest)
    assert got == (3, "critical", "again", 1000.0, 1050.0)


def test_after_a_quiet_time_it_is_another_incident(database: Database) -> None:
    book = _book(database)
    book.note([DOWN])
    opened = book.note([_at(1061.0)])
    assert (len(opened), len(book.incidents())) == (1, 2)


def test_what_comes_late_joins_the_incident_of_its_time(database: Database) -> None:
    book = _book(database)
    book.note([_at(1000.0), _at(980.0)])
    (incident,) = book.incidents()
    assert (incident.begun, incident.latest, incident.count) == (980.0, 1000.0, 2)


@pytest.mark.parametrize("changed", [{"host": "r2"}, {"interface": "x"}, {"kind": "trap.link_up"}])
def test_another_place_or_kind_is_another_incident(
    database: Database, changed: dict[str, str]
) -> None:
    book = _book(database)
    book.note([DOWN, _at(1001.0, **changed)])
    assert len(book.incidents()) == 2


def test_each_incident_is_told_once_and_trifles_never(database: Database) -> None:
    book = _book(database)
    book.note([DOWN, _at(1001.0, host="r2", severity="info")])
    told = book.untold()
    book.mark_told(told)
    book.note([_at(1002.0)])
    assert ([x.host for x in told], book.untold()) == (["r1"], [])


def test_what_became_worse_is_told_again_and_what_did_not_is_not(database: Database) -> None:
    book = _book(database)
    book.note([_at(1000.0, severity="warning")])
    book.mark_told(book.untold())
    told_at = book.last_told()
    book.note([_at(1001.0, severity="warning"), _at(1002.0, severity="info")])
    assert book.untold() == []

    book.note([_at(1003.0, severity="critical")])
    (worse,) = book.untold()
    assert (worse.severity, book.last_told()) == ("critical", told_at)
    book.mark_told([worse])
    book.note([_at(1004.0, severity="critical")])
    assert book.untold() == []


def test_what_became_worse_while_people_were_told_is_told_still(database: Database) -> None:
    book = _book(database)
    book.note([_at(1000.0, severity="warning")])
    told = book.untold()
    book.note([_at(1001.0, severity="error")])
    book.mark_told(told)
    assert [each.severity for each in book.untold()] == ["error"]


def test_no_more_is_told_at_once_than_asked_for_and_the_worst_first(database: Database) -> None:
    book = _book(database)
    hosts = [("r1", "warning"), ("r2", "critical"), ("r3", "error")]
    book.note([_at(1000.0, host=host, severity=severity) for host, severity in hosts])
    assert [each.host for each in book.untold(limit=2)] == ["r2", "r3"]


def test_what_is_long_over_is_forgotten_with_its_events(database: Database) -> None:
    book = _book(database)
    book.note([DOWN, _at(2000.0)])
    assert (book.forget(1500.0), [x.time for x in book.newest()]) == (1, [2000.0])


def test_events_of_one_host_alone(database: Database) -> None:
    book = _book(database)
    book.note([DOWN, _at(1001.0, host="r2")])
    assert [x.host for x in book.newest(host="r2")] == ["r2"]


@pytest.mark.parametrize(
    ("field", "value"), [("kind", "{{ 7 }}"), ("severity", "bad"), ("text", "x" * 3000)]
)
def test_an_event_that_does_not_fit_is_refused(field: str, value: str) -> None:
    with pytest.raises(InvalidData, match=field):
        Event.from_dict(DOWN.to_dict() | {field: value}, "trap")


def test_one_bad_event_writes_none(database: Database) -> None:
    with pytest.raises(InvalidData, match="text"):
        _book(database).note([DOWN, _at(1001.0, text="x" * 3000)])
    assert _book(database).newest() == []


def test_the_same_event_twice_in_one_go_counts_once(database: Database) -> None:
    assert [x.count for x in _book(database).note([DOWN, DOWN])] == [1]

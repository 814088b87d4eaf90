"""What devices told, as the command line shows it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forerunner import cli
from forerunner.events import EventBook
from forerunner.model import Event

EVENTS = [
    Event("e-1", 100.0, "trap.link_down", "r1", "to-r3", "error", "link down"),
    Event("e-2", 110.0, "trap.link_down", "r1", "to-r3", "error", "down \x1b[2J [red]{{ 7*7 }}"),
    Event("e-3", 120.0, "syslog.message", "r2", "", "warning", "a line"),
]


@pytest.fixture(autouse=True)
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EventBook:
    monkeypatch.setenv("FORERUNNER_LEDGER", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    return EventBook()


def said(*arguments: str) -> str:
    done = CliRunner().invoke(cli.app, ["events", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_incidents_and_events_are_shown_and_what_a_device_said_stays_text(book: EventBook) -> None:
    book.note(EVENTS)
    shown = said()
    assert ("r1" in shown, "r2" in shown, "[red]" in shown, "\x1b" in shown) == (
        True,
        True,
        True,
        False,
    )


def test_as_json_it_is_an_object_a_line_and_of_one_host_where_it_is_named(book: EventBook) -> None:
    book.note(EVENTS)
    lines = [json.loads(line) for line in said("--json", "--host", "r1").splitlines()]
    assert [each["incident"]["count"] for each in lines if "incident" in each] == [2]
    assert [each["event"]["id"] for each in lines if "event" in each] == ["e-2", "e-1"]


def test_where_nothing_was_told_it_says_so() -> None:
    assert said() == "There are no events yet.\n"
    assert said("--host", "r9") == "r9: no events yet.\n"

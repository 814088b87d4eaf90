"""Events for people: the incidents that they belong to, and the newest of them."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from forerunner.ledger_view import printable

if TYPE_CHECKING:
    from forerunner.events import EventBook, Incident
    from forerunner.model import Event

_COLOURS = {"info": "cyan", "warning": "yellow", "error": "red", "critical": "bold red"}


def show(book: "EventBook", host: str | None, last: int, as_json: bool) -> None:
    """Print the latest incidents and the newest events; of one host where it is named.

    Args:
        book: Where they are.
        host: Inventory name; None for all.
        last: How many of each.
        as_json: A JSON object a line: `{"incident": ...}` or `{"event": ...}`.
    """
    incidents, events = book.incidents(0.0, last, host), book.newest(last, host)
    if as_json:
        for incident in incidents:
            typer.echo(json.dumps({"incident": asdict(incident)}, sort_keys=True))
        for event in events:
            typer.echo(json.dumps({"event": event.to_dict()}, sort_keys=True))
        return
    if not incidents:
        typer.echo("There are no events yet." if host is None else f"{host}: no events yet.")
        return
    Console().print(Group(_incidents(incidents), _events(events)))


def _incidents(found: "list[Incident]") -> Table:
    view = _table("Incidents, the latest first", "Latest", "Severity", "Host", "Kind", "Events")
    for each in found:
        state = Text(each.severity, style=_COLOURS[each.severity])
        text = f"{each.count} since {_when(each.begun)}\n{printable(each.text)}"
        where = printable(f"{each.host} {each.interface}".strip())
        view.add_row(_when(each.latest), state, Text(where), Text(each.kind), Text(text))
    return view


def _events(found: "list[Event]") -> Table:
    view = _table("Events, the newest first", "When", "Severity", "Host", "Kind", "What")
    for each in found:
        state = Text(each.severity, style=_COLOURS[each.severity])
        where = printable(f"{each.host} {each.interface}".strip())
        what = Text(printable(each.text))
        view.add_row(_when(each.time), state, Text(where), Text(each.kind), what)
    return view


def _table(title: str, *headings: str) -> Table:
    view = Table(title=title)
    for heading in headings:
        view.add_column(heading, overflow="fold")
    return view


def _when(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")

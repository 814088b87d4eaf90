"""The gate for people: its state and its audit trail as tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from forerunner.gate.audit import Entry
from forerunner.gate.status import Status
from forerunner.ledger_view import cell

_OWN = frozenset({"kind", "time", "sequence", "who", "devices"})


def show_status(found: Status) -> None:
    """Print who stopped everything, what is under way and whose the devices are."""
    console = Console()
    for line in _words(found):
        console.print(cell(line))
    for table in _tables(found):
        console.print(table)


def show_trail(entries: Sequence[Entry]) -> None:
    """Print entries of the audit trail."""
    table = _table("Audit trail", "#", "When", "What", "Who", "Devices", "More")
    for entry in entries:
        data = entry.data
        row = [
            str(entry.sequence),
            _clock(data.get("time", 0.0)),
            str(data.get("kind", "unreadable")),
            str(data.get("who", "")),
            ", ".join(map(str, data.get("devices", []))) or str(data.get("device", "")),
            _more(data),
        ]
        table.add_row(*map(cell, row))
    console = Console()
    console.print(table if entries else "The audit trail is empty: nothing has come to the gate.")


def _words(found: Status) -> Iterator[str]:
    yield from map(str, found.stops)
    if not found.stops:
        yield "Changes may pass the gate."
    count = len(found.failures)
    if count:
        newest = _clock(found.failures[0])
        yield (
            f"Automated changes that failed, one after the other: {count}, the newest at {newest}; "
            "breaker_failures of change_policy make a pause of it."
        )
    if not found.leases:
        yield "Nothing is under way, and no device is leased."


def _tables(found: Status) -> Iterator[Table]:
    if found.under_way:
        table = _table("Under way", "Since", "Who", "Way", "Playbook", "Plan", "Devices")
        for each in found.under_way:
            names = ", ".join(each.devices)
            row = (each.who, each.entrance, each.playbook, each.plan, names)
            table.add_row(*map(cell, (_clock(each.admitted), *row)))
        yield table
    if found.leases:
        table = _table("Leases", "Device", "Until", "Who", "Process", "Fence")
        for lease in found.leases:
            holder = f"{lease.holder.pid} on {lease.holder.host}"
            holder += " (has ended)" if lease.holder.is_dead() else ""
            row = (lease.device, _clock(lease.expires), lease.who, holder, str(lease.fence))
            table.add_row(*map(cell, row))
        yield table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _more(data: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {data[name]}" for name in sorted(data.keys() - _OWN))


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")

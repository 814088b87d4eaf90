"""How one host is: its interfaces, how old its samples are, what it told of, its own values."""

from typing import Any

from analytics.answers.asked import Asked, UnknownName
from analytics.answers.top import top
from forerunner.errors import ForerunnerError
from forerunner.events import EventBook

_NEWEST = """SELECT interface, metric, max(time), arg_max(value, time)
    FROM {table} WHERE {where} GROUP BY ALL"""
_HOSTS = "SELECT DISTINCT host FROM {table} WHERE {where}"
_EVENTS = 10


def host(asked: Asked, name: str, events: EventBook) -> dict[str, Any]:
    """Return how a host is.

    Raises:
        UnknownName: Neither the inventory nor the store knows it; says which one is nearest.
        LedgerError: The events cannot be read.
    """
    newest = asked.store.ask(_NEWEST, asked.wanted((), host=name))
    if not newest and name not in asked.topology.routers:
        stored = (row[0] for row in asked.store.ask(_HOSTS, asked.wanted(())))
        raise UnknownName("host", name, {*asked.topology.routers, *stored})
    status = {row[0]: row[3] for row in newest if row[1] == "if_oper_status"}
    age_s = min((max(0.0, asked.now - row[2]) for row in newest), default=None)
    return {
        "name": name,
        "span_s": asked.span_s,
        "age_s": age_s,
        "values": {row[1]: row[3] for row in sorted(newest) if not row[0]},
        "interfaces": [
            {**row, "up": _up(status.get(row["interface"]))} for row in _of(asked, name)
        ],
        "events": [each.to_dict() for each in events.newest(_EVENTS, name)],
    }


def _of(asked: Asked, name: str) -> list[dict[str, Any]]:
    try:
        rows = top(asked, 10**6, name)["rows"]
    except ForerunnerError:
        return []
    return sorted(rows, key=lambda row: str(row["interface"]))


def _up(status: float | None) -> bool | None:
    return None if status is None else status == 1.0

"""SIM orders for people: which there are, how far each is on every system, and what is wrong."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from forerunner.orders.record import Order, Orders

_COLOURS = {"done": "green", "undone": "yellow", "rejected": "yellow", "parked": "red"}
_PROBLEMS = 20


def show(orders: "Orders", last: int, as_json: bool) -> None:
    """Print the orders that changed last, as JSON lines or as a table."""
    found = orders.everything(last)
    if as_json:
        for each in found:
            typer.echo(json.dumps(plain(orders, each), sort_keys=True))
        return
    Console().print(_table(orders, found) if found else "There are no orders yet.")


def show_one(orders: "Orders", name: str, as_json: bool) -> None:
    """Print one order, with the first SIMs that something is wrong with.

    Raises:
        OrderError: There is none of that name.
    """
    order = orders.get(name)
    if as_json:
        typer.echo(json.dumps(plain(orders, order), sort_keys=True))
        return
    parts = (_table(orders, [order]), _halts(orders, order), _problems(orders, order))
    Console().print(Group(*parts))


def plain(orders: "Orders", order: "Order") -> dict[str, Any]:
    """Return an order as plain JSON data; it holds no key."""
    troubles = orders.troubles(order.id)
    return {
        "order": order.id,
        "operation": order.operation,
        "state": order.state,
        "failing": order.failing,
        "reason": order.reason,
        "sims": order.total,
        "updated": order.updated,
        "systems": _systems(orders, order),
        "problems": [vars(each) for each in troubles.problems(_PROBLEMS)],
        "halts": [
            {"part": part, **vars(each)}
            for part, halts in troubles.halts_of_parts().items()
            for each in halts
        ],
    }


def _systems(orders: "Orders", order: "Order") -> dict[str, dict[str, int]]:
    return {name: dict(Counter[str](orders.work(order.id, name))) for name in order.systems}


def _table(orders: "Orders", found: "list[Order]") -> Table:
    view = Table(title="SIM orders, the last that changed first", show_lines=True)
    for heading in ("Changed", "Order", "Operation", "State", "Chunks on each system", "Why"):
        view.add_column(heading, overflow="fold")
    for each in found:
        when = datetime.fromtimestamp(each.updated, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        state = Text(each.state, style=_COLOURS.get(each.state, "cyan"))
        what = f"{each.operation}, {each.total} SIMs"
        view.add_row(when, each.id, what, state, _stands(orders, each), Text(each.reason))
    return view


def _stands(orders: "Orders", order: "Order") -> str:
    lines = []
    for name, counts in _systems(orders, order).items():
        stands = ", ".join(f"{count} {state}" for state, count in counts.items())
        lines.append(f"{name}: {stands or 'nothing yet'}")
    return "\n".join(lines)


def _halts(orders: "Orders", order: "Order") -> Table | str:
    found = orders.troubles(order.id).halts_of_parts()
    if not found:
        return ""
    view = Table(title="Systems that cannot go on")
    for heading in ("Part", "System", "Why"):
        view.add_column(heading, overflow="fold")
    for part, halts in found.items():
        for each in halts:
            view.add_row(part or "whole", each.system, Text(each.why))
    return view


def _problems(orders: "Orders", order: "Order") -> Table | str:
    found = orders.troubles(order.id).problems(_PROBLEMS)
    if not found:
        return ""
    view = Table(title=f"The first {len(found)} SIMs with a problem")
    for heading in ("SIM of the order", "IMSI", "System", "Problem"):
        view.add_column(heading, overflow="fold")
    for each in found:
        view.add_row(str(each.position), each.imsi, each.system, Text(each.problem))
    return view

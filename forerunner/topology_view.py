"""The topology that was seen, for people: now, at a time, what changed since, and when."""

import json
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from forerunner.errors import ForerunnerError
from forerunner.evidence import History, Observation
from forerunner.evidence.history import Moment, changed


def show(directory: Path, at: str, since: str, as_json: bool) -> None:
    """Print the topology of a time, or what changed from another time until then.

    Args:
        directory: The history.
        at: A time in ISO 8601, local unless it says otherwise; empty for now.
        since: A time before it; empty for the topology itself.
        as_json: As one JSON object.

    Raises:
        ForerunnerError: There is nothing of the time, or it is no time.
    """
    history = History(directory)
    moment, seen = history.at(_seconds(at, "--at"))
    if since:
        earlier, before = history.at(_seconds(since, "--diff"))
        _show_changes(earlier, moment, changed(before, seen), as_json)
    elif as_json:
        checked = history.checked()
        typer.echo(json.dumps({**vars(moment), "checked": checked, **seen.to_dict()}))
    else:
        Console().print(_table(moment, seen, history.checked()))


def _show_changes(earlier: Moment, later: Moment, lines: list[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"from": vars(earlier), "to": vars(later), "changes": lines}))
        return
    typer.echo(f"from what was first seen {_clock(earlier.time)} to {_clock(later.time)}:")
    typer.echo("\n".join(lines) or "nothing changed")


def _table(moment: Moment, seen: Observation, checked: float | None) -> Table:
    last = f", last checked {_clock(checked)}" if checked else ""
    view = Table(title=f"Links as routers see them, first seen {_clock(moment.time)}{last}")
    for heading in ("Router", "Interface", "Address", "Cost"):
        view.add_column(heading)
    for heading in ("Router", "Interface", "Address", "Cost", "Told by"):
        view.add_column(heading)
    for each in seen.adjacencies:
        cells = [
            cell
            for end in each.ends
            for cell in (end.router, end.interface or "?", end.address, _cost(end.cost))
        ]
        view.add_row(*cells, ", ".join(each.told))
    silent = [name for name, router_id in seen.routers.items() if router_id is None]
    if silent:
        view.caption = f"not asked: {', '.join(silent)}"
    return view


def _cost(cost: int | None) -> str:
    return "?" if cost is None else str(cost)


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(" ", "seconds")


def _seconds(text: str, option: str) -> float | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise ForerunnerError(f"{option}: {text[:80]!r} is no time, as 2026-11-22T14:00") from None

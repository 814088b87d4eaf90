"""The traffic for people: from edge to edge, and who and what has most of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from forerunner.files import write_whole
from forerunner.store.flows import KEYS, Gap, Share, Traffic

_MEGA = 1e6
_TITLES = {"class": "Class", "prefix": "To prefix", "talker": "Talker"}


def report(traffic: Traffic, count: int) -> dict[str, Any]:
    """Return all that is shown, as plain JSON data.

    Args:
        traffic: Of the span.
        count: How many talkers, prefixes and so on.
    """
    return {
        "since": traffic.span.since,
        "until": traffic.span.until,
        "matrix": [asdict(each) for each in traffic.matrix()],
        "top": {key: [asdict(each) for each in traffic.top(key, count)] for key in KEYS},
        "gaps": [asdict(each) for each in traffic.gaps],
        "lost": traffic.lost,
    }


def show(traffic: Traffic, count: int, path: Path, as_json: bool) -> None:
    """Write the report, and print it as JSON or as tables for people."""
    found = report(traffic, count)
    text = json.dumps(found, indent=1) + "\n"
    write_whole(path, text, 0o644)
    console = Console()
    if as_json:
        console.out(text, end="", highlight=False)
        return
    if found["matrix"]:
        console.print(matrix(found["matrix"]))
        for key, title in _TITLES.items():
            console.print(top(title, traffic.top(key, count)))
    else:
        console.print("No flows are known of this time; import them, or look further back.")
    for line in missing(traffic.gaps):
        console.print(line, style="yellow", markup=False)
    for exporter, packets in found["lost"].items():
        console.print(f"{exporter}: {packets} export packets lost", style="yellow", markup=False)
    console.print(f"All of it: {path}", markup=False, soft_wrap=True)


def missing(gaps: Iterable[Gap]) -> list[str]:
    """Return a line for each time in which nobody collected, with all whom that concerns."""
    by_time: dict[tuple[float, float], list[str]] = {}
    for each in gaps:
        by_time.setdefault((each.begin, each.end), []).append(each.exporter)
    return [
        f"{datetime.fromtimestamp(begin, UTC):%Y-%m-%d %H:%M:%S} UTC, for {end - begin:.0f} s: "
        f"no flows collected from {', '.join(names)}"
        for (begin, end), names in sorted(by_time.items())
    ]


def matrix(demands: Sequence[Mapping[str, Any]]) -> Table:
    """Return the traffic from edge to edge, in Mbit/s: origins down, targets across."""
    origins = sorted({each["origin"] for each in demands})
    targets = sorted({each["target"] for each in demands})
    rates = {(each["origin"], each["target"]): each["bit_s"] / _MEGA for each in demands}
    table = Table()
    for heading in ("Mbit/s from, to", *targets):
        table.add_column(heading, justify="right", no_wrap=True)
    for origin in origins:
        found = (rates.get((origin, target)) for target in targets)
        table.add_row(origin, *("" if each is None else f"{each:.3f}" for each in found))
    return table


def top(title: str, shares: Sequence[Share]) -> Table:
    """Return who or what has most of the traffic."""
    table = Table()
    for heading in (title, "Mbit/s", "share"):
        table.add_column(heading, justify="left" if heading == title else "right")
    for each in shares:
        table.add_row(each.name, f"{each.bit_s / _MEGA:.3f}", f"{each.share:.1%}")
    return table

"""Labs in which changes are measured: built for one part of the benchmark, and removed."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from forerunner.bench import rows
from forerunner.dialects import frr
from forerunner.errors import ForerunnerError
from forerunner.lab import Lab
from forerunner.lab.daemons import ask
from forerunner.trials.site import Site

INDEX = 64
"""Of the labs of these benchmarks, unless `FORERUNNER_BENCH_LAB` says otherwise."""

_SESSIONS = ("show bgp summary json", "show ip ospf neighbor detail json")


class NotMeasured(ForerunnerError):
    """What was to be measured did not happen; the message says what did."""


def site_of(inventory: str) -> Site:
    """Return where the lab of an inventory is, and its run-time state."""
    index = int(os.environ.get("FORERUNNER_BENCH_LAB") or INDEX)
    return Site(index, rows.directory("change") / f"site-{inventory}")


@contextmanager
def lab_of(inventory: str) -> Iterator[Lab]:
    """Build the lab of an inventory, hand it out converged, and remove it.

    Args:
        inventory: Name below `inventories/`, as `ring`.
    """
    site = site_of(inventory)
    play = ("ansible-playbook", "-i", f"inventories/{inventory}")
    site.command(*play, "playbooks/build_lab.yml")
    try:
        yield site.lab
    finally:
        site.command(*play, "playbooks/remove_lab.yml", check=False)


def keep(name: str, data: object) -> None:
    """Keep raw measurements as `var/bench/change/<name>.json`."""
    path = rows.directory("change") / f"{name}.json"
    path.write_text(json.dumps(data, indent=1) + "\n")


def sessions(lab: Lab) -> dict[str, int]:
    """Return how often each session of each router came up: BGP's peers, OSPF's neighbours."""
    found: dict[str, int] = {}
    for router in lab.routers:
        peerings, neighbours = frr.documents(ask(lab, router, *_SESSIONS))
        found |= {f"{router} bgp {x}": y for x, y in _established(peerings)}
        found |= {f"{router} ospf {x}": y for x, y in _state_changes(neighbours)}
    return found


def wait_established(lab: Lab, timeout_s: float = 60.0) -> None:
    """Wait until every BGP session is up: a lab counts as converged once OSPF is.

    Raises:
        NotMeasured: One is not; says which.
    """
    end = time.monotonic() + timeout_s
    while down := [name for name, count in sessions(lab).items() if not count]:
        if time.monotonic() > end:
            raise NotMeasured(f"not up after {timeout_s:g} s: {', '.join(down)}")
        time.sleep(1.0)


def resets(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Return the sessions that were reset in between, or are gone."""
    return [
        f"{name}: {count} then {after.get(name)}"
        for name, count in before.items()
        if after.get(name) != count
    ]


def _established(document: Any) -> Iterator[tuple[str, int]]:
    for peer, data in document.get("ipv4Unicast", {}).get("peers", {}).items():
        yield peer, int(data["connectionsEstablished"])


def _state_changes(document: Any) -> Iterator[tuple[str, int]]:
    for router, entries in document.get("neighbors", {}).items():
        for entry in entries:
            yield f"{router} {entry['ifaceName']}", int(entry["stateChangeCounter"])

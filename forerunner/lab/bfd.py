"""Bidirectional forwarding detection on the lab's links, on or off at run time."""

import json
import time

from forerunner.lab.commands import run_all
from forerunner.lab.convergence import query, wait_converged
from forerunner.lab.daemons import vtysh
from forerunner.lab.errors import LabError
from forerunner.lab.lab import Lab

_TIMEOUT_S = 15.0


def set_enabled(lab: Lab, enabled: bool) -> None:
    """Put BFD under OSPF on every link, or take it off, and wait until all is settled.

    The end that still has BFD takes the other's farewell for a failure, so OSPF may need to
    converge again.

    Raises:
        LabError: The sessions do not come up or do not go, or OSPF does not converge.

    Source: RFC 5882, section 10.2 (interactions with OSPF).
    """
    line = "ip ospf bfd" if enabled else "no ip ospf bfd"
    commands = []
    for router in lab.routers:
        lines = ["configure terminal"]
        for way in lab.directions(router):
            lines += [f"interface {way.interface}", line, "exit"]
        commands.append(vtysh(lab, router, *lines))
    run_all(commands)
    _await_sessions(lab, enabled)
    wait_converged(lab, _TIMEOUT_S)


def sessions_up(lab: Lab, router: str) -> int:
    """Return how many BFD sessions of a router are up."""
    peers = json.loads(query(lab.router_directory(router) / "bfdd.vty", "show bfd peers json"))
    return sum(peer["status"] == "up" for peer in peers)


def _await_sessions(lab: Lab, enabled: bool) -> None:
    deadline = time.monotonic() + _TIMEOUT_S
    while wrong := [r for r in lab.routers if sessions_up(lab, r) != _expected(lab, r, enabled)]:
        if time.monotonic() > deadline:
            raise LabError(f"BFD sessions of {', '.join(wrong)} did not follow in {_TIMEOUT_S:g} s")
        time.sleep(0.1)


def _expected(lab: Lab, router: str, enabled: bool) -> int:
    return len(lab.directions(router)) if enabled else 0

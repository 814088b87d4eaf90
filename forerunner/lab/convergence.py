"""Waiting until the routers have found each other."""

import json
import socket
import time
from pathlib import Path

from forerunner.lab.commands import run_all
from forerunner.lab.errors import LabError
from forerunner.lab.lab import Lab

_POLL_S = 0.1
_ANSWER_S = 5.0
# A vty answers with text, then three zero bytes and the command's status.
_END = b"\0\0\0"


def wait_converged(lab: Lab, timeout: float = 30.0) -> float:
    """Wait until OSPF is full on every link and every loopback is in every FIB.

    Args:
        lab: A lab whose daemons run.
        timeout: Seconds to wait at the most.

    Returns:
        How many seconds it took.

    Raises:
        LabError: It took longer; says what is still missing.
    """
    started = time.monotonic()
    while problem := _unconverged(lab):
        if time.monotonic() - started > timeout:
            raise LabError(
                f"lab {lab.name} has not converged after {timeout:g} s: {problem}; "
                f"see {lab.state}/*/frr.log"
            )
        time.sleep(_POLL_S)
    return time.monotonic() - started


def is_converged(lab: Lab) -> bool:
    """Return whether OSPF is full on every link and every loopback is in every FIB."""
    return not _unconverged(lab)


def query(socket_path: Path, command: str) -> str:
    """Ask one routing daemon over its vty socket: a process less than vtysh.

    Raises:
        OSError: It does not listen.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as vty:
        vty.settimeout(_ANSWER_S)
        vty.connect(str(socket_path))
        _execute(vty, "enable")
        return _execute(vty, command)


def _execute(vty: socket.socket, command: str) -> str:
    vty.sendall(command.encode() + b"\0")
    answer = b""
    while answer[-4:-1] != _END:
        part = vty.recv(65536)
        if not part:
            raise ConnectionError(f"the daemon hung up on {command!r}")
        answer += part
    return answer[:-4].decode()


def _unconverged(lab: Lab) -> str:
    for router in lab.routers:
        expected, full = len(lab.directions(router)), _full_neighbors(lab, router)
        if full != expected:
            return f"{router} has {full} of {expected} OSPF neighbors full"
    return _missing_routes(lab)


def _full_neighbors(lab: Lab, router: str) -> int:
    try:
        answer = query(lab.router_directory(router) / "ospfd.vty", "show ip ospf neighbor json")
        neighbors = json.loads(answer)["neighbors"]
    except (OSError, ValueError, KeyError):
        return 0
    states = (str(entry["nbrState"]) for entries in neighbors.values() for entry in entries)
    return sum(state.startswith("Full") for state in states)


def _missing_routes(lab: Lab) -> str:
    command = ("route", "show", "proto", "ospf")
    tables = run_all(("ip", "-n", lab.namespace(router), *command) for router in lab.routers)
    loopbacks = {name: data["loopback"] for name, data in lab.network["routers"].items()}
    for router, table in zip(lab.routers, tables, strict=True):
        known = {line.split()[0] for line in table.splitlines() if line and line[0].isdigit()}
        for peer, loopback in loopbacks.items():
            if peer != router and loopback not in known:
                return f"{router} has no route to {peer} ({loopback})"
    return ""

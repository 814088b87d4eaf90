"""Starting and stopping the lab's subscriber systems: what role subscriber_lab does."""

import os
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import psutil

from forerunner import service
from forerunner.subscriber_lab.errors import SubscriberLabError
from forerunner.subscriber_lab.place import Daemon, Place, Prepare

PREPARED: Mapping[str, str] = {
    "hlr": "forerunner.subscriber_lab.hlr",
    "hss": "forerunner.subscriber_lab.hss",
    "gport": "forerunner.subscriber_lab.gport",
    "mind": "forerunner.subscriber_lab.mind",
    "srp": "forerunner.subscriber_lab.srp",
}
"""By system: the module whose `prepare` returns how it is started."""

_ENVIRONMENT = ("PATH", "HOME", "LANG", "FORERUNNER_HOME")
_POLL_S = 0.05
_LOG_TAIL = 1500


def start_or_stop(parameters: Mapping[str, Any], check_mode: bool = False) -> dict[str, Any]:
    """Bring the subscriber systems into the wanted state and return Ansible's result.

    Args:
        parameters: `state` (present, absent), `index`, `directory`, `systems`, `timeout` (seconds).
        check_mode: Only say what would be done.

    Raises:
        ForerunnerError: It cannot be; names the system, the cause and the next step.
    """
    place = Place(int(parameters["index"]), Path(parameters["directory"]).resolve())
    wanted = list(parameters["systems"]) if parameters["state"] == "present" else []
    running = [name for name in PREPARED if service.status(name)]
    stopping = [name for name in running if name not in wanted]
    starting = [name for name in wanted if name not in running]
    if not check_mode:
        for name in stopping:
            service.stop(name)
        start(place, starting, float(parameters["timeout"]))
        check_listeners(place, wanted)
    acts = [*(f"start {each}" for each in starting), *(f"stop {each}" for each in stopping)]
    return {"changed": bool(acts), "message": ", ".join(acts) or "as wanted"}


def start(place: Place, systems: Sequence[str], timeout_s: float = 30.0) -> None:
    """Start systems and return once all of them listen; when one does not, none stays.

    Raises:
        SubscriberLabError: One ends at once, somebody else listens there, or it takes too long.
    """
    daemons = {name: _prepare(name)(place) for name in systems}
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    begun: list[str] = []
    try:
        for name, daemon in daemons.items():
            log = place.home(name) / f"{name}.log"
            log.unlink(missing_ok=True)
            service.start(name, daemon.command, {**environment, **daemon.environment}, log)
            begun.append(name)
        for name, daemon in daemons.items():
            _await_listeners(name, daemon, place.home(name) / f"{name}.log", timeout_s)
    except BaseException:
        for name in begun:
            service.stop(name)
        raise


def check_listeners(place: Place, systems: Sequence[str]) -> None:
    """See that whoever listens at the systems' addresses is a process that we started.

    Raises:
        SubscriberLabError: A system does not run, or somebody else listens in its place.
    """
    for name in systems:
        if problem := _problem(name, _prepare(name)(place)):
            raise SubscriberLabError(f"{name}: {problem}; run playbooks/build_lab.yml")


def _prepare(name: str) -> Prepare:
    if name not in PREPARED:
        known = ", ".join(PREPARED)
        raise SubscriberLabError(f"{name!r} is no system of the lab; it has {known}")
    return cast(Prepare, import_module(PREPARED[name]).prepare)


def _await_listeners(name: str, daemon: Daemon, log: Path, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while problem := _problem(name, daemon):
        if service.status(name) is None:
            raise SubscriberLabError(f"{name} ended at once; {log} says:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise SubscriberLabError(f"{name}: {problem} after {timeout_s:g} s; see {log}")
        time.sleep(_POLL_S)


def _problem(name: str, daemon: Daemon) -> str:
    """Return what is wrong with a system's listeners; empty when all of them are ours."""
    running = service.status(name)
    if running is None:
        return "it does not run"
    tree = psutil.Process(running.pid)
    ours = {running.pid, *(each.pid for each in tree.children(recursive=True))}
    sockets = psutil.net_connections("tcp4")
    listening = {tuple(x.laddr): x.pid for x in sockets if x.status == psutil.CONN_LISTEN}
    for address, port in daemon.listeners:
        holder = listening.get((address, port))
        if holder not in ours:
            who = f"process {holder} listens" if holder else "nobody listens"
            return f"{who} at {address} port {port}"
    return ""


def _tail(log: Path) -> str:
    return log.read_bytes()[-_LOG_TAIL:].decode(errors="replace").strip()

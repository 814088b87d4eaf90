"""Bringing a service of ours into the wanted state, as a role's module does it in one call."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from forerunner import service
from forerunner.errors import ForerunnerError
from forerunner.files import write_whole

State = Literal["silent", "unhealthy", "healthy"]
Says = Callable[[float], State]
"""How a service is, by what it said since a time in seconds since the epoch."""
# Of our own environment; the service needs no more, and secrets stay where they are.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "FORERUNNER_HOME", "FORERUNNER_LEDGER")
_LOG_TAIL = 1500
_LOOK_S = 0.1


@dataclass(frozen=True)
class Wanted:
    """A service as it ought to run: `forerunner NAME --config FILE OPTION...`.

    Attributes:
        name: Its name, of the service and of its directory below `directory`.
        directory: Of run-time state.
        config: Text of its configuration file.
        says: How it is.
        doing: What it does then, for people.
        missing: What was missing where it never was.
        options: More of its command line.
        environment: What it gets beside what every service of ours does.
        mode: Permissions of its configuration; by default the digest of a weak SNMP key in it is
            not left for anybody to guess at.
    """

    name: str
    directory: Path
    config: str
    says: Says
    doing: str
    missing: str
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    mode: int = 0o600

    @property
    def file(self) -> Path:
        """Return its configuration file."""
        return self.directory / self.name / "config.json"

    @property
    def log(self) -> Path:
        """Return the file of its output."""
        return self.directory / self.name / f"{self.name}.log"

    @property
    def command(self) -> tuple[str, ...]:
        """Return its command line."""
        program = str(Path(sys.executable).with_name("forerunner"))
        return (program, self.name, "--config", str(self.file), *self.options)


def bring_up(
    wanted: Wanted,
    timeout_s: float,
    check_mode: bool,
    refusal: Callable[[str], ForerunnerError],
) -> dict[str, Any]:
    """Start a service, anew where it runs by another command or configuration.

    Args:
        wanted: The service.
        timeout_s: Seconds to wait until it is healthy, and for another one to end.
        check_mode: Only say what would be done.
        refusal: Makes the error that is raised where it does not come up.
    """
    running = service.status(wanted.name)
    same = wanted.file.is_file() and wanted.file.read_text() == wanted.config
    if running and running.command == wanted.command and same:
        return _standing(wanted, running, timeout_s, refusal)
    if check_mode:
        return _result(True, "started", "the service would be started")
    if running:
        service.stop(wanted.name, timeout_s)
    write_whole(wanted.file, wanted.config, wanted.mode)
    return _start(wanted, timeout_s, refusal)


def take_down(name: str, timeout_s: float, check_mode: bool) -> dict[str, Any]:
    """Stop a service."""
    if check_mode:
        running = service.status(name) is not None
        return _result(running, "stopped", "the service would be stopped" if running else "")
    stopped = service.stop(name, timeout_s)
    return _result(stopped, "stopped", "stopped" if stopped else "it was not running")


def credentials(store: str) -> dict[str, str]:
    """Return the variables by which an object store's tools know who they are; none for a disk."""
    if "://" not in store:
        return {}
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def says_in(file: Path) -> Says:
    """Return how a service is by the file in which it says, again and again, if it is `healthy`."""

    def says(since: float) -> State:
        try:
            # A file's time is the kernel's, which is up to a tick behind.
            if file.stat().st_mtime < since - 0.05:
                return "silent"
            return "healthy" if json.loads(file.read_text())["healthy"] else "unhealthy"
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return "silent"

    return says


def _standing(
    wanted: Wanted,
    running: service.Service,
    timeout_s: float,
    refusal: Callable[[str], ForerunnerError],
) -> dict[str, Any]:
    """Return what is said of a service that runs as it ought to, once it says how it is.

    It is left alone, healthy or not: what makes a service unhealthy is mostly the network. One
    that says nothing hangs, or dies again and again.
    """
    since = time.time()
    state = _awaited(wanted, since, timeout_s, ("healthy", "unhealthy"))
    if state == "silent":
        raise refusal(
            f"process {running.pid} says nothing within {timeout_s:g} s: it hangs, or dies again "
            f"and again; stop it, and start it anew; {wanted.log} says:\n{_tail(wanted.log, 0)}"
        )
    whether = "" if state == "healthy" else f", but not healthy; see {wanted.log}"
    return _result(False, "started", f"{wanted.doing} already, as process {running.pid}{whether}")


def _start(
    wanted: Wanted, timeout_s: float, refusal: Callable[[str], ForerunnerError]
) -> dict[str, Any]:
    log = wanted.log
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment |= {"FORERUNNER_VAR": str(wanted.directory), "OMP_NUM_THREADS": "1"}
    environment |= wanted.environment
    began, since = log.stat().st_size if log.exists() else 0, time.time()
    started = service.start(wanted.name, list(wanted.command), environment, log)
    state = _awaited(wanted, since, timeout_s, ("healthy",))
    if service.status(wanted.name) is None:
        raise refusal(f"the service ended at once; {log} says:\n{_tail(log, began)}")
    if state == "healthy":
        return _result(True, "started", f"{wanted.doing}, as process {started.pid}; log {log}")
    service.stop(wanted.name)
    said = _tail(log, began)
    raise refusal(f"{wanted.missing} within {timeout_s:g} s; {log} says:\n{said}")


def _awaited(wanted: Wanted, since: float, timeout_s: float, good: tuple[State, ...]) -> State:
    """Return how a service is, once that is good, it has ended or the time is over."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and service.status(wanted.name) is not None:
        state = wanted.says(since)
        if state in good:
            return state
        time.sleep(_LOOK_S)
    return "silent"


def _tail(log: Path, begin: int) -> str:
    said = log.read_bytes() if log.exists() else b""
    return said[begin:][-_LOG_TAIL:].decode(errors="replace").strip()


def _result(changed: bool, state: str, message: str) -> dict[str, Any]:
    return {"changed": changed, "state": state, "message": message}

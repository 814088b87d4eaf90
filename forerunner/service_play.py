"""Bringing a service of ours into the wanted state, as a role's module does it in one call."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forerunner import service
from forerunner.errors import ForerunnerError

# Of our own environment; the service needs no more, and secrets stay where they are.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "FORERUNNER_HOME", "FORERUNNER_LEDGER")
_LOG_TAIL = 1500


@dataclass(frozen=True)
class Wanted:
    """A service as it ought to run: `forerunner NAME --config FILE OPTION...`.

    Attributes:
        name: Its name, of the service and of its directory below `directory`.
        directory: Of run-time state.
        config: Text of its configuration file.
        status: File in which it says that it is `healthy`.
        doing: What it does then, for people.
        missing: What was missing where it never was.
        options: More of its command line.
        environment: What it gets beside what every service of ours does.
    """

    name: str
    directory: Path
    config: str
    status: Path
    doing: str
    missing: str
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

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
        return _result(False, "started", f"{wanted.doing} already, as process {running.pid}")
    if check_mode:
        return _result(True, "started", "the service would be started")
    if running:
        service.stop(wanted.name, timeout_s)
    _write(wanted.file, wanted.config)
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


def _start(
    wanted: Wanted, timeout_s: float, refusal: Callable[[str], ForerunnerError]
) -> dict[str, Any]:
    log = wanted.log
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment |= {"FORERUNNER_VAR": str(wanted.directory), "OMP_NUM_THREADS": "1"}
    environment |= wanted.environment
    began, since = log.stat().st_size if log.exists() else 0, time.time()
    started = service.start(wanted.name, list(wanted.command), environment, log)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if service.status(wanted.name) is None:
            said = _tail(log, began)
            raise refusal(f"the service ended at once; {log} says:\n{said}")
        if _healthy(wanted.status, since):
            message = f"{wanted.doing}, as process {started.pid}; log {log}"
            return _result(True, "started", message)
        time.sleep(0.1)
    service.stop(wanted.name)
    said = _tail(log, began)
    raise refusal(f"{wanted.missing} within {timeout_s:g} s; {log} says:\n{said}")


def _healthy(file: Path, since: float) -> bool:
    """Return whether the file, written since then, says so: one before it may have left it."""
    try:
        # A file's time is the kernel's, which is up to a tick behind.
        return file.stat().st_mtime >= since - 0.05 and bool(
            json.loads(file.read_text())["healthy"]
        )
    except (FileNotFoundError, ValueError, KeyError):
        return False


def _tail(log: Path, begin: int) -> str:
    return log.read_bytes()[begin:][-_LOG_TAIL:].decode(errors="replace").strip()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    # The digest of a weak SNMP key must not be left for anybody to guess at.
    temporary.touch(0o600)
    temporary.write_text(text)
    temporary.replace(file)


def _result(changed: bool, state: str, message: str) -> dict[str, Any]:
    return {"changed": changed, "state": state, "message": message}

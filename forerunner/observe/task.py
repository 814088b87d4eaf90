"""Starting and stopping the observing service: what role telemetry does, in one call."""

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forerunner import service
from forerunner.errors import ForerunnerError
from forerunner.observe.config import Config

NAME = "observe"
_SSH_PORT = 22
_REACH_S = 2.0
# Of our own environment; the service needs no more, and secrets stay where they are.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "FORERUNNER_HOME", "FORERUNNER_LEDGER")
_LOG_TAIL = 1500


class NotObserving(ForerunnerError):
    """The service cannot be started; the message says what to do first."""


def start_or_stop(parameters: Mapping[str, Any], check_mode: bool = False) -> dict[str, Any]:
    """Bring the service into the wanted state and return Ansible's result.

    Args:
        parameters: `state` (`started`, `stopped`), `directory` (run-time state), `config` (the
            service's configuration without its own paths) and `timeout` (seconds).
        check_mode: Only say what would be done.

    Raises:
        ForerunnerError: It cannot be; names the cause and the next command.
    """
    if parameters["state"] == "stopped":
        return _stop(float(parameters["timeout"]), check_mode)
    return _bring_up(parameters, check_mode)


def _bring_up(parameters: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Start the service, anew when it runs with another command, configuration or input."""
    directory = Path(parameters["directory"])
    data = _complete(parameters["config"], directory)
    config = Config.from_data(data, "role telemetry")
    _check_ready(config)
    file = directory / "observe" / "config.json"
    # A retrained model or a rebuilt lab has the same paths, and other contents.
    text = json.dumps({**data, "digests": config.digests()}, indent=1, sort_keys=True) + "\n"
    command = [str(Path(sys.executable).with_name("forerunner")), "observe", "--config", str(file)]
    command.append("--restart")
    running = service.status(NAME)
    if running and running.command == tuple(command) and _holds(file, text):
        return _result(False, "started", f"observing already, as process {running.pid}")
    if check_mode:
        return _result(True, "started", "the service would be started")
    if running:
        service.stop(NAME, float(parameters["timeout"]))
    _write(file, text)
    return _start(command, directory, config, float(parameters["timeout"]))


def _start(command: list[str], directory: Path, config: Config, timeout: float) -> dict[str, Any]:
    log = directory / "observe" / "observe.log"
    config.status.unlink(missing_ok=True)
    environment = _environment(config) | {"FORERUNNER_VAR": str(directory)}
    began = log.stat().st_size if log.exists() else 0
    started = service.start(NAME, command, environment, log)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if service.status(NAME) is None:
            raise NotObserving(f"the service ended at once; {log} says:\n{_tail(log, began)}")
        if _healthy(config.status):
            return _result(True, "started", f"observing, as process {started.pid}; log {log}")
        time.sleep(0.1)
    service.stop(NAME)
    raise NotObserving(f"no measurements within {timeout:g} s; {log} says:\n{_tail(log, began)}")


def _environment(config: Config) -> dict[str, str]:
    wanted = set(_ENVIRONMENT)
    if "://" in config.telemetry:
        # The only way in for an object store's credentials beside its tools' own files.
        wanted |= {name for name in os.environ if name.startswith("AWS_")}
    found = {name: os.environ[name] for name in wanted if name in os.environ}
    return {**found, "OMP_NUM_THREADS": "1"}


def _stop(timeout: float, check_mode: bool) -> dict[str, Any]:
    if check_mode:
        running = service.status(NAME) is not None
        return _result(running, "stopped", "the service would be stopped" if running else "")
    stopped = service.stop(NAME, timeout)
    return _result(stopped, "stopped", "stopped" if stopped else "it was not running")


def _complete(config: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    status = str(directory / "observe" / "status.json")
    return {"telemetry": str(directory / "telemetry"), **config, "status": status}


def _check_ready(config: Config) -> None:
    silent = [host for host, address in config.devices.items() if not _answers(address)]
    if silent:
        raise NotObserving(
            f"{', '.join(silent)}: SSH does not answer; build the lab first: "
            "ansible-playbook playbooks/build_lab.yml"
        )
    if not config.model.is_file():
        raise NotObserving(
            f"{config.model} is missing; make it: python -m analytics train --out {config.model}"
        )
    for file in (config.snmp, config.agent_key, config.known_hosts):
        if not file.is_file():
            raise NotObserving(f"{file} is missing; build_lab.yml writes it")


def _answers(address: str) -> bool:
    try:
        with socket.create_connection((address, _SSH_PORT), _REACH_S):
            return True
    except OSError:
        return False


def _healthy(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text())["healthy"])
    except (FileNotFoundError, ValueError, KeyError):
        return False


def _tail(log: Path, begin: int) -> str:
    return log.read_bytes()[begin:][-_LOG_TAIL:].decode(errors="replace").strip()


def _holds(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text() == text


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

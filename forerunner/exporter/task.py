"""Starting and stopping the exporter: what role state_exporter does, in one call."""

import json
import os
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forerunner import service
from forerunner.exporter.config import Config
from forerunner.exporter.errors import ExporterError
from forerunner.files import write_whole

NAME = "exporter"
# Of our own environment; the service needs no more, and secrets stay where they are.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "FORERUNNER_HOME", "FORERUNNER_LEDGER")
_POLL_S = 0.1
_ANSWER_S = 2.0
_LOG_TAIL = 1500


def start_or_stop(parameters: Mapping[str, Any], check_mode: bool = False) -> dict[str, Any]:
    """Bring the exporter into the wanted state and return Ansible's result.

    Args:
        parameters: `state` (`started`, `stopped`), `config` (as `Config` takes it) and `timeout`
            (seconds).
        check_mode: Only say what would be done.

    Raises:
        ForerunnerError: It cannot be; names the cause and the next step.
    """
    running, timeout_s = service.status(NAME), float(parameters["timeout"])
    if parameters["state"] == "started":
        return _bring_up(parameters["config"], timeout_s, running, check_mode)
    if running and not check_mode:
        service.stop(NAME, timeout_s)
    return _result(bool(running), "stopped", "stopped" if running else "it was not running")


def _bring_up(
    data: Mapping[str, Any], timeout_s: float, running: service.Service | None, check_mode: bool
) -> dict[str, Any]:
    """Start it, anew when it runs with another command or configuration."""
    config = Config.from_data(data, "role state_exporter")
    file = config.directory / "exporter" / "config.json"
    text = json.dumps(data, indent=1, sort_keys=True) + "\n"
    command = (str(Path(sys.executable).with_name("forerunner")), "exporter", "--config", str(file))
    if running and running.command == command and file.is_file() and file.read_text() == text:
        return _result(False, "started", f"answering already, as process {running.pid}")
    if check_mode:
        return _result(True, "started", f"it would answer at {config.url}")
    if running:
        service.stop(NAME, timeout_s)
    write_whole(file, text)
    return _start(command, config, timeout_s)


def _start(command: tuple[str, ...], config: Config, timeout_s: float) -> dict[str, Any]:
    log = config.directory / "exporter" / "exporter.log"
    log.unlink(missing_ok=True)
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment |= {"FORERUNNER_VAR": str(config.directory), "OMP_NUM_THREADS": "1"}
    started = service.start(NAME, command, environment, log)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if service.status(NAME) is None:
            raise ExporterError(f"the exporter ended at once; {log} says:\n{_tail(log)}")
        if _answers(config):
            return _result(True, "started", f"{config.url}, process {started.pid}; log {log}")
        time.sleep(_POLL_S)
    service.stop(NAME)
    raise ExporterError(f"no answer within {timeout_s:g} s; {log} says:\n{_tail(log)}")


def _answers(config: Config) -> bool:
    # Not who else may listen there: a service whose port is taken has ended.
    try:
        with urllib.request.urlopen(config.url, timeout=_ANSWER_S) as answer:  # noqa: S310 - ours
            return b"forerunner_up" in answer.read()
    except OSError:
        return False


def _tail(log: Path) -> str:
    return log.read_bytes()[-_LOG_TAIL:].decode(errors="replace").strip()


def _result(changed: bool, state: str, message: str) -> dict[str, Any]:
    return {"changed": changed, "state": state, "message": message}

"""Starting and stopping the observing service: what role telemetry does, in one call."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forerunner import home, service_play
from forerunner.errors import ForerunnerError
from forerunner.observe.config import Config
from forerunner.service_play import Wanted

NAME = "observe"
_SSH_PORT = 22
_REACH_S = 2.0
# glibc gives threads heaps of their own, and returns none; a merge now and then wants few of them.
_LEAN = {"MALLOC_ARENA_MAX": "2"}


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
    # A retrained model or a rebuilt lab has the same paths, and other contents.
    text = json.dumps({**data, "digests": config.digests()}, indent=1, sort_keys=True) + "\n"
    wanted = Wanted(
        NAME, directory, text, service_play.says_in(config.status), "observing", "no measurements",
        options=("--restart",), environment=service_play.credentials(config.telemetry) | _LEAN,
    )  # fmt: skip
    return service_play.bring_up(wanted, float(parameters["timeout"]), check_mode, NotObserving)


def _stop(timeout: float, check_mode: bool) -> dict[str, Any]:
    return service_play.take_down(NAME, timeout, check_mode)


def _complete(config: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    status = str(directory / "observe" / "status.json")
    return {"telemetry": home.telemetry(directory), **config, "status": status}


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

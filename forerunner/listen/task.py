"""Starting and stopping the receiver: what role telemetry does, in one call."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from forerunner import service_play
from forerunner.listen.config import Config
from forerunner.listen.service import NotListening
from forerunner.service_play import Wanted

NAME = "listen"


def start_or_stop(parameters: Mapping[str, Any], check_mode: bool = False) -> dict[str, Any]:
    """Bring the receiver into the wanted state and return Ansible's result.

    Args:
        parameters: `state` (`started`, `stopped`), `directory` (run-time state), `config` (the
            receiver's configuration without its status file) and `timeout` (seconds).
        check_mode: Only say what would be done.

    Raises:
        ForerunnerError: It cannot be; names the cause and the next command.
    """
    timeout_s = float(parameters["timeout"])
    if parameters["state"] == "stopped":
        return service_play.take_down(NAME, timeout_s, check_mode)
    directory = Path(parameters["directory"])
    data = {**parameters["config"], "status": str(directory / NAME / "status.json")}
    config = Config.from_data(data, "role telemetry")
    _check_ready(config)
    text = json.dumps({**data, "digests": _digests(config)}, indent=1, sort_keys=True) + "\n"
    wanted = Wanted(
        NAME, directory, text, service_play.says_in(config.status), "listening",
        "it does not listen", ("--restart",),
    )  # fmt: skip
    return service_play.bring_up(wanted, timeout_s, check_mode, NotListening)


def _check_ready(config: Config) -> None:
    if not config.snmp.is_file():
        raise NotListening(f"{config.snmp} is missing; build_lab.yml writes it")
    config.community_names()


def _digests(config: Config) -> dict[str, str]:
    """Return what stands in the files that the receiver reads: new keys want a new start."""
    files = {"snmp": config.snmp, "communities": config.communities}
    return {name: sha256(file.read_bytes()).hexdigest() for name, file in files.items() if file}

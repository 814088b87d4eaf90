"""Starting and stopping the exporter: what role state_exporter does, in one call."""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from forerunner import service_play
from forerunner.exporter.config import Config
from forerunner.exporter.errors import ExporterError
from forerunner.service_play import State, Wanted

NAME = "exporter"
_ANSWER_S = 2.0


def start_or_stop(parameters: Mapping[str, Any], check_mode: bool = False) -> dict[str, Any]:
    """Bring the exporter into the wanted state and return Ansible's result.

    Args:
        parameters: `state` (`started`, `stopped`), `config` (as `Config` takes it) and `timeout`
            (seconds).
        check_mode: Only say what would be done.

    Raises:
        ForerunnerError: It cannot be; names the cause and the next step.
    """
    timeout_s = float(parameters["timeout"])
    if parameters["state"] == "stopped":
        return service_play.take_down(NAME, timeout_s, check_mode)
    data = parameters["config"]
    config = Config.from_data(data, "role state_exporter")
    text = json.dumps(data, indent=1, sort_keys=True) + "\n"
    wanted = Wanted(
        NAME, config.directory, text, lambda _: _says(config), f"answering at {config.url}",
        "no answer", ("--restart",), service_play.credentials(config.telemetry),
    )  # fmt: skip
    return service_play.bring_up(wanted, timeout_s, check_mode, ExporterError)


def _says(config: Config) -> State:
    # Not who else may listen there: a service whose port is taken has ended.
    try:
        with urllib.request.urlopen(config.url, timeout=_ANSWER_S) as answer:  # noqa: S310 - ours
            return "healthy" if b"forerunner_up" in answer.read() else "silent"
    except OSError:
        return "silent"

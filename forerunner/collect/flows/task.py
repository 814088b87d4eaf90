"""What role flow_collection calls: plain parameters in, Ansible's result out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from forerunner import home, service, service_play
from forerunner.collect.errors import CollectError
from forerunner.collect.flows.config import Config
from forerunner.lab import Lab, LabNotUp, exporters
from forerunner.service_play import State, Wanted

NAME = "flows"


class NotCollecting(CollectError):
    """The collectors cannot be started; the message says what to do first."""


def start_or_stop(parameters: Mapping[str, Any], check: bool = False) -> dict[str, Any]:
    """Bring collectors and, in a lab, exporters into the wanted state.

    Args:
        parameters: `state` (`started`, `stopped`), `directory` (run-time state), `telemetry` (the
            store), `site`, `address`, `collectors`, `rotation` (seconds), `lab` (whose routers
            export; empty for routers that export by themselves), `timeouts` (of its exporters) and
            `timeout` (seconds).
        check: Only say what would be done.

    Raises:
        ForerunnerError: It cannot be; names the cause and the next command.
    """
    name = parameters["lab"]
    if parameters["state"] == "stopped":
        return _stop(_standing(name), float(parameters["timeout"]), check)
    return _bring_up(parameters, Lab.open(name) if name else None, check)


def _standing(name: str) -> Lab | None:
    """Return a lab; None where it is gone, and its exporters with it."""
    try:
        return Lab.open(name) if name else None
    except LabNotUp:
        return None


def _bring_up(parameters: Mapping[str, Any], lab: Lab | None, check: bool) -> dict[str, Any]:
    changed = _start_collectors(parameters, lab, check)
    started: list[str] = []
    if lab:
        ports = parameters["collectors"].values()
        to = [f"{parameters['address']}:{port}" for port in ports]
        timeouts = {**exporters.TIMEOUTS, **parameters["timeouts"]}
        started = exporters.start(lab, to, timeouts, check)
    would = "would be " if check else ""
    what = [f"collectors {would}started"] if changed else []
    what += [f"exporters {would}started on {', '.join(started)}"] if started else []
    return _result(bool(what), "started", "; ".join(what) or "flows are collected already")


def _start_collectors(parameters: Mapping[str, Any], lab: Lab | None, check: bool) -> bool:
    """Start the service, anew when it runs with another configuration; return whether it was."""
    data = configuration(parameters, lab)
    config = Config.from_data(data, "role flow_collection")
    wanted = Wanted(
        NAME, config.directory.parent, json.dumps(data, indent=1, sort_keys=True) + "\n",
        lambda _: _says(config), "collecting", f"nobody listens on {config.address}",
        ("--restart",),
        # Whoever asks for traffic reads it, too.
        mode=0o644,
    )  # fmt: skip
    timeout_s = float(parameters["timeout"])
    return bool(service_play.bring_up(wanted, timeout_s, check, NotCollecting)["changed"])


def configuration(parameters: Mapping[str, Any], lab: Lab | None) -> dict[str, Any]:
    """Return what the service is configured by: plain data, for `Config`."""
    directory = Path(parameters["directory"]).resolve()
    return {
        **{name: parameters[name] for name in ("site", "address", "collectors")},
        "rotation_s": parameters["rotation"],
        "directory": str(directory / "flows"),
        "telemetry": parameters.get("telemetry") or home.telemetry(directory),
        "controls": [str(exporters.control(lab, name)) for name in lab.routers] if lab else [],
    }


def _says(config: Config) -> State:
    running = service.status(NAME)
    heard = listening(running.pid, config.address) if running else set()
    return "healthy" if heard >= set(config.ports.values()) else "silent"


def listening(pid: int, address: str) -> set[int]:
    """Return the UDP ports of an address that a process's children listen on."""
    ports = set()
    try:
        for child in psutil.Process(pid).children(recursive=True):
            ends = (each.laddr for each in child.net_connections("udp") if each.laddr)
            ports |= {end.port for end in ends if end.ip == address}
    except psutil.NoSuchProcess:
        return set()
    return ports


def _stop(lab: Lab | None, timeout: float, check: bool) -> dict[str, Any]:
    # Exporters first: what they hold is still collected.
    stopped = exporters.stop(lab, check) if lab else []
    running = service.status(NAME) is not None if check else service.stop(NAME, timeout)
    would = "would be " if check else ""
    what = [f"exporters {would}stopped on {', '.join(stopped)}"] if stopped else []
    what += [f"collectors {would}stopped"] if running else []
    return _result(bool(what), "stopped", "; ".join(what) or "flows were not collected")


def _result(changed: bool, state: str, message: str) -> dict[str, Any]:
    return {"changed": changed, "state": state, "message": message}

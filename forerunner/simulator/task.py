"""Starting and stopping the simulated fleet: what role simulated_fleet does, in one call."""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from forerunner import service
from forerunner.files import write_whole
from forerunner.simulator.errors import SimulatorError
from forerunner.simulator.fleet import Fleet, make_fleet
from forerunner.simulator.keys import USER, known_hosts, make_keys, user_key

NAME = "fleet"
_ENVIRONMENT = ("PATH", "HOME", "LANG", "FORERUNNER_HOME")
_POLL_S = 0.2
_LOG_TAIL = 1500


def start_or_stop(parameters: Mapping[str, Any], check_mode: bool = False) -> dict[str, Any]:
    """Bring the simulated fleet into the wanted state and return Ansible's result.

    Args:
        parameters: `state`, `directory`, `timeout` (seconds) and those of `make_fleet`.
        check_mode: Only say what would be done.

    Raises:
        ForerunnerError: It cannot be; names the cause and the next step.
    """
    running = service.status(NAME)
    if parameters["state"] == "stopped":
        if running and not check_mode:
            service.stop(NAME, float(parameters["timeout"]))
        return _result(bool(running), "stopped", "stopped" if running else "it was not running")
    keys = ("size", "index", "platforms", "faults", "latency_s", "slow_s", "processes")
    directory = Path(parameters["directory"]).resolve()
    fleet = make_fleet(directory=directory, **{key: parameters[key] for key in keys})
    if running and read(directory) == fleet:
        check_listeners(fleet)
        return _result(False, "started", f"simulated already, as process {running.pid}")
    if check_mode:
        return _result(True, "started", f"{len(fleet.devices)} devices would be simulated")
    return _start(fleet, float(parameters["timeout"]))


def start(fleet: Fleet, timeout_s: float = 60.0) -> service.Service:
    """Start a fleet, in place of one that runs; return once every device listens.

    Raises:
        SimulatorError: It ends at once, somebody else listens there, or it takes too long.
    """
    service.stop(NAME)
    make_keys(fleet.directory)
    write_whole(fleet.directory / "known_hosts", known_hosts(fleet))
    file, log = fleet.directory / "fleet.json", fleet.directory / "fleet.log"
    write_whole(file, json.dumps(fleet.to_data()) + "\n")
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "forerunner.simulator", str(file)]
    started = service.start(NAME, command, environment, log)
    try:
        _await_listeners(fleet, log, timeout_s)
    except BaseException:
        service.stop(NAME)
        raise
    write_whole(fleet.directory / "hosts.json", json.dumps(inventory(fleet), indent=1) + "\n")
    return started


def check_listeners(fleet: Fleet) -> None:
    """See that whoever listens at the fleet's addresses is a process that we started.

    Raises:
        SimulatorError: The fleet does not run, or somebody else listens in its place.
    """
    running = service.status(NAME)
    if running is None:
        raise SimulatorError("the simulated fleet does not run; see playbooks/start_fleet.yml")
    ours = {each.pid for each in psutil.Process(running.pid).children(recursive=True)}
    listening = _listeners(fleet)
    for device in fleet.devices:
        holder = listening.get((device.address, device.port))
        if device.behaviour != "dead" and holder not in ours:
            who = f"process {holder} listens" if holder else "nobody listens"
            raise SimulatorError(f"{device.name}: {who} at {device.address} port {device.port}")


def read(directory: Path) -> Fleet | None:
    """Return the fleet that was last started from a directory; None when there is none."""
    file = directory / "fleet.json"
    if not file.is_file():
        return None
    return Fleet.from_data(json.loads(file.read_text()), str(file))


def inventory(fleet: Fleet) -> dict[str, Any]:
    """Return the inventory of a fleet as Ansible's script plugin takes it, no value templated."""
    names = [device.name for device in fleet.devices]
    hosts = {
        device.name: {
            "ansible_host": device.address,
            "ansible_port": device.port,
            "ansible_network_os": device.platform,
        }
        for device in fleet.devices
    }
    known = fleet.directory / "known_hosts"
    arguments = f"-o UserKnownHostsFile={known} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
    shared = {
        "ansible_user": USER,
        "ansible_ssh_private_key_file": str(user_key(fleet.directory)),
        "ansible_ssh_common_args": arguments,
    }
    return {"_meta": {"hostvars": hosts}, "routers": {"hosts": names, "vars": shared}}


def _start(fleet: Fleet, timeout_s: float) -> dict[str, Any]:
    started = start(fleet, timeout_s)
    many = f"{len(fleet.devices)} devices, as process {started.pid}"
    return _result(True, "started", f"{many}; log {started.log}")


def _await_listeners(fleet: Fleet, log: Path, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        if service.status(NAME) is None:
            raise SimulatorError(f"the simulator ended at once; {log} says:\n{_tail(log)}")
        try:
            check_listeners(fleet)
            return
        except SimulatorError as error:
            if time.monotonic() > deadline:
                raise SimulatorError(f"{error} after {timeout_s:g} s; see {log}") from error
        time.sleep(_POLL_S)


def _listeners(fleet: Fleet) -> dict[tuple[str, int], int | None]:
    wanted = {(device.address, device.port) for device in fleet.devices}
    sockets = psutil.net_connections("tcp4")
    holders = {tuple(each.laddr): each.pid for each in sockets if each.status == psutil.CONN_LISTEN}
    return {where: holders[where] for where in wanted if where in holders}


def _tail(log: Path) -> str:
    return log.read_bytes()[-_LOG_TAIL:].decode(errors="replace").strip()


def _result(changed: bool, state: str, message: str) -> dict[str, Any]:
    return {"changed": changed, "state": state, "message": message}

"""What the modules that change configurations are given, and what they give back."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from analytics.decide import Demand, WavePolicy
from forerunner.configure.errors import ConfigureError
from forerunner.configure.guarded import Permit
from forerunner.configure.health import Patience
from forerunner.configure.intent import Intended, Intent, Planned
from forerunner.configure.operation import Configuration, configure
from forerunner.configure.plan import OpenPlan, open_plan
from forerunner.configure.record import by_hand, recorded
from forerunner.configure.survey import GUARDED
from forerunner.configure.terms import Network, Terms
from forerunner.database import Database
from forerunner.errors import InvalidData
from forerunner.fleet import Device, devices_from_data
from forerunner.fleet.inventory import device_results, devices_data
from forerunner.gate import check, close
from forerunner.model import Plan
from forerunner.render import check_network, meant

_REQUIRED = {"required": True}
ARGUMENT_SPEC: Mapping[str, Mapping[str, Any]] = {
    "network": {"type": "dict", **_REQUIRED},
    "token": {"type": "str", "default": "", "no_log": True},
    "agent_key_file": {"type": "path", **_REQUIRED},
    "allow_change": {"type": "bool", "default": False},
    "allow_unreachable": {"type": "bool", "default": True},
    "allow_exposed": {"type": "bool", "default": False},
    "allow_unguarded": {"type": "bool", "default": False},
    "controller": {"type": "str", "default": ""},
    "demands": {"type": "list", "elements": "dict", "default": []},
    "dead_man_s": {"type": "float", "default": 30},
    "soak_s": {"type": "float", "default": 5},
    "settle_s": {"type": "float", "default": 15},
    "most_errors": {"type": "int", "default": 10},
    "wave_growth": {"type": "float", "default": 2},
    "wave_devices": {"type": "int", "default": 0},
    "save_when": {"choices": ["changed", "always", "never"], "default": "changed"},
    "concurrency": {"type": "int", "default": 50},
    "timeout": {"type": "float", "default": 60},
}
"""What every module that changes configurations takes, as Ansible's argument_spec."""


def from_inventory_or_plan(
    given: Mapping[str, Any], variables: Mapping[str, Any], dry: bool
) -> dict[str, Any]:
    """Do what module `device_config` is asked for and return its result.

    Args:
        given: The module's parameters.
        variables: Ansible's `hostvars`.
        dry: Check mode.

    Raises:
        ForerunnerError: It cannot be begun; says why and what to do.
    """
    names = list(given["devices"])
    opened = open_plan(Path(given["plan_file"])) if given.get("plan_file") else None
    names = _planned(names, opened) if opened else names
    devices = devices_from_data(devices_data(variables, names), "inventory")
    intent = (
        Planned(opened) if opened else Intended(_rendered(devices, variables, given["network"]))
    )
    plan = opened.plan if opened else by_hand("configure_devices", devices, {})
    return changed(devices, intent, plan, given, variables, dry)


def changed(
    devices: Mapping[str, Device],
    intent: Intent,
    plan: Plan,
    given: Mapping[str, Any],
    variables: Mapping[str, Any],
    dry: bool,
) -> dict[str, Any]:
    """Bring devices to what they are to run, on record, and return a module's result."""
    terms = terms_of(given, intent, dry)
    network = network_of(given, devices, variables)

    def act() -> Configuration:
        return configure(devices, intent, terms, network)

    # What is not written to is not on record, be it a dry run or without consent.
    done = recorded(plan, act) if terms.allow_change and not dry else act()
    if done.unsettled:
        # A timer may still run on a device: its lease must outlast it.
        close(given["token"], Database(), unsettled=True)
    return result_of(done)


def terms_of(given: Mapping[str, Any], intent: Intent, dry: bool) -> Terms:
    """Return the terms that a module was given; each write asks the gate, and the intent."""
    patience = Patience(given["soak_s"], given["settle_s"])
    waves = WavePolicy(given["wave_growth"], given["wave_devices"], given["allow_exposed"])
    return Terms(
        permit=permission(given["token"], intent.check_current),
        agent_key_file=Path(given["agent_key_file"]),
        allow_change=given["allow_change"],
        check=dry,
        timer_s=given["dead_man_s"],
        patience=patience,
        most_errors=given["most_errors"],
        waves=waves,
        allow_unreachable=given["allow_unreachable"],
        allow_unguarded=given["allow_unguarded"],
        concurrency=given["concurrency"],
        save_when=given["save_when"],
        timeout_s=given["timeout"],
    )


def network_of(
    given: Mapping[str, Any], devices: Mapping[str, Device], variables: Mapping[str, Any]
) -> Network:
    """Return what of the inventory's network the order and the checks depend on."""
    network = given["network"]
    topology = check_network(network)
    loopbacks = {name: str(data["loopback"]) for name, data in network["routers"].items()}
    guarded = [name for name, each in devices.items() if each.platform in GUARDED]
    strangers = [name for name in guarded if name not in loopbacks]
    if strangers:
        problem = f"{', '.join(strangers)} is not in network_data.routers, so it has no loopback"
        raise InvalidData("inventory", "network_data", problem)
    others = [name for name in loopbacks if name not in devices and name in variables]
    return Network(
        topology,
        loopbacks,
        given["controller"] or None,
        tuple(Demand(**each) for each in given["demands"]),
        devices_from_data(devices_data(variables, others), "inventory") if others else {},
    )


def result_of(done: Configuration) -> dict[str, Any]:
    """Return what a module gives back to Ansible."""
    hosts = {name: {**each.to_dict(), **each.data} for name, each in done.hosts.items()}
    left = [each.message for each in done.hosts.values() if each.data.get("drained")]
    return {
        "changed": done.changed,
        "hosts": hosts,
        "diff": done.diff,
        "waves": [list(wave) for wave in done.waves],
        "warnings": left,
        "ansible_facts": {"device_results": device_results(done.hosts)},
    }


def permission(token: str, check_current: Callable[[], None] = lambda: None) -> Permit:
    """Return what asks the gate before each write.

    Args:
        token: What role `change_gate` left.
        check_current: Raises where what is to be written must no longer be.
    """
    ledger = Database()
    parent = os.getppid()

    def permit(device: str) -> None:
        check_current()
        if os.getppid() != parent:
            # Whoever started this is dead, and nobody would hear what became of it.
            raise ConfigureError(f"{device}: not written to, for its ansible-playbook has ended")
        check(token, device, ledger)

    return permit


def _planned(names: list[str], opened: OpenPlan) -> list[str]:
    """Return the devices of a play that a plan is for; none is a failure."""
    chosen = [name for name in names if name in opened.plan.limit]
    if not chosen:
        meant = ", ".join(opened.plan.limit)
        raise ConfigureError(f"{opened.plan.id} is for {meant}, and none of them was selected")
    return chosen


def _rendered(
    devices: Iterable[str], variables: Mapping[str, Any], network: Mapping[str, Any]
) -> dict[str, str]:
    text = meant(variables, devices, network)
    return {name: text(name) for name in devices}

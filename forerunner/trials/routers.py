"""Routers of a lab as trials speak to them: read, spoil, and change without a playbook."""

from collections.abc import Callable, Mapping
from typing import Any

from forerunner.configure import Configuration, Network, Terms, configure
from forerunner.configure.health import Patience
from forerunner.configure.intent import Intended
from forerunner.dialects import frr
from forerunner.fleet import Device
from forerunner.lab import Lab
from forerunner.lab.daemons import ask

QUICK = Patience(1.0, 3.0)
"""For changes whose harm shows at once."""


def running(lab: Lab, router: str) -> str:
    """Return what a router runs, noise masked."""
    return frr.running_config(ask(lab, router, frr.SHOW_RUNNING_CONFIG))


def with_lines(config: str, *lines: str) -> str:
    """Return a configuration with lines more at its end."""
    return config.removesuffix("end\n") + "\n".join([*lines, "end"]) + "\n"


def device(lab: Lab, router: str) -> Device:
    """Return how a router's command line is reached."""
    address = lab.management_address(router)
    return Device(router, address, "netops", lab.key("netops"), lab.known_hosts, "frr")


def network(lab: Lab, **more: Any) -> Network:
    """Return what order and checks depend on; `more` are fields of `Network`."""
    loopbacks = {name: str(data["loopback"]) for name, data in lab.network["routers"].items()}
    return Network(lab.topology, loopbacks, **more)


def permitted(device: str) -> None:
    """Permit every write: a trial has its lab for itself."""
    del device


def terms(lab: Lab, permit: Callable[[str], None] = permitted, **more: Any) -> Terms:
    """Return terms with consent to write and quick checks; `more` are fields of `Terms`."""
    given: dict[str, Any] = {"allow_change": True, "timer_s": 30.0, "patience": QUICK, **more}
    return Terms(permit, lab.key("agent"), **given)


def bring(lab: Lab, targets: Mapping[str, str], **more: Any) -> Configuration:
    """Bring routers to whole configurations, management out of band."""
    devices = {name: device(lab, name) for name in targets}
    return configure(devices, Intended(targets), terms(lab, **more), network(lab))


def guards_armed(lab: Lab, router: str) -> frozenset[str]:
    """Return the guards that a router knows of: each stands for a change that was begun there."""
    files = (lab.router_directory(router) / "agent").glob("guard-*")
    return frozenset(path.stem for path in files)

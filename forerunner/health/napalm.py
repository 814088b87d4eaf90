"""Observing the platforms that NAPALM has a driver for, through its getters."""

from collections.abc import Callable, Mapping
from typing import Any

from forerunner.health.declaration import ANY, Declared
from forerunner.health.finding import Observed, Value

Values = Mapping[str, Value]
Getter = Callable[[Any, Mapping[str, Any]], Values]


def observe(driver: Any, declared: Declared) -> dict[str, Observed]:
    """Return what an open driver says about each check that it has a getter for.

    Args:
        driver: A NAPALM driver, open.
        declared: What is declared of the device.
    """
    found: dict[str, Observed] = {}
    for name, fields in declared.items():
        if name not in GETTERS:
            continue
        try:
            found[name] = Observed(GETTERS[name](driver, fields))
        except RuntimeError as error:
            # What a driver raises that lacks a getter is of this kind; whatever else is, failed.
            if type(error) is RuntimeError:
                found[name] = Observed(problem=f"the getter failed: {error}")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            found[name] = Observed(problem=f"the getter's answer cannot be read: {error!r}")
    return found


def _sessions(driver: Any, _: Mapping[str, Any]) -> Values:
    found: dict[str, Value] = {}
    for instance in driver.get_bgp_neighbors().values():
        for address, peer in instance["peers"].items():
            found[address] = "established" if peer["is_up"] else "down"
    return found


def _interfaces(driver: Any, _: Mapping[str, Any]) -> Values:
    return {name: _state(data) for name, data in driver.get_interfaces().items()}


def _state(data: Mapping[str, Any]) -> str:
    if not data["is_enabled"]:
        return "shut down"
    return "up" if data["is_up"] else "down"


def _errors(driver: Any, _: Mapping[str, Any]) -> Values:
    counters = driver.get_interfaces_counters()
    return {name: _known(each["rx_errors"], each["tx_errors"]) for name, each in counters.items()}


def _known(*counts: float) -> Value:
    # NAPALM says -1 where the device does not count.
    return "not counted" if min(counts) < 0 else float(sum(counts))


def _routes(driver: Any, fields: Mapping[str, Any]) -> Values:
    found = {prefix: driver.get_route_to(prefix).get(prefix, []) for prefix in fields["present"]}
    return {
        prefix: "present" if any(each.get("current_active") for each in ways) else "not installed"
        for prefix, ways in found.items()
        if ways
    }


def _reached(driver: Any, fields: Mapping[str, Any]) -> Values:
    return {address: _arrival(driver.ping(address)) for address in fields["addresses"]}


def _arrival(answer: Mapping[str, Any]) -> str:
    done = answer.get("success", {})
    arrived = done.get("probes_sent", 0) > done.get("packet_loss", 0)
    return "reachable" if arrived else "not reached"


def _version(driver: Any, _: Mapping[str, Any]) -> Values:
    return {"version": str(driver.get_facts()["os_version"])}


def _clock(driver: Any, _: Mapping[str, Any]) -> Values:
    servers = driver.get_ntp_stats()
    chosen = any(each["synchronized"] for each in servers)
    return {ANY: "synchronised" if chosen else f"by none of {len(servers)} servers"}


GETTERS: Mapping[str, Getter] = {
    "bgp_sessions": _sessions,
    "interfaces": _interfaces,
    "interface_errors": _errors,
    "routes": _routes,
    "reachable": _reached,
    "software": _version,
    "ntp": _clock,
}

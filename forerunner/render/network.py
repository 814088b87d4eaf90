"""The lab's network as one structure (`network_data`), and the intent of each router in it."""

from collections.abc import Mapping
from typing import Any

from netaddr import IPNetwork

from forerunner.errors import InvalidData
from forerunner.render.defaults import complete
from forerunner.schema import check
from forerunner.topology import Topology

_NAME = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_-]*$"}
_ADDRESS = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+){3}$"}
_PREFIX = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+){3}/[0-9]+$"}
_SECONDS = {"type": "integer", "minimum": 1, "maximum": 65535}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _by_name(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "propertyNames": _NAME, "additionalProperties": values}


NETWORK_SCHEMA = _object(
    {
        "links": {"type": "array"},
        "ospf": _object(
            {
                "hello_interval": _SECONDS,
                "dead_interval": _SECONDS,
                "retransmit_interval": _SECONDS,
            }
        ),
        "routers": _by_name(
            _object(
                {
                    "loopback": _ADDRESS,
                    "bgp_as": {"type": "integer", "minimum": 1, "maximum": 4294967295},
                    "bgp_prefixes": {"type": "array", "items": _PREFIX},
                }
            )
        ),
        "hosts": _by_name(_object({"router": _NAME, "subnet": _PREFIX})),
    }
)


def check_network(network: Mapping[str, Any], source: str = "network_data") -> Topology:
    """Check the inventory's `network_data` and return its topology.

    Raises:
        InvalidData: Names `source`, the field and the problem.
    """
    check(network, NETWORK_SCHEMA, source)
    topology = Topology.from_data(network["links"], f"{source}.links")
    for router in topology.routers:
        if router not in network["routers"]:
            raise InvalidData(source, "links", f"{router} is no router of the inventory")
    for name, host in network["hosts"].items():
        if host["router"] not in network["routers"]:
            raise InvalidData(source, f"hosts.{name}.router", f"{host['router']} is no router")
    return topology


def router_data(name: str, network: Mapping[str, Any]) -> dict[str, Any]:
    """Return the complete intent of one router of the network, as `router_config` takes it.

    Args:
        name: Inventory name of the router.
        network: The inventory's `network_data`.

    Raises:
        InvalidData: `network` does not fit, or there is no such router.
    """
    return complete("frr", name, router_sections(name, network))


def router_sections(name: str, network: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections of the model that the network's data gives for a router.

    Raises:
        InvalidData: `network` does not fit, or there is no such router.
    """
    topology = check_network(network)
    _check_router(name, network)
    router = network["routers"][name]
    return {
        "interfaces": _interfaces(name, topology, network),
        # Without RFC 2328's MinLSInterval and MinLSArrival (5 s and 1 s), which a small network
        # does not need: a second change within them would wait, and databases would load in
        # rounds of the retransmit interval.
        "ospf": {"router_id": router["loopback"], "min_ls_interval": 0, "min_ls_arrival": 0},
        "bgp": _bgp(name, network),
        # What BGP announces must be in the routing table.
        "static_routes": [{"prefix": each, "discard": True} for each in router["bgp_prefixes"]],
    }


def _check_router(name: str, network: Mapping[str, Any]) -> None:
    if name not in network["routers"]:
        known = ", ".join(network["routers"])
        problem = f"no router is called {name!r}; it has {known}"
        raise InvalidData("network_data", "routers", problem)


def _interfaces(name: str, topology: Topology, network: Mapping[str, Any]) -> list[dict[str, Any]]:
    loopback = network["routers"][name]["loopback"]
    timers = dict(network["ospf"])
    interfaces = [
        {
            "name": way.interface,
            "description": f"link {link.name}",
            "ipv4": [f"{way.address}/{IPNetwork(link.subnet).prefixlen}"],
            "ospf": {"area": 0, "cost": link.cost, "network_type": "point-to-point", **timers},
        }
        for link in topology.links
        for way in link.directions
        if way.host == name
    ]
    for host, data in network["hosts"].items():
        if data["router"] == name:
            interfaces.append(_host_interface(host, IPNetwork(data["subnet"])))
    interfaces.sort(key=lambda interface: str(interface["name"]))
    return [{"name": "lo", "ipv4": [f"{loopback}/32"], "ospf": {"area": 0}}, *interfaces]


def _host_interface(host: str, subnet: IPNetwork) -> dict[str, Any]:
    return {
        "name": f"to-{host}",
        "description": f"host {host}",
        "ipv4": [f"{subnet[1]}/{subnet.prefixlen}"],
        "ospf": {"area": 0, "passive": True},
    }


def _bgp(name: str, network: Mapping[str, Any]) -> dict[str, Any]:
    router = network["routers"][name]
    return {
        "as": router["bgp_as"],
        "router_id": router["loopback"],
        "networks": list(router["bgp_prefixes"]),
        "neighbors": [_neighbor(*each, router["bgp_as"]) for each in _peers(name, network)],
    }


def _neighbor(name: str, address: str, number: int) -> dict[str, Any]:
    return {
        "address": address,
        "remote_as": number,
        "description": name,
        "update_source": "lo",
        "connect_retry": 5,
    }


def _peers(name: str, network: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (peer, data["loopback"])
        for peer, data in network["routers"].items()
        if peer != name and data["bgp_as"] == network["routers"][name]["bgp_as"]
    ]

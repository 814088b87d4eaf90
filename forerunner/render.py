"""Rendering a router's configuration from plain data."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, UndefinedError

from forerunner import home
from forerunner.errors import ForerunnerError, InvalidData
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


class RenderError(ForerunnerError):
    """A template is missing or asks for data that the host does not have."""


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
    """Return what the templates need to know about one router.

    Args:
        name: Inventory name of the router.
        network: The inventory's `network_data`.

    Returns:
        `hostname`, `loopback`, `ospf`, `interfaces` and `bgp`: plain data.

    Raises:
        InvalidData: `network` does not fit, or there is no such router.
    """
    topology = check_network(network)
    _check_router(name, network)
    return {
        "hostname": name,
        "loopback": network["routers"][name]["loopback"],
        "ospf": dict(network["ospf"]),
        "interfaces": _interfaces(name, topology, network),
        "bgp": _bgp(name, network),
    }


def _check_router(name: str, network: Mapping[str, Any]) -> None:
    if name not in network["routers"]:
        known = ", ".join(network["routers"])
        problem = f"no router is called {name!r}; it has {known}"
        raise InvalidData("network_data", "routers", problem)


def router_config(platform: str, host: Mapping[str, Any]) -> str:
    """Render a router's whole configuration.

    Args:
        platform: Name of the directory below templates/, as `frr`.
        host: Plain data, as `router_data` returns it.

    Raises:
        RenderError: There is no template for the platform, or `host` lacks what it asks for.
    """
    directory = home.root() / "templates" / platform
    try:
        return _environment(directory).get_template(f"{platform}.conf.j2").render(**host)
    except TemplateNotFound:
        raise RenderError(f"{directory} has no {platform}.conf.j2") from None
    except UndefinedError as error:
        name = host.get("hostname", "host")
        raise RenderError(f"{name}: template {platform}.conf.j2: {error}") from error


def _environment(directory: Path) -> Environment:
    # Configuration is plain text: HTML escaping would corrupt it.
    return Environment(
        loader=FileSystemLoader(directory),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )


def _interfaces(name: str, topology: Topology, network: Mapping[str, Any]) -> list[dict[str, Any]]:
    interfaces = [
        {
            "name": way.interface,
            "description": f"link {link.name}",
            "address": f"{way.address}/{IPv4Network(link.subnet).prefixlen}",
            "cost": link.cost,
            "peer": way.peer,
        }
        for link in topology.links
        for way in link.directions
        if way.host == name
    ]
    for host, data in network["hosts"].items():
        if data["router"] == name:
            interfaces.append(_host_interface(host, IPv4Network(data["subnet"])))
    return sorted(interfaces, key=lambda interface: str(interface["name"]))


def _host_interface(host: str, subnet: IPv4Network) -> dict[str, Any]:
    return {
        "name": f"to-{host}",
        "description": f"host {host}",
        "address": f"{subnet.network_address + 1}/{subnet.prefixlen}",
        "cost": None,
        "peer": None,
    }


def _bgp(name: str, network: Mapping[str, Any]) -> dict[str, Any]:
    router = network["routers"][name]
    return {
        "as": router["bgp_as"],
        "prefixes": list(router["bgp_prefixes"]),
        "neighbors": _neighbors(name, network),
    }


def _neighbors(name: str, network: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"name": peer, "address": data["loopback"]}
        for peer, data in network["routers"].items()
        if peer != name and data["bgp_as"] == network["routers"][name]["bgp_as"]
    ]

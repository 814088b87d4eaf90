"""What a lab is: its name, its addresses, its namespaces and where it keeps things."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Self

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.lab.errors import LabError, LabNotUp
from forerunner.render import check_network
from forerunner.topology import Direction, Link, Topology

RUN = Path("/run/forerunner")
FIRST_ROUTER_ADDRESS = 11
_MANIFEST = "manifest.json"
_LONGEST_NAME = 10


@dataclass(frozen=True)
class Lab:
    """A lab, wanted or built.

    Attributes:
        name: As `fr0`; begins the name of every namespace.
        management_network: A /24; the root namespace has .1, router i .10+i; then come the hosts.
        directory: Where keys, `known_hosts` and `snmp.json` are, as var/lab.
        owner: Root directory of the checkout that the lab belongs to.
        network: The inventory's `network_data`.
        controller: Traffic host in whose place this machine stands: it reaches the routers'
            loopbacks through the network itself, in band. Empty: there is a management network.
    """

    name: str
    management_network: str
    directory: Path
    owner: Path
    network: Mapping[str, Any]
    controller: str = ""

    @classmethod
    def wanted(
        cls,
        name: str,
        management_network: str,
        directory: Path,
        network: Mapping[str, Any],
        controller: str = "",
    ) -> Self:
        """Return the lab that this checkout wants, checked.

        Raises:
            InvalidData: The network's data does not fit.
            LabError: The name or the management network does not fit.
        """
        if not name.isalnum() or not name.isascii() or len(name) > _LONGEST_NAME:
            raise LabError(f"lab_name {name!r}: use at most {_LONGEST_NAME} letters and digits")
        check_network(network)
        try:
            hosts = IPv4Network(management_network).num_addresses - 2
        except ValueError as error:
            raise InvalidData("lab_management_network", "", str(error)) from None
        if len(network["routers"]) + len(network["hosts"]) + FIRST_ROUTER_ADDRESS > hosts:
            raise InvalidData("lab_management_network", "", "too small for the routers and hosts")
        _check_in_band(network, management_network, controller)
        return cls(name, management_network, directory.resolve(), home.root(), network, controller)

    @classmethod
    def open(cls, name: str | int | None = None) -> Self:
        """Return a lab that is up.

        Args:
            name: Its name (`fr0`) or index (0); by default `FORERUNNER_LAB_INDEX`, else 0.

        Raises:
            LabNotUp: There is none, or its build did not end.
        """
        if name is None:
            name = os.environ.get("FORERUNNER_LAB_INDEX") or 0
        name = name if isinstance(name, str) and not name.isdigit() else f"fr{name}"
        try:
            data = json.loads((RUN / name / _MANIFEST).read_text())
        except FileNotFoundError:
            raise LabNotUp(
                f"lab {name} is not up; build it with: ansible-playbook playbooks/build_lab.yml"
            ) from None
        return cls(**data | {"directory": Path(data["directory"]), "owner": Path(data["owner"])})

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON data that `open` reads back."""
        return {
            "name": self.name,
            "management_network": self.management_network,
            "directory": str(self.directory),
            "owner": str(self.owner),
            "network": self.network,
            "controller": self.controller,
        }

    def write_manifest(self) -> None:
        """Say that the lab is up: from here on `open` finds it."""
        path = self.state / _MANIFEST
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(self.to_data(), indent=1))
        temporary.rename(path)

    @property
    def is_up(self) -> bool:
        """Return whether its build came to its end."""
        return (self.state / _MANIFEST).exists()

    @property
    def state(self) -> Path:
        """Return the directory of sockets, logs and the journal."""
        return RUN / self.name

    @cached_property
    def topology(self) -> Topology:
        """Return the links between the routers."""
        return Topology.from_data(self.network["links"])

    @property
    def routers(self) -> tuple[str, ...]:
        """Return the routers' names in the inventory's order."""
        return tuple(self.network["routers"])

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the traffic hosts' names in the inventory's order, without the controller."""
        return tuple(name for name in self.network["hosts"] if name != self.controller)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Return routers and traffic hosts: all that have a namespace and an SSH server."""
        return (*self.routers, *self.hosts)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return all network namespaces of the lab, the management bridge's first."""
        nodes = tuple(self.namespace(node) for node in self.nodes)
        return nodes if self.controller else (self.management_namespace, *nodes)

    @property
    def management_namespace(self) -> str:
        """Return the namespace that holds the management bridge."""
        return f"{self.name}-mgmt"

    @property
    def management_interface(self) -> str:
        """Return the interface in the root namespace that leads to the routers."""
        return f"{self.name}-mgmt0"

    @property
    def known_hosts(self) -> Path:
        """Return the file with the SSH host keys of routers and traffic hosts."""
        return self.directory / "known_hosts"

    @property
    def agent(self) -> Path:
        """Return the script that the routers run as their agent."""
        return self.state / "agent" / "forerunner" / "agent" / "main.py"

    def namespace(self, node: str) -> str:
        """Return the network namespace of a router or traffic host."""
        return f"{self.name}-{node}"

    def router_directory(self, router: str) -> Path:
        """Return the directory of a router's, or a traffic host's, sockets and logs."""
        return self.state / router

    def management_address(self, node: str | None = None) -> str:
        """Return the management address of a router or traffic host; else the root namespace's."""
        if self.controller and node in self.routers:
            return str(self.network["routers"][node]["loopback"])
        if self.controller:
            return self.host_address(node or self.controller)
        offset = 1 if node is None else FIRST_ROUTER_ADDRESS + self.nodes.index(node)
        return str(IPv4Network(self.management_network).network_address + offset)

    def host_address(self, host: str) -> str:
        """Return a traffic host's address; its router has the one before."""
        return str(IPv4Network(self.network["hosts"][host]["subnet"]).network_address + 2)

    def key(self, account: str) -> Path:
        """Return the private SSH key of `netops`, `agent` or `probe`."""
        return self.directory / "keys" / account

    def link(self, name: str) -> Link:
        """Return a link by its name.

        Raises:
            UnknownLink: Lists the links that there are.
        """
        return self.topology.link(name)

    def directions(self, router: str) -> tuple[Direction, ...]:
        """Return the directions in which a router sends."""
        ways = (way for link in self.topology.links for way in link.directions)
        return tuple(way for way in ways if way.host == router)


def _check_in_band(network: Mapping[str, Any], management_network: str, controller: str) -> None:
    """Raise unless the controller, if there is one, can reach all routers by a route of its own."""
    if not controller:
        return
    if controller not in network["hosts"]:
        problem = f"{controller!r} is no traffic host; name one of {', '.join(network['hosts'])}"
        raise InvalidData("lab_network_controller", "", problem)
    managed = IPv4Network(management_network)
    where = {
        f"hosts.{controller}.subnet": network["hosts"][controller]["subnet"],
        **{f"routers.{name}.loopback": x["loopback"] for name, x in network["routers"].items()},
    }
    for field, address in where.items():
        if not IPv4Network(address).subnet_of(managed):
            problem = f"{address} must be in {managed}, by which the controller reaches it"
            raise InvalidData("network_data", field, problem)

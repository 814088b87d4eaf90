"""The network as a graph: routers, the links between them, and the directions of a link."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any, Self

import networkx as nx

from forerunner.errors import ForerunnerError, InvalidData
from forerunner.schema import check

LINKS_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "ends": {
                "type": "array",
                "items": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"},
                "minItems": 2,
                "maxItems": 2,
                "uniqueItems": True,
            },
            "subnet": {"type": "string"},
            "capacity": {"type": "number", "exclusiveMinimum": 0},
            "cost": {"type": "integer", "minimum": 1, "maximum": 65534},
        },
        "required": ["ends", "subnet", "capacity", "cost"],
        "additionalProperties": False,
    },
}


class UnknownLink(ForerunnerError):
    """A link was named that the inventory does not hold."""


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction of a link: the traffic that `host` sends out of `interface` to `peer`.

    Attributes:
        link: Name of the link.
        host: Router that sends.
        interface: Its interface on the link.
        address: Its address on the link, without prefix length.
        peer: Router at the other end.
        peer_address: Address of the other end.
    """

    link: str
    host: str
    interface: str
    address: str
    peer: str
    peer_address: str

    @property
    def name(self) -> str:
        """Return the direction's name, as `r1>r3`."""
        return f"{self.host}>{self.peer}"


@dataclass(frozen=True)
class Link:
    """A point-to-point link.

    Attributes:
        ends: The two routers, as the inventory orders them.
        subnet: Its /30 or /31; the first end has the first host address.
        capacity: In bit/s, each way.
        cost: OSPF cost when in service.
    """

    ends: tuple[str, str]
    subnet: str
    capacity: float
    cost: int

    @property
    def name(self) -> str:
        """Return the link's name, as `r1:r3`."""
        return ":".join(self.ends)

    @cached_property
    def directions(self) -> tuple[Direction, Direction]:
        """Return both directions, the one from the first end first."""
        one, two = self.ends
        low, high = (str(host) for host in IPv4Network(self.subnet).hosts())
        return (
            Direction(self.name, one, f"to-{two}", low, two, high),
            Direction(self.name, two, f"to-{one}", high, one, low),
        )


@dataclass(frozen=True)
class Topology:
    """The links of a network."""

    links: tuple[Link, ...]

    @classmethod
    def from_data(cls, links: Iterable[Mapping[str, Any]], source: str = "network_links") -> Self:
        """Build the topology from the inventory's `network_links`.

        Raises:
            InvalidData: A field has the wrong type, a subnet is no /30 or /31, or a link or
                a subnet stands there twice; names `source`, the field and the fix.
        """
        plain = list(links)
        check(plain, LINKS_SCHEMA, source)
        seen: set[frozenset[str] | str] = set()
        for index, link in enumerate(plain):
            _check_subnet(link["subnet"], f"[{index}].subnet", source)
            for field, value in (("ends", frozenset(link["ends"])), ("subnet", link["subnet"])):
                if value in seen:
                    raise InvalidData(source, f"[{index}].{field}", "it stands there twice")
                seen.add(value)
        return cls(
            tuple(Link(tuple(x["ends"]), x["subnet"], x["capacity"], x["cost"]) for x in plain)
        )

    def to_data(self) -> list[dict[str, Any]]:
        """Return the plain data that `from_data` reads."""
        return [
            {"ends": list(x.ends), "subnet": x.subnet, "capacity": x.capacity, "cost": x.cost}
            for x in self.links
        ]

    @cached_property
    def routers(self) -> tuple[str, ...]:
        """Return the routers, each once, in the order of the links."""
        return tuple(dict.fromkeys(end for link in self.links for end in link.ends))

    @cached_property
    def beside(self) -> Mapping[str, tuple[str, ...]]:
        """Return by router those that it has a link to."""
        ends = [pair for link in self.links for pair in (link.ends, link.ends[::-1])]
        return {
            router: tuple(dict.fromkeys(other for one, other in ends if one == router))
            for router in self.routers
        }

    def link(self, name: str) -> Link:
        """Return a link by its name, its ends in either order.

        Raises:
            UnknownLink: Lists the links that there are.
        """
        for link in self.links:
            if name in (link.name, ":".join(reversed(link.ends))):
                return link
        known = ", ".join(link.name for link in self.links)
        raise UnknownLink(f"link {name!r} is not in the inventory; it has {known}")

    def graph(self, costs: Mapping[str, int] | None = None) -> "nx.DiGraph[str]":
        """Return the directed graph; edges carry `direction`, `capacity` (bit/s) and `cost`.

        Args:
            costs: OSPF cost by direction name (`r1>r3`) where it is not the inventory's.
        """
        costs = costs or {}
        graph: nx.DiGraph[str] = nx.DiGraph()
        for link in self.links:
            for way in link.directions:
                cost = costs.get(way.name, link.cost)
                graph.add_edge(way.host, way.peer, direction=way, capacity=link.capacity, cost=cost)
        return graph


def _check_subnet(subnet: str, field: str, source: str) -> None:
    try:
        network = IPv4Network(subnet)
    except ValueError as error:
        raise InvalidData(source, field, f"{error}; write it as 10.1.13.0/30") from None
    if network.prefixlen not in (30, 31):
        raise InvalidData(source, field, f"{subnet} is no point-to-point subnet; use a /30 or /31")

"""The topology as routers see it: who is adjacent to whom, where, and who of both says so."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from ipaddress import ip_address, ip_interface
from typing import Any, Self

from forerunner.evidence.seen import Announced, Neighbour, Seen
from forerunner.schema import check

Views = Mapping[str, Seen | None]
"""What each router says, by its inventory name; None where it could not be asked."""

_END = {
    "type": "object",
    "properties": {
        "router": {"type": "string"},
        "interface": {"type": "string"},
        "address": {"type": "string"},
        "cost": {"type": ["integer", "null"]},
    },
    "required": ["router", "interface", "address", "cost"],
    "additionalProperties": False,
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "routers": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        "adjacencies": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "ends": {"type": "array", "items": _END, "minItems": 2, "maxItems": 2},
                    "told": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["ends", "told"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["routers", "adjacencies"],
    "additionalProperties": False,
}


@dataclass(frozen=True, order=True)
class End:
    """One end of an adjacency.

    Attributes:
        router: Inventory name; the OSPF router identifier of one that the inventory lacks.
        interface: Empty where only the other end could be asked.
        address: Without prefix length.
        cost: OSPF cost; None where nobody says it.
    """

    router: str
    interface: str
    address: str
    cost: int | None

    def __str__(self) -> str:
        return f"{self.router} {self.interface or self.address}"


@dataclass(frozen=True)
class Adjacency:
    """Two routers that are neighbours in full.

    Attributes:
        ends: Both, in their order.
        told: Routers that say so.
    """

    ends: tuple[End, End]
    told: tuple[str, ...]

    @property
    def routers(self) -> frozenset[str]:
        """Return both routers."""
        return frozenset(end.router for end in self.ends)

    def __str__(self) -> str:
        return " - ".join(map(str, self.ends))


@dataclass(frozen=True)
class Observation:
    """The topology at a moment.

    Attributes:
        routers: OSPF router identifier by inventory name; None where it could not be asked.
        adjacencies: In their order.
    """

    routers: Mapping[str, str | None]
    adjacencies: tuple[Adjacency, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data, the same for the same topology."""
        plain = [asdict(each) for each in self.adjacencies]
        return {"routers": dict(sorted(self.routers.items())), "adjacencies": plain}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], source: str) -> Self:
        """Build it from plain data.

        Raises:
            InvalidData: Names `source` and the field when the data does not fit.
        """
        check(data, _SCHEMA, source)
        found = [
            Adjacency((End(**each["ends"][0]), End(**each["ends"][1])), tuple(each["told"]))
            for each in data["adjacencies"]
        ]
        return cls(dict(data["routers"]), tuple(found))


def observe(views: Views, router_ids: Mapping[str, str]) -> Observation:
    """Return the topology as routers see it.

    Args:
        views: What they say.
        router_ids: Router identifier of each router as the inventory states it: those that could
            not be asked are known by it.
    """
    area = _Area(views, router_ids)
    told: dict[tuple[End, End], set[str]] = {}
    for near, far in area.adjacent():
        told.setdefault((min(near, far), max(near, far)), set()).add(near.router)
    found = [Adjacency(ends, tuple(sorted(who))) for ends, who in told.items()]
    routers = {name: None if seen is None else seen.router_id for name, seen in views.items()}
    return Observation(routers, tuple(sorted(found, key=lambda each: each.ends)))


class _Area:
    """Who is who: by router identifier, by address, and what the area announces."""

    def __init__(self, views: Views, router_ids: Mapping[str, str]) -> None:
        self._views = views
        self._owners: dict[str, list[tuple[str, str]]] = {}
        self._names: dict[str, list[str]] = {}
        for name, seen in views.items():
            self._names.setdefault(seen.router_id if seen else router_ids.get(name, ""), []).append(
                name
            )
            for interface, port in seen.ports.items() if seen else ():
                for address in port.hosts:
                    self._owners.setdefault(address, []).append((name, interface))
        self._announced: dict[tuple[str, str], Announced] = {
            (each.router_id, each.address): each
            for seen in views.values()
            for each in (seen.database if seen else ())
        }

    def adjacent(self) -> Iterator[tuple[End, End]]:
        """Yield both ends of each adjacency as each router tells it, its own first."""
        for name, seen in self._views.items():
            for neighbour in seen.neighbours if seen else ():
                if seen and neighbour.state == "full":
                    yield self._near(name, seen, neighbour), self._far(neighbour)

    @staticmethod
    def _near(name: str, seen: Seen, neighbour: Neighbour) -> End:
        port = seen.ports.get(neighbour.interface)
        addresses = port.addresses if port else ()
        # Of several addresses the one of the neighbour's subnet.
        ours = [each for each in addresses if _holds(each, neighbour.address)] or addresses
        address = "".join(ours[:1]).partition("/")[0]
        return End(name, neighbour.interface, address, port.cost if port else None)

    def _far(self, neighbour: Neighbour) -> End:
        names = self._names.get(neighbour.router_id, [])
        for name, interface in self._owners.get(neighbour.address, []):
            seen = self._views[name]
            if name in names and seen is not None:
                return End(name, interface, neighbour.address, seen.ports[interface].cost)
        known = self._announced.get((neighbour.router_id, neighbour.address))
        router = names[0] if names else neighbour.router_id
        return End(router, "", neighbour.address, known.cost if known else None)


def _holds(address: str, other: str) -> bool:
    return ip_address(other) in ip_interface(address).network

"""What one router says: its interfaces, its OSPF neighbours, the area's database, its ARP table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from forerunner.collect.arp import Heard


@dataclass(frozen=True)
class Port:
    """An interface.

    Attributes:
        index: Its ifIndex.
        state: `up`, `down` or `shut down`.
        addresses: IPv4, with their prefix lengths.
        mac: MAC address; empty where it has none.
        cost: OSPF cost; None where OSPF does not run on it.
    """

    index: int
    state: str
    addresses: tuple[str, ...] = ()
    mac: str = ""
    cost: int | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """Return its addresses without their prefix lengths."""
        return frozenset(address.partition("/")[0] for address in self.addresses)


@dataclass(frozen=True)
class Neighbour:
    """An OSPF neighbour.

    Attributes:
        interface: Where it is heard.
        router_id: Who it says it is.
        address: Its address there.
        state: As OSPF's, in small letters: `full`, `2-way`, `init`.
    """

    interface: str
    router_id: str
    address: str
    state: str


@dataclass(frozen=True)
class Announced:
    """An end of a link as the area knows it.

    Attributes:
        router_id: Who announces it.
        address: Its own address on the link.
        neighbour: Router identifier at the other end.
        cost: Metric.
    """

    router_id: str
    address: str
    neighbour: str
    cost: int


@dataclass(frozen=True)
class Seen:
    """What one router says.

    Attributes:
        router_id: OSPF router identifier; empty where OSPF does not run.
        ports: By interface.
        neighbours: Of OSPF.
        database: The area's links.
        heard: The ARP table; empty where nobody may ask for it.
        problem: Why there is no ARP table in it.
    """

    router_id: str
    ports: Mapping[str, Port]
    neighbours: tuple[Neighbour, ...] = ()
    database: tuple[Announced, ...] = ()
    heard: tuple[Heard, ...] = field(default=())
    problem: str = ""

"""What the inventory states of the links against what routers see; all differences, none mended."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network
from typing import Any, Literal

from forerunner.dialects.frr import MAXIMUM_COST
from forerunner.evidence.observation import Adjacency, Observation, Views, observe
from forerunner.evidence.seen import Port, Seen
from forerunner.topology import Direction, Link, Topology

Kind = Literal[
    "missing link", "one-sided adjacency", "unexpected link", "wrong interface", "wrong subnet",
    "wrong cost", "duplicate router id", "duplicate address",
]  # fmt: skip


@dataclass(frozen=True, order=True)
class Difference:
    """Something that is not as the inventory states it.

    Attributes:
        kind: What differs.
        subject: Link, router identifier or address that it is about.
        routers: Those that fail by it.
        message: What is so, and what ought to be.
    """

    kind: Kind
    subject: str
    routers: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.message}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


def compare(
    topology: Topology, views: Views, router_ids: Mapping[str, str] | None = None
) -> list[Difference]:
    """Return where routers see something else than the inventory states, in their order.

    A link that a drain has emptied (cost 65535) differs in nothing: it goes back by itself.

    Args:
        topology: The inventory's links.
        views: What routers say; None for one that could not be asked. Of it nothing is told but
            what the others know of it.
        router_ids: Router identifier of each router as the inventory states it.
    """
    stated = router_ids or {}
    seen = _Compared(topology, views, observe(views, stated), stated, _owners(views))
    found = {*seen.links(), *seen.strangers(), *_duplicate_ids(views), *_duplicate_addresses(views)}
    return sorted(found)


@dataclass(frozen=True)
class _Compared:
    """Everything that a link is judged by."""

    topology: Topology
    views: Views
    observed: Observation
    router_ids: Mapping[str, str]
    owners: Mapping[str, tuple[str, str]]

    def links(self) -> Iterator[Difference]:
        """Yield what is wrong with each link of the inventory."""
        for link in self.topology.links:
            if any(self.views.get(end) for end in link.ends):
                yield from self._link(link)
            elif self._forgotten(link):
                yield Difference(
                    "missing link", link.name, _asked(link.ends, self.views),
                    "neither end could be asked, and the area does not know it",
                )  # fmt: skip

    def strangers(self) -> Iterator[Difference]:
        """Yield the adjacencies that the inventory does not state."""
        meant = {frozenset(link.ends): link for link in self.topology.links}
        for each in self.observed.adjacencies:
            link = meant.get(each.routers)
            if link is None:
                yield self._unexpected(each)
            elif not _is_at(each, link) and any(
                _is_at(other, link) for other in self.observed.adjacencies
            ):
                # Where no other is, this one is the link, at a wrong interface.
                yield self._unexpected(each)

    def _unexpected(self, each: Adjacency) -> Difference:
        names = ":".join(end.router for end in each.ends)
        routers = _asked(sorted(each.routers), self.views)
        message = f"{each} are neighbours, and network_links has no such link"
        return Difference("unexpected link", names, routers, message)

    def _link(self, link: Link) -> Iterator[Difference]:
        for way in link.directions:
            view = self.views.get(way.host)
            if view is not None:
                yield from _addressed(link, way, view)
                yield from _costs(link, way, view.ports.get(way.interface))
                yield from self._cabled(link, way, view)
        yield from self._adjacent(link)

    def _adjacent(self, link: Link) -> Iterator[Difference]:
        between = [x for x in self.observed.adjacencies if x.routers == frozenset(link.ends)]
        at = [each for each in between if _is_at(each, link)]
        routers = _asked(link.ends, self.views)
        if not between:
            why = "; ".join(_why_not(way, self.views.get(way.host)) for way in link.directions)
            yield Difference("missing link", link.name, routers, why)
        elif not at:
            meant = " - ".join(f"{way.host} {way.interface}" for way in link.directions)
            message = f"it is {between[0]}, should be {meant}"
            yield Difference("wrong interface", link.name, routers, message)
        for each in at:
            silent = sorted(
                name for name in each.routers if self.views.get(name) and name not in each.told
            )
            if silent:
                message = f"{', '.join(each.told)} says full, {', '.join(silent)} does not"
                yield Difference("one-sided adjacency", link.name, routers, message)

    def _cabled(self, link: Link, way: Direction, seen: Seen) -> Iterator[Difference]:
        """Yield what ARP says against the inventory: another port, or a second one's address."""
        port = seen.ports.get(way.interface)
        there = {x.host: x.interface for x in link.directions}[way.peer]
        for each in seen.heard:
            owner = self.owners.get(each.mac)
            if port is None or each.index != port.index or owner == (way.peer, there):
                continue
            if owner is not None:
                message = f"{way.host} {way.interface} hears {' '.join(owner)} (ARP)"
                yield Difference("wrong interface", link.name, (way.host,), message)
            elif each.address == way.peer_address and self.views.get(way.peer):
                message = f"{way.host} {way.interface} hears it from {each.mac}, not {way.peer}'s"
                yield Difference("duplicate address", each.address, (way.host,), message)

    def _forgotten(self, link: Link) -> bool:
        """Return whether nobody announces a link neither of whose ends could be asked."""
        database = {x for seen in self.views.values() if seen for x in seen.database}
        ids = [self.router_ids.get(end) for end in link.ends]
        if not database or None in ids:
            return False
        return not any({x.router_id, x.neighbour} == set(ids) for x in database)


def _asked(routers: tuple[str, ...] | list[str], views: Views) -> tuple[str, ...]:
    return tuple(name for name in routers if name in views)


def _is_at(each: Adjacency, link: Link) -> bool:
    """Return whether an adjacency is where the link is meant, as far as its ends could be asked."""
    interfaces = {way.host: way.interface for way in link.directions}
    return all(end.interface in ("", interfaces.get(end.router)) for end in each.ends)


def _why_not(way: Direction, seen: Seen | None) -> str:
    if seen is None:
        return f"{way.host} could not be asked"
    port = seen.ports.get(way.interface)
    if port is None:
        return f"{way.host} has no interface {way.interface}"
    if port.state != "up":
        return f"{way.host} {way.interface} is {port.state}"
    if port.cost is None:
        return f"{way.host} does not run OSPF on {way.interface}"
    states = [each.state for each in seen.neighbours if each.interface == way.interface]
    return f"{way.host} has {', '.join(states) or 'no'} neighbour on {way.interface}"


def _addressed(link: Link, way: Direction, seen: Seen) -> Iterator[Difference]:
    port = seen.ports.get(way.interface)
    meant = f"{way.address}/{IPv4Network(link.subnet).prefixlen}"
    if port is None or meant in port.addresses:
        return
    holders = [name for name, each in seen.ports.items() if meant in each.addresses]
    if holders:
        message = f"{way.host} has {meant} on {', '.join(holders)}, should be {way.interface}"
        yield Difference("wrong interface", link.name, (way.host,), message)
        return
    have = ", ".join(port.addresses) or "no address"
    message = f"{way.host} {way.interface} has {have}, should be {meant}"
    yield Difference("wrong subnet", link.name, (way.host,), message)


def _costs(link: Link, way: Direction, port: Port | None) -> Iterator[Difference]:
    if port is None or port.cost in (None, link.cost, MAXIMUM_COST):
        return
    message = f"{way.host} {way.interface} has cost {port.cost}, should be {link.cost}"
    yield Difference("wrong cost", link.name, (way.host,), message)


def _owners(views: Views) -> dict[str, tuple[str, str]]:
    """Return router and interface by MAC address; one that several have tells nothing."""
    found: dict[str, set[tuple[str, str]]] = {}
    for name, seen in views.items():
        for interface, port in seen.ports.items() if seen else ():
            if port.mac:
                found.setdefault(port.mac, set()).add((name, interface))
    return {mac: next(iter(ports)) for mac, ports in found.items() if len(ports) == 1}


def _duplicate_ids(views: Views) -> Iterator[Difference]:
    holders: dict[str, list[str]] = {}
    for name, seen in sorted(views.items()):
        if seen is not None and seen.router_id:
            holders.setdefault(seen.router_id, []).append(name)
    for router_id, names in holders.items():
        if len(names) > 1:
            message = f"{', '.join(names)} say that they are it"
            yield Difference("duplicate router id", router_id, tuple(names), message)


def _duplicate_addresses(views: Views) -> Iterator[Difference]:
    holders: dict[str, list[tuple[str, str]]] = {}
    for name, seen in sorted(views.items()):
        for interface, port in sorted(seen.ports.items()) if seen else ():
            for address in port.hosts:
                holders.setdefault(address, []).append((name, interface))
    for address, ports in holders.items():
        if len(ports) > 1:
            message = f"{', '.join(' '.join(port) for port in ports)} have it"
            routers = tuple(dict.fromkeys(name for name, _ in ports))
            yield Difference("duplicate address", address, routers, message)

"""What one end of a link, and the area seen from it, look like right now."""

from collections.abc import Mapping
from dataclasses import dataclass

from forerunner.dialects import UnreadableAnswer, frr
from forerunner.fleet import Rejected, Session
from forerunner.topology import Direction, Topology

_QUESTIONS = (frr.SHOW_INTERFACES, frr.SHOW_NEIGHBOURS, frr.SHOW_ROUTES, frr.SHOW_DATABASE)


@dataclass(frozen=True)
class EndState:
    """One end of a link.

    Attributes:
        cost: OSPF cost of its interface on the link.
        full: Its interfaces with a neighbour in state Full.
        routes: Prefixes whose path leaves by the link; connected ones do not count.
        metrics: Metric of every direction that the area knows, by the sender's address.
    """

    cost: int
    full: frozenset[str]
    routes: frozenset[str]
    metrics: Mapping[str, int]


async def read_end(session: Session, way: Direction) -> EndState:
    """Ask one router, in one round trip, for all that a drain needs to know.

    Raises:
        Rejected: It answers something else, or does not run OSPF on the interface.
        Unreachable: The session broke off.
    """
    answer = await session.execute("\n".join(_QUESTIONS))
    try:
        interfaces, neighbours, routes, database = frr.documents(answer)
        costs = frr.interface_costs(interfaces)
        by_prefix = frr.route_interfaces(routes)
        used = frozenset(each for each, hops in by_prefix.items() if way.interface in hops)
        full = frr.full_interfaces(neighbours)
        metrics = frr.link_metrics(database)
    except (UnreadableAnswer, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Rejected(way.host, f"its OSPF state cannot be read: {error}") from error
    if way.interface not in costs:
        known = ", ".join(costs) or "none"
        problem = f"OSPF does not run on {way.interface}; it runs on {known}"
        raise Rejected(way.host, problem)
    return EndState(costs[way.interface], full, used, metrics)


def direction_metrics(topology: Topology, metrics: Mapping[str, int]) -> dict[str, int]:
    """Return the metric by direction (`r1>r3`); what the area does not announce is left out."""
    ways = (way for link in topology.links for way in link.directions)
    return {way.name: metrics[way.address] for way in ways if way.address in metrics}


def live_links(topology: Topology, costs: Mapping[str, int]) -> Topology:
    """Return the links that the area knows in both directions: those that traffic can take."""
    return Topology(
        tuple(link for link in topology.links if all(x.name in costs for x in link.directions))
    )


def drained_links(topology: Topology, costs: Mapping[str, int]) -> frozenset[str]:
    """Return the names of the links that are at the maximum metric in either direction."""
    return frozenset(
        link.name
        for link in topology.links
        if any(costs.get(way.name) == frr.MAXIMUM_COST for way in link.directions)
    )

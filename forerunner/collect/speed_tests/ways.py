"""Which links a test's packets may take: all shortest paths, there and back.

Where costs are equal, a router spreads flows over all of them (ECMP), and which one a test will
take is not known beforehand. So a test's links are those of every shortest path, in both
directions, and the access links of its two hosts.

Source: RFC 2328, section 16.1 (equal-cost paths); Dijkstra 1959. Two searches for each router
that hosts stand at: O(E log V) each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import networkx as nx

from forerunner.errors import ForerunnerError, InvalidData
from forerunner.topology import Direction, Topology

Distances = Mapping[str, float]


class NoWay(ForerunnerError):
    """There is no path between two hosts."""


@dataclass(frozen=True)
class Way:
    """What a test occupies.

    Attributes:
        links: Names of all links, access links too: nobody else may test on these meanwhile.
        forward: Names of the directions that may carry what the source sends, as `r1>r3`.
        backward: Of those that may carry the answers.
    """

    links: frozenset[str]
    forward: frozenset[str] = field(default_factory=frozenset)
    backward: frozenset[str] = field(default_factory=frozenset)

    def shares(self, other: "Way") -> bool:
        """Return whether both may use one link."""
        return not self.links.isdisjoint(other.links)


class Ways:
    """The ways between hosts of a network.

    Args:
        topology: The links between routers.
        routers: The router that each host stands at, by the host's name.
        costs: OSPF cost by direction name where it is not the inventory's.

    Raises:
        InvalidData: A host stands at a router that no link leads to.
    """

    def __init__(
        self,
        topology: Topology,
        routers: Mapping[str, str],
        costs: Mapping[str, int] | None = None,
    ) -> None:
        self._graph, self._routers = topology.graph(costs), dict(routers)
        self._reversed = self._graph.reverse(copy=False)
        self._towards: dict[tuple[str, bool], Distances] = {}
        for host, router in self._routers.items():
            if router not in self._graph:
                raise InvalidData(f"host {host}", "router", f"{router!r} is at the end of no link")

    def between(self, source: str, target: str) -> Way:
        """Return what a test from one host to another occupies.

        Raises:
            NoWay: No path leads there, or none back.
        """
        here, there = self._routers[source], self._routers[target]
        forward, backward = list(self._shortest(here, there)), list(self._shortest(there, here))
        if here != there and not (forward and backward):
            raise NoWay(f"no links lead from {source} ({here}) to {target} ({there}) and back")
        access = {f"{here}:{source}", f"{there}:{target}"}
        return Way(
            frozenset(access | {way.link for way in (*forward, *backward)}),
            frozenset(way.name for way in forward),
            frozenset(way.name for way in backward),
        )

    def _shortest(self, source: str, target: str) -> Iterator[Direction]:
        """Yield each direction that is on a shortest path."""
        begin, end = self._distances(source), self._distances(target, backward=True)
        length = begin.get(target)
        for one, two, edge in self._graph.edges(data=True):
            if length is None or one not in begin or two not in end:
                continue
            if begin[one] + edge["cost"] + end[two] == length:
                yield edge["direction"]

    def _distances(self, router: str, backward: bool = False) -> Distances:
        """Return how far each router is from this one, or this one from each."""
        key = (router, backward)
        if key not in self._towards:
            graph = self._reversed if backward else self._graph
            self._towards[key] = nx.single_source_dijkstra_path_length(graph, router, weight="cost")
        return self._towards[key]

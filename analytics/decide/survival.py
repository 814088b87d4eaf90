"""What of a network stays in touch while some of its devices and links may be lost.

A device is reached in band over the network itself, from the router at which the controller
enters it; out of band, no change of the network cuts management. Connectivity is judged for every
subset of what may be lost at once: the more is lost the less is connected, so that all of it is
the worst case for everything but the lost devices themselves.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import networkx as nx

from analytics.decide.drain import split
from forerunner.topology import Topology

Graph: TypeAlias = "nx.DiGraph[str]"
_MOST_NAMES = 6


@dataclass(frozen=True)
class Demand:
    """Traffic that must get through.

    Attributes:
        source: Router at which it enters.
        target: Router at which it leaves.
        load: In bit/s; 0 where only the path matters.
    """

    source: str
    target: str
    load: float = 0.0

    @property
    def name(self) -> str:
        """Return the demand's name, as `r1>r4`."""
        return f"{self.source}>{self.target}"


@dataclass(frozen=True)
class Duties:
    """What a network owes: management of its devices, and its demands.

    Attributes:
        topology: The links, in service.
        controller: Router at which the controller enters; None where management is out of band.
        demands: Traffic that must get through.
        maximum_utilisation: Share of a link's capacity that the demands may fill, 0 to 1.
        down: Devices that do not answer now; nothing counts on them.
    """

    topology: Topology
    controller: str | None = None
    demands: tuple[Demand, ...] = ()
    maximum_utilisation: float = 1.0
    down: frozenset[str] = frozenset()

    def hops(self, device: str) -> int:
        """Return how many links lie between the controller and a device; 0 out of band."""
        return self._hops.get(device, 0)

    def carried(self, device: str) -> float:
        """Return the load in bit/s that crosses a device when nothing is lost."""
        return sum(load for ends, load in self._loads.items() if device in ends)

    def broken(self, devices: Collection[str], links: Collection[str]) -> tuple[str, ...]:
        """Return what would not be kept if these may be lost, all or some; a sentence each.

        What is cut already counts for nothing. Loads are judged with everything lost at once;
        a subset may load a link more where costs are uneven.

        Args:
            devices: Devices that may be lost.
            links: Names of links that may be lost.
        """
        if self.controller is None and not self.demands:
            return ()
        lost = frozenset(devices) - self.down
        left = self._without(lost, links)
        return (*self._unmanaged(lost, left, links), *self._undelivered(lost, left, links))

    @cached_property
    def _graph(self) -> Graph:
        graph = self.topology.graph()
        graph.remove_nodes_from(self.down)
        return graph

    @cached_property
    def _hops(self) -> dict[str, int]:
        if self.controller is None or self.controller not in self._graph:
            return {}
        return dict(nx.single_source_shortest_path_length(self._graph, self.controller))

    @cached_property
    def _loads(self) -> dict[tuple[str, str], float]:
        return self._sum(self.demands, frozenset(), ())

    def _without(self, devices: Collection[str], links: Collection[str]) -> Graph:
        """Return what is left without some devices and links."""

        def stays(one: str, two: str) -> bool:
            return self._graph.edges[one, two]["direction"].link not in links

        left: Graph = nx.subgraph_view(
            self._graph, filter_node=lambda name: name not in devices, filter_edge=stays
        )
        return left

    def _unmanaged(
        self, lost: frozenset[str], left: Graph, links: Collection[str]
    ) -> Iterator[str]:
        """Yield whom the controller would not reach; a lost device must at least be reachable."""
        if self.controller is None:
            return
        reached = set[str]()
        if self.controller in left:
            reached = {self.controller, *nx.descendants(left, self.controller)}
        held = {name for name in lost if self._touches(name, reached, links)}
        cut = sorted(set(self._hops) - reached - held - {self.controller})
        if cut:
            yield f"management of {_names(cut)}"

    def _touches(self, device: str, reached: set[str], links: Collection[str]) -> bool:
        """Return whether a device has a link of its own to what is reached."""
        if device not in self._graph:
            return False
        edges = self._graph[device].items()
        return any(peer in reached and e["direction"].link not in links for peer, e in edges)

    def _undelivered(
        self, lost: frozenset[str], left: Graph, links: Collection[str]
    ) -> Iterator[str]:
        owed = [x for x in self.demands if _connected(self._graph, x)]
        kept = [x for x in owed if _connected(self._for(x, lost, left, links), x)]
        cut = [x.name for x in owed if x not in kept]
        if cut:
            yield f"the path of {_names(cut)}"
        full = sorted(self._overloaded(kept, lost, links))
        if full:
            yield f"headroom on {_names(full)}"

    def _overloaded(
        self, kept: Collection[Demand], lost: frozenset[str], links: Collection[str]
    ) -> Iterator[str]:
        for (one, two), load in self._sum(kept, lost, links).items():
            edge = self._graph.edges[one, two]
            over = load > edge["capacity"] * self.maximum_utilisation
            # What is too full without any loss is nobody's fault here.
            if over and load > self._loads.get((one, two), 0.0):
                yield str(edge["direction"].name)

    def _sum(
        self, demands: Collection[Demand], lost: frozenset[str], links: Collection[str]
    ) -> dict[tuple[str, str], float]:
        loads: dict[tuple[str, str], float] = {}
        left = self._without(lost, links)
        for demand in demands:
            graph = self._for(demand, lost, left, links)
            if demand.load and _connected(graph, demand):
                for edge, load in split(graph, demand.source, demand.target, demand.load).items():
                    loads[edge] = loads.get(edge, 0.0) + load
        return loads

    def _for(
        self, demand: Demand, lost: frozenset[str], left: Graph, links: Collection[str]
    ) -> Graph:
        # A demand ends with its own ends: it is owed for as long as they stand.
        ends = {demand.source, demand.target}
        return self._without(lost - ends, links) if ends & lost else left


def _connected(graph: Graph, demand: Demand) -> bool:
    ends = (demand.source, demand.target)
    return all(end in graph for end in ends) and nx.has_path(graph, *ends)


def _names(names: Collection[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    return ", ".join(listed[:_MOST_NAMES]) + more

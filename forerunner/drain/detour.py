"""Where the traffic of a link goes once the link is empty."""

from collections.abc import Iterable, Iterator, Mapping

import networkx as nx

from forerunner.topology import Direction, Link, Topology


def detour(topology: Topology, link: Link, costs: Mapping[str, int]) -> tuple[Direction, ...]:
    """Return the directions, without the link, on which its ends reach what they used it for.

    For each end: the shortest paths, all equal ones, that remain towards every router that it
    reached over the link.  O(E log V) for each end.

    Args:
        topology: The links that are up.
        link: The link that is emptied.
        costs: OSPF cost by direction while the link is in service.
    """
    full = topology.graph(costs)
    rest = full.copy()
    rest.remove_edges_from([(way.host, way.peer) for way in link.directions])
    used: dict[str, Direction] = {}
    for way in link.directions:
        if full.has_edge(way.host, way.peer):
            beyond = _reached_over(full, way)
            for one, two in _edges_towards(rest, way.host, beyond):
                taken: Direction = rest.edges[one, two]["direction"]
                used[taken.name] = taken
    return tuple(used.values())


def probe_from(ways: Iterable[Direction], prefer: Iterable[str]) -> dict[str, list[Direction]]:
    """Return which router probes which links, each link once and from few routers.

    Probing tells both directions of a link apart, so one end of it is enough.

    Args:
        ways: Directions to be probed.
        prefer: Routers that a session stands with already.
    """
    chosen: dict[str, list[Direction]] = {name: [] for name in prefer}
    pending = {way.link: way for way in ways}
    for name in list(chosen):
        for way in [way for way in pending.values() if name in (way.host, way.peer)]:
            chosen[name].append(_seen_from(name, pending.pop(way.link)))
    while pending:
        hosts = [end for way in pending.values() for end in (way.host, way.peer)]
        busiest = max(sorted(set(hosts)), key=hosts.count)
        near = [way for way in pending.values() if busiest in (way.host, way.peer)]
        chosen[busiest] = [_seen_from(busiest, pending.pop(way.link)) for way in near]
    return {name: ways for name, ways in chosen.items() if ways}


def _seen_from(host: str, way: Direction) -> Direction:
    if way.host == host:
        return way
    end = f"to-{way.host}"
    return Direction(way.link, way.peer, end, way.peer_address, way.host, way.address)


def _reached_over(graph: "nx.DiGraph[str]", way: Direction) -> list[str]:
    here = nx.single_source_dijkstra_path_length(graph, way.host, None, "cost")
    there = nx.single_source_dijkstra_path_length(graph, way.peer, None, "cost")
    first = graph.edges[way.host, way.peer]["cost"]
    return [name for name in here if name in there and here[name] == first + there[name]]


def _edges_towards(
    graph: "nx.DiGraph[str]", source: str, targets: Iterable[str]
) -> Iterator[tuple[str, str]]:
    before, _ = nx.dijkstra_predecessor_and_distance(graph, source, None, "cost")
    waiting, seen = [name for name in targets if name in before], set[str]()
    while waiting:
        router = waiting.pop()
        if router in seen:
            continue
        seen.add(router)
        for previous in before[router]:
            yield previous, router
            waiting.append(previous)

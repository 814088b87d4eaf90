"""What draining a link would do to the others, before it is done.

A drain raises the link's OSPF cost to the maximum metric, both ways, so that traffic leaves it
while it still forwards what is on the wire. Source: RFC 6987, section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import networkx as nx

from analytics.decide.policy import Policy
from analytics.decide.state import NetworkState, Refusal
from forerunner.topology import Direction, Link, Topology

# How far two path costs may differ and still be equal; costs are integers.
_EQUAL = 1e-9

Graph: TypeAlias = "nx.DiGraph[str]"


@dataclass(frozen=True)
class Expectation:
    """What a drain is expected to do.

    Attributes:
        link: Name of the link that is emptied.
        utilisation: Expected utilisation, 0 to 1, of every direction that stays in use.
        moved: Load in bit/s that each of these directions takes over; only those that do.
    """

    link: str
    utilisation: Mapping[str, float]
    moved: Mapping[str, float]


def assess_drain(link: str, state: NetworkState, policy: Policy) -> Expectation | Refusal:
    """Return what draining `link` would do, or why it must not be drained.

    The measured load of each direction moves onto the shortest paths that remain between its
    ends, split evenly where several are equal. That bounds what each survivor can be asked to
    carry by this link; where traffic only crosses, it may find a shorter way.

    Args:
        link: Name of the link, its ends in either order.
        state: Topology, costs, loads in bit/s and drained links.
        policy: Headroom and how many links may be drained.

    Raises:
        UnknownLink: The topology has no such link.
    """
    target = state.topology.link(link)
    graph = _survivors(target, state)
    refusal = _refuse_shape(target, graph, state, policy)
    if refusal is not None:
        return refusal
    unmeasured = [] if state.loads is None else _unmeasured(target, graph, state.loads)
    if state.loads is None or unmeasured:
        return _refuse_unknown_loads(target, unmeasured, policy)
    moved = _moved(target, graph, state.loads)
    return _assess_load(target, graph, state.loads, moved, policy)


def drain_order(topology: Topology, link: str, near: str | None = None) -> tuple[Direction, ...]:
    """Return the directions of a link in the order in which to raise their costs.

    The farther end goes first, so that the change at the near end cannot cut the way to it.

    Args:
        topology: The links.
        link: Name of the link.
        near: The router at which the controller enters the network; by default the first end.

    Raises:
        UnknownLink: The topology has no such link.
    """
    target = topology.link(link)
    near = near or target.ends[0]
    graph = topology.graph()
    hops = nx.single_source_shortest_path_length(graph, near) if near in graph else {}
    return tuple(sorted(target.directions, key=lambda way: (-hops.get(way.host, 0), way.host)))


def split(graph: Graph, source: str, target: str, load: float) -> dict[tuple[str, str], float]:
    """Return the load that each edge carries of `load` from `source` to `target`.

    Equal-cost multipath: at every router the load is split evenly over the next hops that lie
    on a shortest path. O(E log V).

    Args:
        graph: Edges carry `cost`.
        source: Where the load enters.
        target: Where it leaves; must be reachable.
        load: In bit/s.

    Source: RFC 2328, section 16.8 (equal-cost multipath).
    """
    distance = _distances_to(graph, target)
    waiting = dict.fromkeys(distance, 0.0) | {source: load}
    carried: dict[tuple[str, str], float] = {}
    for router in sorted(distance, key=lambda name: -distance[name]):
        if router == target or not waiting[router]:
            continue
        hops = _next_hops(graph, router, distance)
        for hop in hops:
            carried[router, hop] = waiting[router] / len(hops)
            waiting[hop] += carried[router, hop]
    return carried


def _distances_to(graph: Graph, target: str) -> dict[str, float]:
    distances: dict[str, float] = nx.single_source_dijkstra_path_length(
        graph.reverse(copy=False), target, None, "cost"
    )
    return distances


def _next_hops(graph: Graph, router: str, distance: Mapping[str, float]) -> list[str]:
    return [
        hop
        for hop, edge in graph[router].items()
        if hop in distance and abs(edge["cost"] + distance[hop] - distance[router]) < _EQUAL
    ]


def _survivors(target: Link, state: NetworkState) -> Graph:
    """Return the graph of what stays in use: without the target and without drained links."""
    graph = state.topology.graph(state.costs)
    gone = {_canonical(state, name) for name in state.drained} | {target.name}
    drop = [
        (one, two) for one, two, edge in graph.edges(data=True) if edge["direction"].link in gone
    ]
    graph.remove_edges_from(drop)
    return graph


def _canonical(state: NetworkState, name: str) -> str:
    return state.topology.link(name).name


def _refuse_shape(
    target: Link, graph: Graph, state: NetworkState, policy: Policy
) -> Refusal | None:
    """Refuse what the graph alone forbids, whatever the load."""
    drained = {_canonical(state, name) for name in state.drained}
    standing = f" ({', '.join(sorted(drained))} drained already)" if drained else ""
    one, two = target.ends
    if target.name in drained:
        reason = f"{target.name} is drained already; nothing to do"
        return Refusal(target.name, "already_drained", reason)
    if not nx.has_path(graph, one, two) or not nx.has_path(graph, two, one):
        reason = (
            f"draining {target.name} would leave no path between {one} and {two}{standing}; "
            f"return another link to service first"
        )
        return Refusal(target.name, "cuts_network", reason)
    if len(drained) >= policy.maximum_drained_links:
        reason = (
            f"{len(drained)} links are drained{standing} and the policy allows "
            f"{policy.maximum_drained_links}; return one first or raise maximum_drained_links"
        )
        return Refusal(target.name, "too_many_drained", reason)
    return None


def _refuse_unknown_loads(target: Link, unmeasured: list[str], policy: Policy) -> Refusal:
    what = f"of {', '.join(unmeasured)} " if unmeasured else ""
    reason = (
        f"the load {what}is unknown, so nobody can tell whether draining {target.name} would "
        f"overload another link; make the interface counters readable (at most "
        f"{policy.load_max_age_s:g} s old) and try again"
    )
    return Refusal(target.name, "loads_unknown", reason)


def _unmeasured(target: Link, graph: Graph, loads: Mapping[str, float]) -> list[str]:
    names = [way.name for way in target.directions]
    names += [edge["direction"].name for _, _, edge in graph.edges(data=True)]
    return [name for name in names if name not in loads]


def _moved(target: Link, graph: Graph, loads: Mapping[str, float]) -> dict[str, float]:
    moved: dict[str, float] = {}
    for way in target.directions:
        for (one, two), load in split(graph, way.host, way.peer, loads[way.name]).items():
            name = graph.edges[one, two]["direction"].name
            moved[name] = moved.get(name, 0.0) + load
    return moved


def _assess_load(
    target: Link,
    graph: Graph,
    loads: Mapping[str, float],
    moved: Mapping[str, float],
    policy: Policy,
) -> Expectation | Refusal:
    utilisation = {
        (name := edge["direction"].name): (loads[name] + moved.get(name, 0.0)) / edge["capacity"]
        for _, _, edge in graph.edges(data=True)
    }
    over = {name: utilisation[name] for name in moved if moved[name]}
    worst = max(over, key=lambda name: over[name], default=None)
    if worst is not None and over[worst] > policy.maximum_utilisation:
        reason = (
            f"draining {target.name} would fill {worst} to {over[worst]:.0%} "
            f"({loads[worst] / 1e6:.3g} Mbit/s now, {moved[worst] / 1e6:.3g} Mbit/s more) and the "
            f"policy allows {policy.maximum_utilisation:.0%}; move traffic away or raise "
            f"maximum_utilisation"
        )
        return Refusal(target.name, "overloads", reason)
    return Expectation(target.name, utilisation, moved)

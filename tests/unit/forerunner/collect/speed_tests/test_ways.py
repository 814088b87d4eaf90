"""Which links a test may use: those of every shortest path, there and back."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.collect.speed_tests.ways import NoWay, Ways
from forerunner.errors import InvalidData
from forerunner.topology import Topology

HOSTS = {"h1": "r1", "h2": "r4", "h3": "r1"}
# A square: r1 to r4 by r2 or by r3, equally far.
SQUARE = [("r1", "r2", 10), ("r2", "r4", 10), ("r1", "r3", 10), ("r3", "r4", 10)]


def network(links: list[tuple[str, str, int]]) -> Topology:
    return Topology.from_data(
        {"ends": [a, b], "subnet": f"10.{i // 64}.{i % 64 * 4}.0/30", "capacity": 1e9, "cost": cost}
        for i, (a, b, cost) in enumerate(links)
    )


def test_equal_paths_are_all_occupied_and_so_are_the_access_links() -> None:
    way = Ways(network(SQUARE), HOSTS).between("h1", "h2")
    assert way.links == {"r1:h1", "r4:h2", "r1:r2", "r2:r4", "r1:r3", "r3:r4"}
    assert way.forward == {"r1>r2", "r2>r4", "r1>r3", "r3>r4"}


def test_a_longer_path_is_left_to_others() -> None:
    way = Ways(network([*SQUARE[:3], ("r3", "r4", 11)]), HOSTS).between("h1", "h2")
    assert way.links == {"r1:h1", "r4:h2", "r1:r2", "r2:r4"}


def test_the_way_back_counts_though_it_is_another_one() -> None:
    way = Ways(network(SQUARE), HOSTS, {"r1>r2": 50, "r4>r3": 50}).between("h1", "h2")
    assert (way.forward, way.backward) == ({"r1>r3", "r3>r4"}, {"r4>r2", "r2>r1"})
    assert way.links == {"r1:h1", "r4:h2", "r1:r2", "r2:r4", "r1:r3", "r3:r4"}


def test_two_hosts_at_one_router_occupy_nothing_but_their_access() -> None:
    assert Ways(network(SQUARE), HOSTS).between("h1", "h3").links == {"r1:h1", "r1:h3"}


def test_where_nothing_leads_there_is_no_way() -> None:
    apart = network([("r1", "r2", 1), ("r3", "r4", 1)])
    with pytest.raises(NoWay, match=r"from h1 \(r1\) to h2 \(r4\)"):
        Ways(apart, HOSTS).between("h1", "h2")


def test_a_host_at_an_unknown_router_is_refused() -> None:
    with pytest.raises(InvalidData, match=r"host h1: router: 'r9' is at the end of no link"):
        Ways(network(SQUARE), {"h1": "r9"})


@st.composite
def networks(draw: st.DrawFn) -> tuple[Topology, dict[str, int]]:
    """A connected network with costs that are often equal, and some that differ by direction."""
    size = draw(st.integers(2, 7))
    pairs = {(draw(st.integers(0, x - 1)), x) for x in range(1, size)}
    more = draw(st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=8))
    pairs |= {(a, b) for a, b in more if a < b}
    links = [(f"n{a}", f"n{b}", draw(st.integers(1, 3))) for a, b in sorted(pairs)]
    ways = [name for a, b, _ in links for name in (f"{a}>{b}", f"{b}>{a}")]
    return network(links), draw(st.dictionaries(st.sampled_from(ways), st.integers(1, 3)))


@given(networks(), st.data())
def test_exactly_the_links_of_all_shortest_paths_are_occupied(
    given: tuple[Topology, dict[str, int]], data: st.DataObject
) -> None:
    topology, costs = given
    here, there = (data.draw(st.sampled_from(topology.routers)) for _ in range(2))
    graph = topology.graph(costs)
    expected = {f"{here}:a", f"{there}:b"}
    for one, two in ((here, there), (there, here)):
        for path in nx.all_shortest_paths(graph, one, two, weight="cost"):
            expected |= {graph.edges[edge]["direction"].link for edge in nx.utils.pairwise(path)}
    assert Ways(topology, {"a": here, "b": there}, costs).between("a", "b").links == expected

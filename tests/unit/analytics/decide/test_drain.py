"""A drain never cuts the network and never overloads a survivor."""

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.decide import Expectation, NetworkState, Policy, Refusal, assess_drain, drain_order
from analytics.decide.drain import split
from forerunner.topology import Topology, UnknownLink

POLICY = Policy(0.9, 0.5, 60, 60, 0.8, 10, 2, 20, 2, 600, 30)


def test_the_load_of_each_direction_moves_to_the_path_that_remains(state, policy) -> None:
    state = replace(state, loads={**state.loads, "r1>r3": 4e8, "r3>r1": 2e8})
    expected = assess_drain("r1:r3", state, policy)
    assert expected.moved == {"r1>r2": 4e8, "r2>r3": 4e8, "r3>r2": 2e8, "r2>r1": 2e8}
    assert expected.utilisation["r1>r2"] == pytest.approx(0.5)
    assert expected.utilisation["r4>r5"] == pytest.approx(0.1)
    assert "r1>r3" not in expected.utilisation


def test_the_ends_may_be_named_in_either_order(state, policy) -> None:
    assert assess_drain("r3:r1", state, policy) == assess_drain("r1:r3", state, policy)


def test_a_drain_that_would_cut_is_refused_with_the_way_out(state, policy) -> None:
    drained = replace(state, drained=frozenset({"r1:r2"}))
    refusal = assess_drain("r2:r3", drained, policy)
    assert refusal.cause == "cuts_network"
    assert "r1:r2 drained already" in refusal.reason
    assert "return another link" in refusal.reason


def test_a_drain_that_would_overload_says_which_and_how_much(state, policy) -> None:
    state = replace(state, loads={**state.loads, "r1>r3": 7.5e8})
    refusal = assess_drain("r1:r3", state, policy)
    assert refusal.cause == "overloads"
    assert "85%" in refusal.reason
    assert "80%" in refusal.reason


def test_a_survivor_that_takes_nothing_over_may_be_full_already(state, policy) -> None:
    state = replace(state, loads={**state.loads, "r5>r4": 9e8})
    assert isinstance(assess_drain("r1:r3", state, policy), Expectation)


@pytest.mark.parametrize("loads", [None, {"r1>r3": 1.0}])
def test_unknown_loads_are_no_licence(state, policy, loads) -> None:
    assert assess_drain("r1:r3", replace(state, loads=loads), policy).cause == "loads_unknown"


def test_a_drained_link_is_not_drained_again(state, policy) -> None:
    drained = replace(state, drained=frozenset({"r1:r3"}))
    assert assess_drain("r1:r3", drained, policy).cause == "already_drained"


def test_no_more_links_than_the_policy_allows_are_drained(state, policy) -> None:
    drained = replace(state, drained=frozenset({"r1:r3"}))
    refusal = assess_drain("r4:r5", drained, replace(policy, maximum_drained_links=1))
    assert refusal.cause == "too_many_drained"


def test_an_unknown_link_is_an_error(state, policy) -> None:
    with pytest.raises(UnknownLink, match="r1:r9"):
        assess_drain("r1:r9", state, policy)


def test_equal_paths_share_the_load() -> None:
    graph = nx.DiGraph()
    for one, two in ["ab", "ac", "bd", "cd"]:
        graph.add_edge(one, two, cost=10)
    carried = split(graph, "a", "d", 100.0)
    assert carried == {("a", "b"): 50, ("a", "c"): 50, ("b", "d"): 50, ("c", "d"): 50}


def test_the_farther_end_is_changed_first(topology) -> None:
    assert [way.host for way in drain_order(topology, "r1:r3")] == ["r3", "r1"]
    assert [way.host for way in drain_order(topology, "r1:r3", near="r4")] == ["r1", "r3"]


@st.composite
def networks(draw: st.DrawFn) -> tuple[NetworkState, str]:
    """Draw a connected network with loads, some links drained, and a link to drain."""
    size = draw(st.integers(2, 7))
    pairs = {(draw(st.integers(0, node - 1)), node) for node in range(1, size)}
    everywhere = [(one, two) for two in range(size) for one in range(two)]
    pairs |= set(draw(st.lists(st.sampled_from(everywhere), max_size=8)))
    links = [
        {
            "ends": [f"r{one}", f"r{two}"],
            "subnet": f"10.0.{index}.0/31",
            "capacity": draw(st.sampled_from([1e8, 1e9])),
            "cost": draw(st.integers(1, 3)),
        }
        for index, (one, two) in enumerate(sorted(pairs))
    ]
    topology = Topology.from_data(links)
    load = st.floats(0, 9e7)
    loads = {way.name: draw(load) for link in topology.links for way in link.directions}
    names = [link.name for link in topology.links]
    drained = frozenset(draw(st.lists(st.sampled_from(names), max_size=1)))
    return NetworkState(topology, {}, loads, drained), draw(st.sampled_from(names))


def remaining(state: NetworkState, link: str) -> nx.DiGraph:
    graph = state.topology.graph()
    for each in state.topology.links:
        if each.name == link or each.name in state.drained:
            graph.remove_edges_from([each.ends, each.ends[::-1]])
    return graph


@given(networks())
def test_no_drain_cuts_the_ends_apart(case: tuple[NetworkState, str]) -> None:
    state, link = case
    result = assess_drain(link, state, POLICY)
    joined = nx.has_path(remaining(state, link), *state.topology.link(link).ends)
    if isinstance(result, Expectation):
        assert joined
    elif result.cause == "cuts_network":
        assert not joined


@given(networks())
def test_no_drain_fills_a_survivor_beyond_the_policy(case: tuple[NetworkState, str]) -> None:
    state, link = case
    result = assess_drain(link, state, POLICY)
    if isinstance(result, Expectation):
        taken = [name for name, load in result.moved.items() if load]
        assert all(result.utilisation[name] <= POLICY.maximum_utilisation for name in taken)


@given(networks())
def test_what_leaves_the_link_arrives_at_its_other_end(case: tuple[NetworkState, str]) -> None:
    state, link = case
    graph = remaining(state, link)
    source, target = state.topology.link(link).ends
    if nx.has_path(graph, source, target):
        carried = split(graph, source, target, 100.0)
        arrived = sum(load for (_, hop), load in carried.items() if hop == target)
        assert arrived == pytest.approx(100.0)


@given(networks())
def test_a_refusal_names_the_link_and_a_way_on(case: tuple[NetworkState, str]) -> None:
    state, link = case
    result = assess_drain(link, state, POLICY)
    if isinstance(result, Refusal):
        assert link in result.reason or "links are drained" in result.reason
        assert ";" in result.reason

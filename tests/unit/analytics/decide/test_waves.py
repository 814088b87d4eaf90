"""No wave of a rollout cuts a management path or a demand, and what cannot be kept is named."""

from dataclasses import replace
from itertools import chain, combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.decide import (
    Change,
    Demand,
    Duties,
    Part,
    Refusal,
    Wave,
    WavePolicy,
    order_waves,
    parts_of,
)
from forerunner.topology import Topology, UnknownLink

EXPOSED = WavePolicy(allow_exposed=True)


def network(*pairs: tuple[int, int], capacity: float = 1e9) -> Topology:
    return Topology.from_data(
        {
            "ends": [f"r{one}", f"r{two}"],
            "subnet": f"10.0.{index}.0/31",
            "capacity": capacity,
            "cost": 10,
        }
        for index, (one, two) in enumerate(pairs)
    )


def ring(size: int) -> Topology:
    return network(*((number, number % size + 1) for number in range(1, size + 1)))


def planned(
    changes: dict[str, Change], duties: Duties, policy: WavePolicy | None = None
) -> tuple[Wave, ...] | Refusal:
    todo = parts_of(changes, duties)
    return todo if isinstance(todo, Refusal) else order_waves(todo, duties, policy)


def devices(found: tuple[Wave, ...] | Refusal) -> list[tuple[str, ...]]:
    assert not isinstance(found, Refusal), found.reason
    return [wave.devices for wave in found]


def agreed(topology: Topology) -> dict[str, Change]:
    """Every link's ends change together, and nothing else does."""
    return {
        name: Change(frozenset(x.name for x in topology.links if name in x.ends), rest=False)
        for name in topology.routers
    }


def test_a_ring_managed_in_band_agrees_link_by_link_from_the_far_side() -> None:
    duties = Duties(ring(10), controller="r1")
    found = planned(agreed(duties.topology), duties)
    assert len(devices(found)) == 10
    assert devices(found)[0] in (("r6", "r5"), ("r6", "r7"))
    assert set(devices(found)[-1]) in ({"r1", "r2"}, {"r1", "r10"})
    # Of the two ends the farther one is written first.
    assert devices(found)[1][0] == "r6"


def test_out_of_band_there_is_a_canary_and_then_waves_that_grow() -> None:
    topology = ring(9)
    found = planned({name: Change() for name in topology.routers}, Duties(topology))
    assert [len(wave) for wave in devices(found)] == [1, 2, 4, 2]


def test_a_wave_has_no_more_devices_than_the_policy_allows() -> None:
    topology = ring(9)
    policy = WavePolicy(growth=4, maximum_devices=3)
    found = planned({name: Change() for name in topology.routers}, Duties(topology), policy)
    assert [len(wave) for wave in devices(found)] == [1, 3, 3, 2]


def test_a_device_that_may_be_lost_never_goes_with_the_only_other_way_round() -> None:
    duties = Duties(network((1, 2), (2, 4), (1, 3), (3, 4)), controller="r1")
    found = planned({"r2": Change(), "r3": Change(), "r4": Change()}, duties)
    assert [set(wave) for wave in devices(found)] == [{"r4"}, {"r2"}, {"r3"}]


def test_the_router_that_everything_hangs_on_is_refused_by_name() -> None:
    duties = Duties(ring(4), controller="r1")
    found = planned({name: Change() for name in ("r1", "r3")}, duties)
    assert isinstance(found, Refusal)
    assert found.cause == "unprotected"
    assert "r1 (management of r2, r3, r4)" in found.reason
    assert "allow_exposed" in found.reason


def test_with_consent_it_goes_last_and_alone_and_says_what_it_exposes() -> None:
    duties = Duties(ring(4), controller="r1")
    found = planned({name: Change() for name in ("r1", "r3")}, duties, EXPOSED)
    assert devices(found) == [("r3",), ("r1",)]
    assert not isinstance(found, Refusal)
    assert found[-1].exposes == ("management of r2, r3, r4",)


def test_a_chain_with_consent_is_changed_from_its_far_end_on() -> None:
    duties = Duties(network((1, 2), (2, 3), (3, 4)), controller="r1")
    found = planned({name: Change() for name in duties.topology.routers}, duties, EXPOSED)
    assert devices(found) == [("r4",), ("r3",), ("r2",), ("r1",)]


def test_a_demand_keeps_a_path() -> None:
    duties = Duties(ring(4), demands=(Demand("r1", "r3"),))
    found = planned({"r2": Change(), "r4": Change()}, duties)
    assert [set(wave) for wave in devices(found)] == [{"r2"}, {"r4"}]
    alone = planned({"r2": Change()}, replace(duties, topology=network((1, 2), (2, 3))))
    assert isinstance(alone, Refusal)
    assert "r2 (the path of r1>r3)" in alone.reason


@pytest.mark.parametrize(("load", "kept"), [(9e8, True), (1.1e9, False)])
def test_a_demand_keeps_its_headroom(load: float, kept: bool) -> None:
    # Both ways in use at equal cost; with r2 lost, r4 takes all of it.
    duties = Duties(ring(4), demands=(Demand("r1", "r3", load),))
    found = planned({"r2": Change()}, duties)
    assert isinstance(found, Refusal) is not kept
    if isinstance(found, Refusal):
        assert "headroom on r1>r4, r4>r3" in found.reason


def test_what_breaks_only_a_link_leaves_its_device_in_the_way() -> None:
    duties = Duties(ring(4), demands=(Demand("r1", "r3"),))
    changes = {"r2": Change(breaks=frozenset({"r1:r2"})), "r3": Change(breaks=frozenset())}
    found = planned(changes, duties, WavePolicy(growth=2))
    assert sorted(devices(found)) == [("r2",), ("r3",)]
    loop = {name: Change(breaks=frozenset({"r1:r2"})) for name in ("r1", "r2")}
    assert len(devices(planned(loop, Duties(ring(4), controller="r1")))) == 2


def test_a_change_that_only_one_end_makes_is_refused_with_both_named() -> None:
    duties = Duties(ring(4))
    found = planned({"r1": Change(frozenset({"r1:r2"}), rest=False)}, duties)
    assert isinstance(found, Refusal)
    assert found.cause == "one_end_only"
    assert "--limit r1,r2" in found.reason


def test_a_link_that_is_not_in_the_topology_is_an_error() -> None:
    with pytest.raises(UnknownLink, match="r1:r9"):
        parts_of({"r1": Change(frozenset({"r1:r9"}))}, Duties(ring(4)))


def test_what_a_device_cannot_apply_link_by_link_is_one_part_with_its_neighbours() -> None:
    duties = Duties(ring(4))
    changes = agreed(duties.topology)
    changes["r2"] = replace(changes["r2"], separable=False)
    found = parts_of(changes, duties)
    assert {part.agreements for part in found if isinstance(part, Part)} == {
        frozenset({"r1:r2", "r2:r3"}),
        frozenset({"r3:r4"}),
        frozenset({"r4:r1"}),
    }


def test_the_canary_is_the_device_that_carries_least() -> None:
    topology = network((1, 2), (2, 3), (3, 4), (4, 1), (1, 3))
    duties = Duties(topology, demands=(Demand("r2", "r3", 1e6), Demand("r4", "r3", 1e3)))
    found = planned({name: Change() for name in ("r2", "r4")}, duties)
    assert devices(found)[0] == ("r4",)


def test_nothing_counts_on_a_device_that_is_down() -> None:
    duties = Duties(ring(4), controller="r1", down=frozenset({"r2"}))
    found = planned({"r3": Change(), "r4": Change()}, duties)
    assert isinstance(found, Refusal)
    assert "r4 (management of r3)" in found.reason
    assert not isinstance(planned({"r3": Change()}, duties), Refusal)


@st.composite
def rollouts(draw: st.DrawFn) -> tuple[Duties, dict[str, Change], WavePolicy]:
    size = draw(st.integers(2, 7))
    pairs = {(draw(st.integers(1, node - 1)), node) for node in range(2, size + 1)}
    everywhere = [(one, two) for two in range(2, size + 1) for one in range(1, two)]
    pairs |= set(draw(st.lists(st.sampled_from(everywhere), max_size=8)))
    topology = network(*sorted(pairs))
    names = [f"r{number}" for number in range(1, size + 1)]
    some = st.sets(st.sampled_from(sorted(link.name for link in topology.links)))
    agree = draw(some)
    changes = {
        name: Change(
            frozenset(x for x in agree if name in topology.link(x).ends),
            draw(st.booleans()),
            draw(st.none() | some.map(frozenset)),
        )
        for name in names
    }
    demand = st.builds(Demand, *[st.sampled_from(names)] * 2, st.sampled_from([0.0, 1e8, 6e8]))
    duties = Duties(
        topology,
        draw(st.none() | st.sampled_from(names)),
        tuple(draw(st.lists(demand, max_size=3))),
    )
    growth, most = draw(st.sampled_from([1.0, 2.0, 8.0])), draw(st.integers(0, 3))
    return duties, changes, WavePolicy(growth, most, draw(st.booleans()))


def losses(wave: Wave) -> list[tuple[set[str], set[str]]]:
    """Everything that may be lost while a wave is applied: every subset."""
    lost = {name for part in wave.parts if part.breaks is None for name in part.devices}
    links = {name for part in wave.parts for name in part.breaks or ()}
    return [(set(some), set(cut)) for some in subsets(lost) for cut in subsets(links)]


def subsets(names: set[str]) -> list[tuple[str, ...]]:
    """Every subset; of many names, of the first four and all at once."""
    few = sorted(names)[:4]
    found = chain.from_iterable(combinations(few, size) for size in range(len(few) + 1))
    return list({*found, tuple(sorted(names))})


def survivors(topology: Topology, lost: set[str], links: set[str]) -> "nx.Graph[str]":
    graph: nx.Graph[str] = nx.Graph([x.ends for x in topology.links if x.name not in links])
    graph.add_nodes_from(topology.routers)
    graph.remove_nodes_from(lost)
    return graph


def cut(duties: Duties, lost: set[str], links: set[str]) -> list[str]:
    """What a naive look at the graph finds disconnected."""
    graph = survivors(duties.topology, lost, links)
    pairs = [(x.source, x.target) for x in duties.demands]
    if duties.controller:
        pairs += [(duties.controller, name) for name in graph]
    kept = [pair for pair in pairs if not lost & set(pair)]
    bad = [f"{one}-{two}" for one, two in kept if not nx.has_path(graph, one, two)]
    # Without the router where it enters, the controller reaches nobody.
    return bad or ["all" for _ in graph if duties.controller in lost]


@settings(max_examples=60, deadline=None)
@given(rollouts())
def test_no_wave_disconnects_what_must_stay_connected(
    case: tuple[Duties, dict[str, Change], WavePolicy],
) -> None:
    duties, changes, policy = case
    found = planned(changes, duties, policy)
    if isinstance(found, Refusal):
        assert not policy.allow_exposed
        return
    for wave in found:
        broken = [bad for lost in losses(wave) for bad in cut(duties, *lost)]
        assert bool(broken) <= bool(wave.exposes)
        assert not wave.exposes or (policy.allow_exposed and len(wave.parts) == 1)


@settings(max_examples=30, deadline=None)
@given(rollouts())
def test_every_part_is_in_one_wave_and_waves_keep_to_their_size(
    case: tuple[Duties, dict[str, Change], WavePolicy],
) -> None:
    duties, changes, policy = case
    todo, found = parts_of(changes, duties), planned(changes, duties, policy)
    if isinstance(found, Refusal) or isinstance(todo, Refusal):
        return
    names = [part.name + str(part.breaks) for wave in found for part in wave.parts]
    assert sorted(names) == sorted(part.name + str(part.breaks) for part in todo)
    for number, wave in enumerate(found):
        assert len(wave.parts) <= max(1, policy.growth**number)
        one = len(wave.parts) == 1
        assert one or not policy.maximum_devices or len(wave.devices) <= policy.maximum_devices


@settings(max_examples=30, deadline=None)
@given(rollouts())
def test_a_refusal_names_a_part_that_alone_would_cut_something(
    case: tuple[Duties, dict[str, Change], WavePolicy],
) -> None:
    duties, changes, policy = case
    found = planned(changes, replace(duties, demands=()), policy)
    if isinstance(found, Refusal):
        todo = parts_of(changes, duties)
        assert not isinstance(todo, Refusal)
        alone = [part for part in todo if part.name == found.target]
        assert any(
            cut(replace(duties, demands=()), *lost)
            for part in alone
            for lost in losses(Wave((part,)))
        )

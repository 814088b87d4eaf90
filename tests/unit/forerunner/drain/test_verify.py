"""What counts as verified, each condition broken once."""

from dataclasses import replace
from typing import Any

import pytest

from forerunner.drain.probing import Loss, unclean
from forerunner.drain.reading import EndState, drained_links, live_links
from forerunner.drain.request import Goal
from forerunner.drain.verify import problems
from forerunner.topology import Topology

FULL = frozenset({"to-r2", "to-r3"})
METRICS = {"10.1.12.1": 10, "10.1.12.2": 10, "10.1.13.1": 10, "10.1.13.2": 10}
BEFORE = EndState(10, FULL, frozenset({"10.0.0.3/32"}), METRICS)
DRAINED = EndState(65535, FULL, frozenset(), {**METRICS, "10.1.13.1": 65535})


@pytest.fixture
def net(parameters: dict[str, Any]) -> Topology:
    return Topology.from_data(parameters["links"])


def found(net: Topology, now: EndState, goal: Goal = "drained", cost: int = 65535) -> str:
    way = net.link("r1:r3").directions[0]
    return "; ".join(problems(goal, way, BEFORE, now, cost))


def test_a_drained_end_has_no_problem(net: Topology) -> None:
    assert found(net, DRAINED) == ""


def test_a_cost_that_does_not_read_back_is_a_problem(net: Topology) -> None:
    assert "reads back as 10" in found(net, replace(DRAINED, cost=10))


def test_a_metric_that_the_area_does_not_know_is_a_problem(net: Topology) -> None:
    assert "the area knows 10" in found(net, replace(DRAINED, metrics=METRICS))


def test_an_adjacency_that_was_lost_elsewhere_is_a_problem(net: Topology) -> None:
    assert "no longer Full on to-r2" in found(net, replace(DRAINED, full=frozenset({"to-r3"})))


def test_the_adjacency_of_the_drained_link_itself_may_go(net: Topology) -> None:
    assert found(net, replace(DRAINED, full=frozenset({"to-r2"}))) == ""


def test_the_adjacency_of_a_link_that_returns_must_stand(net: Topology) -> None:
    now = replace(BEFORE, full=frozenset({"to-r2"}))
    assert "no longer Full on to-r3" in found(net, now, "in_service", 10)


def test_a_path_that_has_not_moved_is_a_problem(net: Topology) -> None:
    now = replace(DRAINED, routes=frozenset({"10.0.0.3/32"}))
    assert "1 prefixes still leave by to-r3" in found(net, now)


def test_a_link_at_the_maximum_one_way_counts_as_drained(net: Topology) -> None:
    assert drained_links(net, {"r1>r3": 65535, "r3>r1": 10}) == {"r1:r3"}


def test_a_link_that_the_area_knows_one_way_only_is_not_alive(net: Topology) -> None:
    alive = live_links(net, {"r1>r3": 10, "r3>r1": 10, "r1>r2": 10})
    assert [link.name for link in alive.links] == ["r1:r3"]


def test_one_lost_probe_too_many_is_unclean() -> None:
    losses = [Loss("r1:r2", 70, 2), Loss("r2:r3", 70, 1)]
    assert unclean(losses, 0.02) == ["link r1:r2 loses 2 of 70 probes"]

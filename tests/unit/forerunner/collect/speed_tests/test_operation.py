"""A run as a whole: its plan, whether links have room, and what becomes of each host."""

import pytest

from forerunner.collect.speed_tests import operation
from forerunner.collect.speed_tests.conduct import Ended, State
from forerunner.collect.speed_tests.headroom import Headroom, crowded
from forerunner.collect.speed_tests.measuring import samples
from forerunner.collect.speed_tests.schedule import Slot
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.collect.speed_tests.ways import Way, Ways
from forerunner.errors import InvalidData
from forerunner.ledger import Ledger
from forerunner.model import Sample
from forerunner.store import Store
from forerunner.topology import Topology

LINKS = [
    {"ends": ["r1", "r2"], "subnet": "10.1.12.0/30", "capacity": 100e6, "cost": 10},
    {"ends": ["r3", "r4"], "subnet": "10.1.34.0/30", "capacity": 100e6, "cost": 10},
]
TOPOLOGY = Topology.from_data(LINKS)
WAYS = Ways(TOPOLOGY, {"h1": "r1", "h2": "r2", "h3": "r3"})
TEST = SpeedTest("h1", "h2", "udp", 30e6, 5)
WAY = WAYS.between("h1", "h2")
IDLE = {"r1>r2": 0.0, "r2>r1": 0.0}


def ended(source: str, state: State, reason: str = "") -> Ended:
    test = SpeedTest(source, "h9", "udp", 1e6, 5)
    return Ended(Slot(test, Way(frozenset()), 0.0), state, reason)


def test_a_test_without_a_way_fails_and_the_others_are_planned() -> None:
    stray = SpeedTest("h1", "h3", "udp", 1e6, 5)
    meant = operation.plan([stray, TEST], WAYS)
    assert [slot.test for slot in meant.slots] == [TEST]
    assert [(each.slot.test, each.state) for each in meant.nowhere] == [(stray, "failed")]
    assert "no links lead from h1 (r1) to h3 (r3)" in operation.described(meant)[-1]


@pytest.mark.parametrize(
    ("loads", "share", "said"),
    [
        (IDLE, 0.8, ""),
        (IDLE | {"r1>r2": 50e6}, 0.8, ""),
        (IDLE | {"r1>r2": 51e6}, 0.8, "r1>r2 carries 51.0 Mbit/s; with 30.0 more"),
        (IDLE | {"r2>r1": 79e6}, 0.8, ""),
        (IDLE | {"r2>r1": 81e6}, 0.8, "r2>r1 carries 81.0 Mbit/s; with 0.0 more"),
        (IDLE, 0.2, "with 30.0 more it would have over 20.0"),
        ({"r1>r2": 0.0}, 0.8, "nobody knows the load of r2>r1"),
        ({}, 0.8, "nobody knows the load of r1>r2"),
    ],
)
def test_a_test_runs_only_where_there_is_room(
    loads: dict[str, float], share: float, said: str
) -> None:
    why = crowded(TEST, WAY, TOPOLOGY, loads, Headroom(share, "refuse"))
    assert said in why
    assert bool(why) == bool(said)


def test_an_unknown_load_may_be_allowed_and_a_known_one_counts_even_so() -> None:
    allowing = Headroom(0.8, "allow")
    assert crowded(TEST, WAY, TOPOLOGY, {}, allowing) == ""
    assert "carries 60.0" in crowded(TEST, WAY, TOPOLOGY, {"r1>r2": 60e6}, allowing)


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([], "ok"),
        (["measured", "skipped"], "ok"),
        (["measured", "failed"], "failed"),
        (["failed", "unreachable"], "failed"),
        (["measured", "unreachable"], "unreachable"),
    ],
)
def test_a_host_is_as_its_own_tests_are(states: list[State], status: str) -> None:
    others = [ended("h2", "failed", "theirs")]
    own = [ended("h1", state, f"{state} it is") for state in states]
    found = operation.device_results([*own, *others], ["h1"])
    assert list(found) == ["h1"]
    assert found["h1"].status == status
    assert "theirs" not in found["h1"].message
    bad = [x for x in states if x in ("failed", "unreachable")]
    assert all(f"{state} it is" in found["h1"].message for state in bad)


def test_results_are_samples_of_the_source_by_its_target() -> None:
    found = samples(TEST, {"speed_udp_loss_share": 0.5}, 7.0)
    assert found == [Sample(7.0, "h1", "to:h2", "speed_udp_loss_share", 0.5)]


@pytest.mark.parametrize("address", ["", "h2", "10.2.1.2; id", "10.2.1.0/24", None])
def test_what_is_no_address_is_refused_by_host(address: object) -> None:
    with pytest.raises(InvalidData, match=r"host h1: speed_test_address: .* is no IP address"):
        operation.probe_address("h1", address)


def test_a_drained_link_costs_what_the_drain_sets(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("FORERUNNER_LEDGER", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    assert operation.drained_costs(TOPOLOGY) == {}
    monkeypatch.setattr(Ledger, "drained_links", lambda self: {"r1:r2": True})
    assert operation.drained_costs(TOPOLOGY) == {"r1>r2": 65535, "r2>r1": 65535}


def test_without_a_store_no_load_is_known(tmp_path) -> None:
    assert operation.known_loads(Store(tmp_path / "none"), TOPOLOGY, 10.0) == {}

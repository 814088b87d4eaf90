"""What counts as worse than before, and what was meant to go."""

from dataclasses import replace

import pytest

from forerunner.configure.health import Expected, Health
from forerunner.dialects import frr_health

TARGET = """interface lo
 ip address 10.0.0.1/32
 ip ospf area 0
exit
interface to-b
 ip ospf area 0
exit
interface to-c
 ip ospf area 0
 ip ospf passive
exit
router bgp 65000
 neighbor 10.0.0.2 remote-as 65000
 neighbor 10.0.0.3 remote-as 65000
 neighbor 10.0.0.3 shutdown
exit
router ospf
exit
"""
WELL = Health(
    frozenset({"to-b", "to-c"}),
    frozenset({"10.0.0.2", "10.0.0.3"}),
    frozenset({"10.0.0.2/32", "172.20.1.0/24"}),
    frozenset({"10.0.0.2"}),
    {"to-b": 7},
)
EXPECTED = Expected(WELL, TARGET, frozenset({"172.20.1.0/24"}), most_errors=3)


def test_what_is_as_before_is_well() -> None:
    assert EXPECTED.problems(WELL) == []


@pytest.mark.parametrize(
    ("now", "problem"),
    [
        (replace(WELL, full=frozenset({"to-c"})), "OSPF is no longer Full on to-b"),
        (replace(WELL, established=frozenset()), "BGP is no longer established with 10.0.0.2"),
        (replace(WELL, routes=frozenset()), "there is no route any more to 10.0.0.2/32"),
        (replace(WELL, reached=frozenset()), "it no longer reaches 10.0.0.2"),
        (replace(WELL, errors={"to-b": 11}), "to-b counted 4 new errors"),
    ],
)
def test_each_thing_that_is_worse_is_said(now: Health, problem: str) -> None:
    assert EXPECTED.problems(now) == [problem]


def test_what_the_change_means_to_take_away_may_go() -> None:
    meant = Health(
        frozenset({"to-b"}),
        frozenset({"10.0.0.2"}),
        frozenset({"10.0.0.2/32"}),
        WELL.reached,
        {"to-b": 10},
    )

    assert EXPECTED.problems(meant) == []


def test_a_prefix_that_a_line_named_is_taken_away_by_it() -> None:
    running = "ip route 172.20.1.0/24 blackhole\ninterface a\n ip address 10.1.1.2/30\nexit\n"

    taken = frr_health.prefixes_taken_away(running, "!\n")

    assert taken == {"172.20.1.0/24", "10.1.1.0/30"}


def test_peers_that_are_shut_down_are_not_meant() -> None:
    assert frr_health.meant_peers(TARGET) == {"10.0.0.2"}

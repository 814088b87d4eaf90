"""What NAPALM's getters tell of a device, and what of it a change may take away."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forerunner.configure.vitals import Expected, Vitals, read_vitals

napalm = pytest.importorskip("napalm")
RUNNING = """interface Ethernet1
   description to a
interface Ethernet2
   shutdown
interface Ethernet3
   no shutdown
router bgp 65001
   neighbor 10.1.1.2 remote-as 65002
   neighbor 10.1.1.20 remote-as 65020
end
"""
WELL = Vitals(
    frozenset({"10.1.1.2", "10.1.1.20"}),
    frozenset({"Ethernet1", "Ethernet3", "Management1"}),
    {"Ethernet1": 7},
)


def problems(now: Vitals, target: str = RUNNING, before: Vitals = WELL) -> list[str]:
    return Expected(before, RUNNING, target, most_errors=3).problems(now)


def test_what_is_as_before_is_well() -> None:
    assert problems(WELL) == []


@pytest.mark.parametrize(
    ("now", "problem"),
    [
        (
            replace(WELL, peers=frozenset({"10.1.1.20"})),
            "BGP is no longer established with 10.1.1.2",
        ),
        (replace(WELL, up=frozenset({"Ethernet1", "Ethernet3"})), "no longer up is Management1"),
        (replace(WELL, errors={"Ethernet1": 11}), "Ethernet1 counted 4 new errors"),
        (
            replace(WELL, peers=None, skipped=("get_bgp_neighbors: KeyError",)),
            "its state can no longer be read: get_bgp_neighbors: KeyError",
        ),
    ],
)
def test_each_thing_that_is_worse_is_said(now: Vitals, problem: str) -> None:
    assert problems(now) == [problem]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("   neighbor 10.1.1.2 remote-as 65002\n", ""),
        ("   neighbor 10.1.1.2 remote-as 65002\n", "   neighbor 10.1.1.2 shutdown\n"),
    ],
)
def test_a_peer_that_the_change_takes_away_may_go(old: str, new: str) -> None:
    assert problems(replace(WELL, peers=frozenset({"10.1.1.20"})), RUNNING.replace(old, new)) == []


@pytest.mark.parametrize(
    ("target", "may_go"),
    [
        (RUNNING.replace("   description to a\n", "   shutdown\n"), True),
        (RUNNING.replace("interface Ethernet1\n   description to a\n", ""), True),
        (RUNNING.replace("to a", "to b"), False),
        (RUNNING.replace("   description to a\n", "   no shutdown\n"), False),
    ],
)
def test_an_interface_may_go_where_the_change_says_so(target: str, may_go: bool) -> None:
    found = problems(replace(WELL, up=WELL.up and WELL.up - {"Ethernet1"}), target)
    assert (found == []) is may_go


def test_junos_says_in_one_line_what_goes() -> None:
    running = "set interfaces ge-0/0/0 description a\nset interfaces ge-0/0/1 description b\n"
    before = Vitals(None, frozenset({"ge-0/0/0", "ge-0/0/1"}), None)
    expected = Expected(before, running, running + "set interfaces ge-0/0/0 disable\n", 3)
    assert expected.problems(replace(before, up=frozenset())) == ["no longer up is ge-0/0/1"]


def test_a_getter_that_a_driver_lacks_is_skipped_and_said(tmp_path: Path) -> None:
    answers: dict[str, Any] = {
        "get_bgp_neighbors.1": {"global": {"peers": {"10.0.0.2": {"is_up": True},
                                                     "10.0.0.3": {"is_up": False}}}},
        "get_interfaces.1": {"Et1": {}},
        "get_interfaces_counters.1": {"exception": "builtins.NotImplementedError"},
    }  # fmt: skip
    for name, answer in answers.items():
        (tmp_path / name).write_text(json.dumps(answer))
    driver = napalm.get_network_driver("mock")("r1", "u", "", 5, {"path": str(tmp_path)})
    driver.open()

    found = read_vitals(driver)

    skipped = ("get_interfaces: KeyError", "get_interfaces_counters: not supported")
    assert found == Vitals(frozenset({"10.0.0.2"}), None, None, skipped)
    assert found.to_dict()["not_read"] == list(skipped)

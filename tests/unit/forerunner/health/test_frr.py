"""What FRR's own answers, recorded in the lab, mean for the checks."""

import json
from pathlib import Path

import pytest

from forerunner.dialects import UnreadableAnswer
from forerunner.health.declaration import ANY
from forerunner.health.frr import READERS

GOLDEN = Path(__file__).parents[3] / "golden/frr"
TRACE = """traceroute to 10.0.0.4 (10.0.0.4), 30 hops max, 60 byte packets
 1  10.1.13.2 (10.1.13.2)  0.198 ms  0.011 ms  0.007 ms
 2  10.0.0.4 (10.0.0.4)  0.018 ms  0.011 ms  0.010 ms
"""


def test_neighbours_are_full_by_interface() -> None:
    answer = (GOLDEN / "neighbours.json").read_text()
    assert READERS["ospf_neighbors"].parse(answer) == {"to-b": "full", "to-c": "full"}
    starting = answer.replace(r"Full\/-", r"ExStart\/-", 2)
    assert READERS["ospf_neighbors"].parse(starting)["to-b"] == "exstart"


def test_sessions_are_told_by_their_state() -> None:
    answer = (GOLDEN / "health/sessions.json").read_text()
    assert set(READERS["bgp_sessions"].parse(answer).values()) == {"established"}
    idle = answer.replace('"Established"', '"Active"', 1)
    assert sorted(map(str, READERS["bgp_sessions"].parse(idle).values())) == [
        "active",
        "established",
    ]


def test_an_interface_that_was_shut_down_is_not_merely_down() -> None:
    data = json.loads((GOLDEN / "health/interfaces.json").read_text())
    data["to-r2"]["administrativeStatus"] = data["to-r2"]["operationalStatus"] = "down"
    data["to-r3"]["operationalStatus"] = "down"
    found = READERS["interfaces"].parse(json.dumps(data))
    assert found == {"lo": "up", "to-r2": "shut down", "to-r3": "down"}


def test_a_route_counts_once_it_is_installed() -> None:
    answer = json.dumps({"10.0.0.4/32": [{"installed": True}, {}], "10.0.0.5/32": [{}]})
    found = READERS["routes"].parse(answer)
    assert found == {"10.0.0.4/32": "present", "10.0.0.5/32": "not installed"}
    assert READERS["routes"].parse("{}\n") == {}


@pytest.mark.parametrize(
    ("trace", "word"),
    [
        (TRACE, "reachable"),
        (
            TRACE.replace("10.0.0.4 (10.0.0.4)  0.018 ms  0.011 ms  0.010 ms", "* * *"),
            "not reached",
        ),
        (TRACE.replace("0.018 ms  0", "0.018 ms !X  0"), "not reached"),
        (TRACE.splitlines()[0], "not reached"),
    ],
)
def test_a_trace_that_arrives_has_reached(trace: str, word: str) -> None:
    assert READERS["reachable"].parse(trace) == {"10.0.0.4": word}


def test_what_is_no_trace_is_not_read_as_one() -> None:
    with pytest.raises(UnreadableAnswer):
        READERS["reachable"].parse("% Unknown command")


def test_version_and_syslog_are_read() -> None:
    assert READERS["software"].parse("FRRouting 8.4.4 (r1) on Linux.\n") == {"version": "8.4.4"}
    silent = (GOLDEN / "health/logging.txt").read_text()
    assert str(READERS["syslog"].parse(silent)[ANY]).startswith("disabled in zebra, ospfd")
    told = silent.replace("Syslog logging: disabled", "Syslog logging: level informational")
    assert READERS["syslog"].parse(told) == {ANY: "enabled"}


def test_addresses_of_both_families_are_asked_for_in_their_own_words() -> None:
    assert READERS["routes"].commands({"present": ["10.0.0.4/32", "2001:db8::/32"]}) == [
        "show ip route 10.0.0.4/32 json",
        "show ipv6 route 2001:db8::/32 json",
    ]

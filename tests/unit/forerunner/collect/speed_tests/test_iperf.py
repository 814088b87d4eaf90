"""What iperf3 says: a whole report gives figures, and anything else gives none."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.collect.speed_tests import iperf
from forerunner.collect.speed_tests.iperf import NotMeasured
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.fleet.session import Answer

TCP = SpeedTest("h1", "h2", "tcp", 50e6, 5)
UDP = SpeedTest("h1", "h2", "udp", 20e6, 2)
# As iperf 3.12 wrote them in the lab, without what is not read.
TCP_REPORT: dict[str, Any] = {
    "start": {"version": "iperf 3.12"},
    "end": {
        "sum_sent": {"seconds": 5.0004, "bits_per_second": 50330000.1, "retransmits": 7},
        "sum_received": {"seconds": 5.02, "bits_per_second": 50114766.4},
    },
}
UDP_REPORT: dict[str, Any] = {
    "start": {"version": "iperf 3.12"},
    "end": {
        "sum_sent": {"seconds": 2.0, "bytes": 5_000_000, "lost_packets": 0, "packets": 4000},
        "sum_received": {
            "seconds": 2.0, "bytes": 5_000_000, "jitter_ms": 0.25, "lost_packets": 100,
            "packets": 4000,
        },
    },
}  # fmt: skip


def answer(report: Any, status: int = 0) -> Answer:
    return Answer(json.dumps(report), "", status)


def without(report: dict[str, Any], *path: str) -> dict[str, Any]:
    changed = copy.deepcopy(report)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return changed


def changed(report: dict[str, Any], end: str, **fields: Any) -> dict[str, Any]:
    made = copy.deepcopy(report)
    made["end"][end] |= fields
    return made


def test_a_tcp_report_gives_what_arrived_and_what_was_sent_again() -> None:
    assert iperf.figures(TCP, answer(TCP_REPORT)) == {
        "speed_tcp_bit_s": 50114766.4,
        "speed_tcp_retransmits": 7.0,
    }


def test_a_udp_report_gives_what_arrived_its_loss_and_its_jitter() -> None:
    assert iperf.figures(UDP, answer(UDP_REPORT)) == {
        "speed_udp_bit_s": pytest.approx(20e6 * 0.975),
        "speed_udp_loss_share": 0.025,
        "speed_udp_jitter_s": 0.00025,
    }


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"start": {}, "end": {}, "error": "control socket has closed unexpectedly"},
         "iperf3: control socket has closed unexpectedly"),
        (TCP_REPORT | {"error": "interrupt - the server has terminated"}, "has terminated"),
        (changed(TCP_REPORT, "sum_sent", seconds=2.2), "it ended after 2.2 s"),
        (without(TCP_REPORT, "end", "sum_received"), "'sum_received' is a required property"),
        (changed(TCP_REPORT, "sum_received", bits_per_second="fast"), "is not of type 'number'"),
        (changed(TCP_REPORT, "sum_received", bits_per_second=-1), "less than the minimum"),
        ([], "is not of type 'object'"),
    ],
)  # fmt: skip
def test_a_report_of_less_than_a_whole_test_gives_nothing(report: Any, said: str) -> None:
    with pytest.raises(NotMeasured, match=f"h1>h2 tcp: .*{said}"):
        iperf.figures(TCP, answer(report))


def test_a_whole_report_of_a_program_that_failed_gives_nothing() -> None:
    with pytest.raises(NotMeasured, match="ended with status 1"):
        iperf.figures(TCP, answer(TCP_REPORT, 1))


def test_what_is_no_report_is_told_shortly() -> None:
    words = "iperf3: error - unable to connect to server: Connection refused\n" * 50
    with pytest.raises(NotMeasured, match=r"gave no report: .*Connection refused") as raised:
        iperf.figures(TCP, Answer("", words, 1))
    assert len(str(raised.value)) < 400


values = st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists)


@given(st.text() | values.map(json.dumps))
def test_whatever_is_said_it_is_figures_or_not_measured(output: str) -> None:
    with pytest.raises(NotMeasured):
        iperf.figures(UDP, Answer(output, "", 0))


def test_words_are_words_and_never_a_line_for_a_shell() -> None:
    words = iperf.client(UDP, "10.2.1.2", "10.2.4.2", 5201)
    assert words[:5] == ["iperf3", "-c", "10.2.4.2", "-B", "10.2.1.2"]
    assert words[-1] == "-u"
    assert "-u" not in iperf.client(TCP, "10.2.1.2", "10.2.4.2", 5201)
    assert "-1" in iperf.server("10.2.4.2", 5201)

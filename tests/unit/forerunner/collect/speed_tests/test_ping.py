"""What ping says: loss, round trips and jitter, or nothing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.collect.speed_tests import ping
from forerunner.collect.speed_tests.iperf import NotMeasured
from forerunner.collect.speed_tests.wanted import PING_INTERVAL_S, PING_RATE, SpeedTest
from forerunner.fleet.session import Answer

TEST = SpeedTest("h1", "h2", "ping", PING_RATE, 1)
SENT = round(1 / PING_INTERVAL_S)


def said(times: dict[int, float], sent: int = SENT, more: str = "") -> Answer:
    lines = [f"64 bytes from 10.2.4.2: icmp_seq={n} ttl=61 time={t} ms" for n, t in times.items()]
    end = f"--- 10.2.4.2 ping statistics ---\n{sent} packets transmitted, {len(times)} received, x"
    return Answer("\n".join(["PING 10.2.4.2 56(84) bytes", *lines, more, end, ""]), "", 0)


def test_what_does_not_come_back_is_lost() -> None:
    found = ping.figures(TEST, said({n: 2.0 for n in range(1, SENT + 1) if n % 5}))
    assert found["path_loss_share"] == pytest.approx(0.2)


def test_round_trips_have_a_median_and_a_95th_percentile() -> None:
    times = {n: float(n) for n in range(1, SENT + 1)}
    found = ping.figures(TEST, said(times))
    assert found["path_rtt_p50_s"] == pytest.approx(0.0255)
    assert found["path_rtt_p95_s"] == pytest.approx(0.04755)


def test_where_nothing_comes_back_there_is_loss_and_no_delay() -> None:
    assert ping.figures(TEST, said({})) == {"path_loss_share": 1.0}


def test_an_answer_that_comes_twice_counts_once() -> None:
    double = "64 bytes from 10.2.4.2: icmp_seq=1 ttl=61 time=9 ms (DUP!)"
    found = ping.figures(TEST, said(dict.fromkeys(range(1, SENT), 2.0), more=double))
    assert found["path_loss_share"] == pytest.approx(1 / SENT)
    assert found["path_rtt_p95_s"] == pytest.approx(0.002)


@pytest.mark.parametrize(
    "answer",
    [
        said({1: 2.0}, sent=SENT - 1),
        Answer("", "ping: connect: Network is unreachable", 2),
        Answer("64 bytes from x: icmp_seq=1 ttl=6 time=1 ms\n", "", 143),
    ],
    ids=["sent less", "did not begin", "was ended"],
)
def test_a_ping_that_did_not_send_all_gives_nothing(answer: Answer) -> None:
    with pytest.raises(NotMeasured, match="h1>h2 ping: ping was cut short or did not begin"):
        ping.figures(TEST, answer)


def test_more_answers_than_packets_give_nothing() -> None:
    with pytest.raises(NotMeasured, match="more answers than packets"):
        ping.figures(TEST, said(dict.fromkeys(range(1, SENT + 2), 2.0)))


@given(st.text())
def test_whatever_is_said_it_is_figures_or_not_measured(output: str) -> None:
    with pytest.raises(NotMeasured):
        ping.figures(TEST, Answer(output, "", 0))


def test_jitter_is_the_estimate_of_rfc_3550() -> None:
    # D is 16, then 0: J becomes 16/16 = 1, then 1 - 1/16.
    assert ping.jitter([0.0, 16.0, 16.0]) == pytest.approx(1 - 1 / 16)


@given(st.lists(st.floats(0, 1), max_size=50))
def test_jitter_lies_between_nothing_and_the_largest_change(transits: list[float]) -> None:
    largest = max((abs(b - a) for a, b in pairwise(transits)), default=0.0)
    assert 0 <= ping.jitter(transits) <= largest + 1e-12


def test_steady_transits_have_none_however_long_they_are() -> None:
    assert ping.jitter([0.5] * 20) == 0

"""Loss, round trip and jitter by ping of iputils, which every probe host has.

Jitter is the estimate of RFC 3550, section 6.4.1: J += (|D| - J) / 16, where D is by how much the
transit of a packet differs from that of the packet before it. What is known of transits here are
round trips, so it is the jitter of both ways together.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from forerunner.collect.speed_tests.iperf import NotMeasured
from forerunner.collect.speed_tests.remote import said
from forerunner.collect.speed_tests.wanted import PING_INTERVAL_S, SpeedTest
from forerunner.fleet.session import Answer

_ANSWER = re.compile(r"icmp_seq=(\d+) .*\btime=(\d+(?:\.\d+)?) ms(?! \(DUP!\))", re.ASCII)
_SENT = re.compile(r"^(\d+) packets transmitted, ", re.ASCII | re.MULTILINE)
_DAMPING = 16


def command(test: SpeedTest, source: str, target: str) -> list[str]:
    """Return ping's words.

    Args:
        test: The test.
        source: Its own address.
        target: The address that answers.
    """
    count = str(_count(test))
    return [
        "ping",
        "-n",
        "-i",
        f"{PING_INTERVAL_S:g}",
        "-c",
        count,
        "-W",
        "1",
        "-I",
        source,
        target,
    ]


def figures(test: SpeedTest, answer: Answer) -> dict[str, float]:
    """Return the figures of what ping said, by metric; without any answer there is loss alone.

    Raises:
        NotMeasured: It did not send all its packets; says why.
    """
    sent = _SENT.search(answer.output)
    if not sent or int(sent[1]) != _count(test):
        problem = said(answer.error or answer.output)
        raise NotMeasured(f"{test.name}: ping was cut short or did not begin: {problem}")
    # The first answer to each packet counts, in the order in which they were sent.
    found: dict[int, float] = {}
    for match in _ANSWER.finditer(answer.output):
        found.setdefault(int(match[1]), float(match[2]) / 1000)
    if len(found) > int(sent[1]):
        raise NotMeasured(f"{test.name}: ping tells of more answers than packets")
    loss = {"path_loss_share": 1 - len(found) / int(sent[1])}
    return loss | (_delays([found[number] for number in sorted(found)]) if found else {})


def jitter(transits: Iterable[float]) -> float:
    """Return the jitter after the last of some transits, in their unit; 0 for fewer than two."""
    estimate = 0.0
    for before, after in pairwise(transits):
        estimate += (abs(after - before) - estimate) / _DAMPING
    return estimate


def _delays(trips: list[float]) -> dict[str, float]:
    median, high = np.quantile(trips, [0.5, 0.95])
    return {
        "path_rtt_p50_s": float(median),
        "path_rtt_p95_s": float(high),
        "path_jitter_s": jitter(trips),
    }


def _count(test: SpeedTest) -> int:
    return round(test.duration_s / PING_INTERVAL_S)

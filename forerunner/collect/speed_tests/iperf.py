"""iperf3's words, and what its report says: `iperf3 --json`, of version 3.9 or newer."""

import json
from collections.abc import Mapping
from typing import Any

from forerunner.collect.errors import CollectError
from forerunner.collect.speed_tests.remote import said
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.errors import InvalidData
from forerunner.fleet.session import Answer
from forerunner.schema import check

LISTENING = "Server listening"
_COMPLETE = 0.95
"""Share of its duration that a test must have lasted."""
_POSITIVE = {"type": "number", "minimum": 0}


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_RECEIVED = {
    "tcp": _object(bits_per_second=_POSITIVE),
    "udp": _object(
        bytes=_POSITIVE,
        seconds=_POSITIVE,
        jitter_ms=_POSITIVE,
        lost_packets={"type": "integer", "minimum": 0},
        packets={"type": "integer", "minimum": 1},
    ),
}
_SENT = {
    "tcp": _object(seconds=_POSITIVE, retransmits={"type": "integer", "minimum": 0}),
    "udp": _object(seconds=_POSITIVE, bytes=_POSITIVE),
}


class NotMeasured(CollectError):
    """A test gave no result that can be believed; nothing of it is stored."""


def server(address: str, port: int) -> list[str]:
    """Return the words of a server for one test."""
    return ["iperf3", "-s", "-1", "-B", address, "-p", str(port), "--forceflush"]


def client(test: SpeedTest, source: str, target: str, port: int) -> list[str]:
    """Return the words of the end that sends.

    Args:
        test: The test.
        source: Its address.
        target: The server's address.
        port: The server's port.
    """
    words = ["iperf3", "-c", target, "-B", source, "-p", str(port), "-J"]
    words += ["-t", str(test.duration_s), "-b", f"{test.rate:.0f}", "--connect-timeout", "5000"]
    return [*words, "-u"] if test.protocol == "udp" else words


def figures(test: SpeedTest, answer: Answer) -> dict[str, float]:
    """Return the figures of a client's report, by metric.

    Raises:
        NotMeasured: The test was cut short, or the report does not add up; says why.
    """
    data = _report(test, answer)
    sent, received = data["end"]["sum_sent"], data["end"]["sum_received"]
    if sent["seconds"] < _COMPLETE * test.duration_s:
        raise NotMeasured(f"{test.name}: it ended after {sent['seconds']:.1f} s")
    if test.protocol == "tcp":
        speed, retransmits = received["bits_per_second"], float(sent["retransmits"])
        return {"speed_tcp_bit_s": speed, "speed_tcp_retransmits": retransmits}
    loss = received["lost_packets"] / received["packets"]
    return {
        # What was sent, less what was lost: versions differ in what they call received.
        "speed_udp_bit_s": 8 * sent["bytes"] / sent["seconds"] * (1 - min(1.0, loss)),
        "speed_udp_loss_share": loss,
        "speed_udp_jitter_s": received["jitter_ms"] / 1000,
    }


def _report(test: SpeedTest, answer: Answer) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(answer.output)
    except (ValueError, RecursionError):
        problem = said(answer.output + answer.error)
        raise NotMeasured(f"{test.name}: iperf3 gave no report: {problem}") from None
    if isinstance(data, dict) and data.get("error"):
        raise NotMeasured(f"{test.name}: iperf3: {said(str(data['error']))}")
    if answer.status:
        raise NotMeasured(f"{test.name}: iperf3 ended with status {answer.status}")
    ends = _object(sum_sent=_SENT[test.protocol], sum_received=_RECEIVED[test.protocol])
    try:
        check(data, _object(end=ends), "iperf3's report")
    except InvalidData as error:
        raise NotMeasured(f"{test.name}: {error}") from error
    return data

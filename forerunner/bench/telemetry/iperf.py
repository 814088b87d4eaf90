"""Known traffic between places of the lab: iperf3 pairs side by side, and what each really sent."""

import json
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from forerunner.errors import ForerunnerError
from forerunner.lab import Lab

_UDP_HEADERS = 28
"""IPv4 and UDP, of each datagram."""
_SEGMENT, _TCP_HEADERS = 1448, 52
"""Of TCP over Ethernet with timestamps: data of a full segment; its IPv4 and TCP headers."""
_FIRST_PORT = 5201
_SLACK_S = 20.0


class NotSent(ForerunnerError):
    """iperf3 did not send what it was to send; says why."""


@dataclass(frozen=True)
class Pair:
    """Traffic from one place to another, at a rate.

    Attributes:
        source: Traffic host, or router that sends from its loopback.
        target: Traffic host, or router that is sent to at its loopback.
        bit_s: Of its payload.
        size: Bytes of a datagram's payload; 0 for TCP.
        tos: Octet of DSCP and ECN.
    """

    source: str
    target: str
    bit_s: float
    size: int = 1000
    tos: int = 0


def edge(lab: Lab, place: str) -> str:
    """Return the router behind which a place is."""
    hosts = lab.network["hosts"]
    return str(hosts[place]["router"]) if place in hosts else place


def send(lab: Lab, pairs: Sequence[Pair], seconds: float) -> list[int]:
    """Let all pairs send at the same time, and return the bytes of IP packets that each sent.

    Of UDP that is what iperf3 counted and the headers of as many datagrams; of TCP, what it
    counted and the headers of full segments.

    Raises:
        NotSent: One could not, or sent less than a tenth of what it was to send.
    """
    ports = range(_FIRST_PORT, _FIRST_PORT + len(pairs))
    with ExitStack() as stack:
        for pair, port in zip(pairs, ports, strict=True):
            server = _start(lab, pair.target, *_server(lab, pair, port))
            stack.callback(_end, server)
            _await_listening(server)
        clients = []
        for pair, port in zip(pairs, ports, strict=True):
            clients.append(_start(lab, pair.source, *_client(lab, pair, port, seconds)))
            stack.callback(_end, clients[-1])
        said = [each.communicate(timeout=seconds + _SLACK_S)[0] for each in clients]
    return [_sent(pair, text, seconds) for pair, text in zip(pairs, said, strict=True)]


def _address(lab: Lab, place: str) -> str:
    if place in lab.network["hosts"]:
        return lab.host_address(place)
    return str(lab.network["routers"][place]["loopback"])


def _server(lab: Lab, pair: Pair, port: int) -> tuple[str, ...]:
    return ("-s", "-1", "-B", _address(lab, pair.target), "-p", str(port), "--forceflush")


def _client(lab: Lab, pair: Pair, port: int, seconds: float) -> tuple[str, ...]:
    kind = ("-u", "-l", str(pair.size)) if pair.size else ()
    ends = ("-c", _address(lab, pair.target), "-B", _address(lab, pair.source), "-p", str(port))
    rate = ("-b", f"{pair.bit_s:.0f}", "-t", f"{seconds:g}", "-S", str(pair.tos))
    return (*ends, *kind, *rate, "--json")


def _start(lab: Lab, place: str, *arguments: str) -> "subprocess.Popen[str]":
    # The kernel ends the process when ours dies, however that happens.
    enter = ("ip", "netns", "exec", lab.namespace(place), "setpriv", "--pdeathsig", "TERM")
    pipe = subprocess.PIPE
    return subprocess.Popen([*enter, "iperf3", *arguments], stdout=pipe, stderr=pipe, text=True)


def _await_listening(server: "subprocess.Popen[str]") -> None:
    for line in server.stdout or ():
        if "listening" in line:
            return
    raise NotSent(f"iperf3 does not listen: {server.communicate()[1].strip()}")


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def _sent(pair: Pair, text: str, seconds: float) -> int:
    try:
        report: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise NotSent(f"{pair.source} to {pair.target}: iperf3 says {text[:200]!r}") from error
    if "error" in report:
        raise NotSent(f"{pair.source} to {pair.target}: {report['error']}")
    total = report["end"]["sum"] if pair.size else report["end"]["sum_sent"]
    octets = int(total["bytes"])
    if octets * 8 < pair.bit_s * seconds / 10:
        raise NotSent(f"{pair.source} to {pair.target}: only {octets} bytes were sent")
    if pair.size:
        return octets + int(total["packets"]) * _UDP_HEADERS
    return octets + -(-octets // _SEGMENT) * _TCP_HEADERS

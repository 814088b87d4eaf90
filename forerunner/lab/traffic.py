"""Traffic between the lab's hosts, and what of it arrived.

The count comes from a packet capture at the receiver, by sequence number: the capture can be
opened and counted again by anybody.
"""

import json
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import dpkt

from forerunner.lab.commands import run
from forerunner.lab.errors import LabError
from forerunner.lab.lab import Lab
from forerunner.lab.stream import HEADER, MARK

PORT = 5004
_BUCKET_S = 0.1
_IN_FLIGHT_S = 0.5
_TIMEOUT_S = 10.0
_SNAPSHOT_BYTES = 96
_SCRIPT = str(Path(__file__).with_name("stream.py"))


@dataclass(frozen=True)
class Count:
    """What became of the packets.

    Attributes:
        sent: Packets sent.
        lost: Of these, packets that are not in the capture.
        losses: (time, lost) for every 0.1 s of sending; time in seconds since the epoch.
    """

    sent: int
    lost: int
    losses: tuple[tuple[float, int], ...]


class Traffic:
    """A running stream of numbered UDP packets from the first traffic host to the second."""

    def __init__(
        self, processes: dict[str, subprocess.Popen[str]], capture: Path, rate: float
    ) -> None:
        self._processes, self._capture, self._rate = processes, capture, rate
        self._count: Count | None = None

    def stop(self) -> Count:
        """End the stream and return what arrived, by the capture; a second time the same.

        Raises:
            LabError: The sender died before.
        """
        if self._count is None:
            report = self._end_sender()
            time.sleep(_IN_FLIGHT_S)
            self.close()
            arrived = sequence_numbers(self._capture)
            self._count = count(arrived, report["sent"], report["began_at"], self._rate)
        return self._count

    def close(self) -> None:
        """End all processes of the stream, whatever their state."""
        for process in reversed(self._processes.values()):
            if process.poll() is None:
                process.terminate()
        for process in self._processes.values():
            _reap(process)

    def _end_sender(self) -> dict[str, Any]:
        sender = self._processes["sender"]
        sender.terminate()
        try:
            output, errors = sender.communicate(timeout=_TIMEOUT_S)
            report: dict[str, Any] = json.loads(output)
        except (subprocess.TimeoutExpired, ValueError):
            self.close()
            raise LabError(f"traffic: the sender died; it wrote: {errors.strip()}") from None
        return report

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start(lab: Lab, rate: float = 200.0, capture: Path | None = None) -> Traffic:
    """Start a UDP stream between the lab's two traffic hosts, captured where it arrives.

    Args:
        lab: A lab that is up.
        rate: Packets a second.
        capture: The pcap file to write; by default traffic.pcap among the lab's run-time files.

    Raises:
        LabError: The lab has not two traffic hosts, or one end does not start.
    """
    if len(lab.hosts) < 2:
        raise LabError(f"lab {lab.name} has {len(lab.hosts)} traffic hosts; traffic needs 2")
    capture = capture or lab.state / "traffic.pcap"
    capture.parent.mkdir(parents=True, exist_ok=True)
    processes: dict[str, subprocess.Popen[str]] = {}
    traffic = Traffic(processes, capture, rate)
    try:
        _start_in_order(lab, rate, capture, processes)
    except BaseException:
        traffic.close()
        raise
    return traffic


def _start_in_order(
    lab: Lab, rate: float, capture: Path, processes: dict[str, subprocess.Popen[str]]
) -> None:
    """Start capture, receiver and sender, and note each, so that a failure leaves none behind."""
    source, sink = lab.hosts[:2]
    processes["capture"] = _start(lab, sink, *_capture_command(lab, sink, capture))
    _await(processes["capture"].stderr, "listening on")
    address = lab.host_address(sink)
    processes["receiver"] = _start(lab, sink, *_python("receive", address, PORT))
    _await(processes["receiver"].stdout, "ready")
    # Fill the neighbour tables on the way, or the first packets pay for it.
    run("ip", "netns", "exec", lab.namespace(source), "ping", "-c3", "-i0.2", "-W1", address)
    processes["sender"] = _start(lab, source, *_python("send", address, PORT, rate))
    # Once it says so it is tied to us; whoever is killed before that would leave it behind.
    _await(processes["sender"].stdout, "ready")


def sequence_numbers(capture: Path) -> set[int]:
    """Return the sequence numbers of the stream's packets in a capture.

    Raises:
        LabError: The file is no capture.
    """
    found: set[int] = set()
    with capture.open("rb") as file:
        try:
            for _, frame in dpkt.pcap.Reader(file):
                payload = dpkt.ethernet.Ethernet(frame).data.data.data
                mark, number, _ = HEADER.unpack_from(payload)
                if mark == MARK:
                    found.add(number)
        except (ValueError, dpkt.UnpackError) as error:
            raise LabError(f"{capture} is no packet capture of the stream: {error}") from error
    return found


def count(arrived: set[int], sent: int, began_at: float, rate: float) -> Count:
    """Return what is missing among the numbers 0 to `sent` - 1, and when it was sent."""
    missing = Counter(int(n / rate / _BUCKET_S) for n in range(sent) if n not in arrived)
    buckets = int(sent / rate / _BUCKET_S) + 1 if sent else 0
    losses = tuple((began_at + index * _BUCKET_S, missing[index]) for index in range(buckets))
    return Count(sent, missing.total(), losses)


def _python(*arguments: object) -> tuple[str, ...]:
    return ("/usr/bin/python3", "-I", "-S", _SCRIPT, *map(str, arguments))


def _capture_command(lab: Lab, sink: str, capture: Path) -> tuple[str, ...]:
    interface = f"to-{lab.network['hosts'][sink]['router']}"
    now, snapshot = ("--immediate-mode", "-U"), ("-s", str(_SNAPSHOT_BYTES))
    options = ("-Q", "in", *now, "-n", "-Z", "root", *snapshot, "-w", str(capture))
    return ("tcpdump", "-i", interface, *options, f"udp and dst port {PORT}")


def _start(lab: Lab, host: str, *command: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    # The kernel ends the process when ours dies, however that happens.
    tied = ("setpriv", "--pdeathsig", "TERM", *command)
    return subprocess.Popen(
        ("ip", "netns", "exec", lab.namespace(host), *tied), stdout=pipe, stderr=pipe, text=True
    )


def _await(stream: Any, sign: str) -> None:
    lines = []
    for line in stream:
        if sign in line:
            return
        lines.append(line.strip())
    raise LabError(f"traffic does not start: {' '.join(lines)}; is the lab up and the port free?")


def _reap(process: subprocess.Popen[str]) -> None:
    try:
        process.communicate(timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    except ValueError:
        process.wait()  # Its pipes were read to the end before.

"""Probe links in both directions, from the router: a STAMP sender (RFC 8762, unauthenticated).

Runs by `/usr/bin/python3 -I -S`: the standard library and nothing else. One thread wakes once an
interval and sends one packet a session; twice a bin it takes what the kernel received and stamped
meanwhile, and writes the bins that are settled. The reflector counts what it answers, so packets
lost on the way there are told from packets lost on the way back.
"""

import errno
import json
import os
import select
import sys
import time
from ipaddress import AddressValueError, IPv4Address

from forerunner.agent import reflect, stamp
from forerunner.agent.session import BIN_S, Line, Session

MINIMUM_INTERVAL_MS = 10
MAXIMUM_INTERVAL_MS = 1000
MAXIMUM_SESSIONS = 64
_USAGE = "usage: probe <interval_ms> <local>,<peer> [<local>,<peer> ...]"
# What nobody reads is thrown away at the end, not waited for: probing goes on.
_UNREAD_OUTPUT = 1 << 18
_READ_EVERY_S = BIN_S / 2


class BadArgument(ValueError):
    """The command line does not say what to probe."""


class Probe:
    """One session's socket and its account."""

    def __init__(self, local: str, peer: str, port: int = stamp.PORT) -> None:
        self.session = Session(f"{local},{peer}")
        self._identifier = int.from_bytes(os.urandom(2), "big")
        self._socket = stamp.open_socket(local, 0)
        self._socket.setblocking(False)
        # Connected: only the peer's packets arrive, and its refusals do too.
        self._socket.connect((peer, port))

    def send(self, number: int, clock: float) -> None:
        """Send the next packet; one that the link does not take is lost like any other."""
        sequence = self.session.sent(number, clock) & 0xFFFFFFFF
        now = stamp.timestamp(time.time_ns())
        packet = stamp.REQUEST.pack(sequence, now, stamp.ERROR_ESTIMATE, self._identifier)
        try:
            self._socket.send(packet)
        except OSError as error:
            self._note(error)

    def receive(self) -> None:
        """Take every answer that the kernel holds."""
        while True:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(64, stamp.ANCILLARY_SIZE)
            except BlockingIOError:
                return
            except OSError as error:
                self._note(error)
            else:
                self._answered(data, stamp.received_ns(ancillary))

    def _note(self, error: OSError) -> None:
        if error.errno == errno.ECONNREFUSED:
            self.session.refused()

    def _answered(self, data: bytes, received_ns: int) -> None:
        if len(data) < stamp.ANSWER.size:
            return
        fields = stamp.ANSWER.unpack_from(data)
        count, left, _, identifier, arrived, sequence, sent, _, _ = fields
        if identifier != self._identifier:
            return
        at_peer = stamp.nanoseconds(left) - stamp.nanoseconds(arrived)
        rtt = received_ns - stamp.nanoseconds(sent) - at_peer
        # On the wire the number has 32 bits, in the account it has no end.
        whole = self.session.next - ((self.session.next - sequence) & 0xFFFFFFFF)
        self.session.answered(whole, count, max(rtt, 0))


class _Output:
    """Standard output that never blocks the probing."""

    def __init__(self) -> None:
        os.set_blocking(1, False)
        self._unread = b""

    def write(self, lines: list[Line]) -> None:
        """Write the lines; those that nobody takes in time are dropped whole."""
        new = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        if len(self._unread) + len(new) <= _UNREAD_OUTPUT:
            self._unread += new
        if self._unread:
            try:
                self._unread = self._unread[os.write(1, self._unread) :]
            except BlockingIOError:
                return


def run_reflect(argv: list[str]) -> int:
    """Answer probes until a signal ends the process; `argv` holds a UDP port at the most."""
    return reflect.run(argv)


def run_probe(argv: list[str]) -> int:
    """Probe until standard input closes, writing one JSON line a session and bin.

    Args:
        argv: The interval in milliseconds, then `<local>,<peer>` IPv4 addresses for each session.
    """
    try:
        interval_s, pairs = parse(argv)
        probes = [Probe(local, peer) for local, peer in pairs]
    except (BadArgument, OSError) as error:
        print(f"probe: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadArgument) else 1
    try:
        _run(probes, interval_s)
    except BrokenPipeError:
        return 0
    return 0


def parse(argv: list[str]) -> tuple[float, list[tuple[str, str]]]:
    """Return the interval in seconds and the address pairs.

    Raises:
        BadArgument: Says which argument is wrong and what would be right.
    """
    if not 2 <= len(argv) <= MAXIMUM_SESSIONS + 1:
        raise BadArgument(f"1 to {MAXIMUM_SESSIONS} sessions are wanted; {_USAGE}")
    interval = argv[0]
    # The length first: int() of a long string is slow.
    is_number = len(interval) <= 4 and interval.isascii() and interval.isdigit()
    if not is_number or not MINIMUM_INTERVAL_MS <= int(interval) <= MAXIMUM_INTERVAL_MS:
        limits = f"{MINIMUM_INTERVAL_MS} to {MAXIMUM_INTERVAL_MS}"
        raise BadArgument(f"interval {interval[:20]!r} is not {limits}; {_USAGE}")
    pairs = [_pair(argument) for argument in argv[1:]]
    if len(set(pairs)) != len(pairs):
        raise BadArgument("a session stands there twice")
    return int(interval) / 1000, pairs


def _pair(text: str) -> tuple[str, str]:
    try:
        local, peer = (str(IPv4Address(part)) for part in text.split(","))
    except (AddressValueError, ValueError):
        raise BadArgument(f"{text[:40]!r} is not <local>,<peer>, as 10.1.13.1,10.1.13.2") from None
    return local, peer


def _run(probes: list[Probe], interval_s: float) -> None:
    output = _Output()
    clock, last = 0.0, time.monotonic()
    due = read_at = last + interval_s
    while True:
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.monotonic()
        # What is more than two intervals was spent waiting for a processor.
        clock += min(now - last, 2 * interval_s)
        last = now
        number = int(time.time() / BIN_S)
        for probe in probes:
            probe.send(number, clock)
        if now >= read_at:
            if _closed():
                return
            output.write(_settled(probes, number, clock))
            read_at = now + _until_next_read()
        due = _next_slot(due, now, interval_s)


def _settled(probes: list[Probe], number: int, clock: float) -> list[Line]:
    for probe in probes:
        probe.receive()
    return [line for probe in probes for line in probe.session.settle(number, clock)]


def _until_next_read() -> float:
    """Return the seconds until answers are read again, twice a bin.

    Waking up is what costs, so it is not done for every answer: the kernel keeps them and stamps
    them. The first reading of a bin comes when the last answers of the one before are in.
    """
    return _READ_EVERY_S - (time.time() - 2 * reflect.HOLD_S) % _READ_EVERY_S


def _next_slot(due: float, now: float, interval_s: float) -> float:
    """Return the next point of the grid that lies ahead: missed ones are skipped, not made up."""
    missed = max(0, int((now - due) / interval_s))
    return due + (missed + 1) * interval_s


def _closed() -> bool:
    return bool(select.select([0], [], [], 0)[0]) and not os.read(0, 4096)

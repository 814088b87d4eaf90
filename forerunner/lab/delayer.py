"""Holds the packets of one NFQUEUE: run by `/usr/bin/python3 -I -S` in the sender's namespace.

Standard library alone. `<queue> <seconds>` returns once the kernel hands it packets, and goes on
in the background until TERM, which lets go of what it holds. It asks for no payload: what it
keeps of a packet is its number and the time at which it is due, so that order holds by itself.

Source: linux/netfilter/nfnetlink_queue.h; every message is a header, a family, and attributes.
"""

import os
import select
import signal
import socket
import struct
import sys
import time
from collections import deque
from contextlib import suppress
from types import FrameType

_NETFILTER = 12
_PACKET, _VERDICT_BATCH, _CONFIG = 0x300, 0x303, 0x302
_REQUEST, _ACKNOWLEDGE = 1, 4
_COMMAND, _PARAMETERS, _LENGTH, _MASK, _FLAGS = range(1, 6)
_BIND, _NO_PAYLOAD, _FAIL_OPEN, _GSO = 1, 1, 1, 4
_VERDICT, _ACCEPT = 2, 1
_ACKNOWLEDGEMENT = 2
_HEADER = struct.Struct("=IHHIIBB")
_NUMBER_AT = 24
"""A packet's number is the first field of the first attribute."""
_RCVBUFFORCE = 33
_BUFFER_BYTES = 16 << 20
_LONGEST = 100_000
"""Packets that may wait; more pass at once, for a delay is no loss."""
_AT_ONCE = 256


class _Stop(Exception):
    """TERM came."""


class Queue:
    """One NFQUEUE of this network namespace.

    Raises:
        OSError: Another holds it, or the kernel has none.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETFILTER)
        self.socket.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, _BUFFER_BYTES)
        flags = _FAIL_OPEN | _GSO
        self._send(
            _CONFIG,
            _attribute(_COMMAND, ">BxH", _BIND, 0),
            _attribute(_PARAMETERS, ">IB", 0, _NO_PAYLOAD),
            _attribute(_LENGTH, ">I", _LONGEST),
            _attribute(_MASK, ">I", flags),
            _attribute(_FLAGS, ">I", flags),
            options=_ACKNOWLEDGE,
        )
        self._expect_acknowledgement()
        self.socket.setblocking(False)

    def packets(self) -> list[int]:
        """Return the numbers of the packets that came, in their order."""
        numbers: list[int] = []
        try:
            while len(numbers) < _AT_ONCE:
                message = self.socket.recv(4096)
                if struct.unpack_from("=H", message, 4)[0] == _PACKET:
                    numbers.append(struct.unpack_from(">I", message, _NUMBER_AT)[0])
        except OSError:  # None is left, or too many came and the kernel let some pass.
            return numbers
        return numbers

    def release(self, number: int) -> None:
        """Let a packet go, and all before it."""
        self._send(_VERDICT_BATCH, _attribute(_VERDICT, ">II", _ACCEPT, number))

    def _send(self, kind: int, *attributes: bytes, options: int = 0) -> None:
        body = struct.pack(">H", self._number) + b"".join(attributes)
        length = _HEADER.size + len(body)
        header = _HEADER.pack(length, kind, _REQUEST | options, 0, 0, socket.AF_UNSPEC, 0)
        self.socket.sendto(header + body, (0, 0))

    def _expect_acknowledgement(self) -> None:
        message = self.socket.recv(4096)
        kind, error = struct.unpack_from("=H", message, 4)[0], struct.unpack_from("=i", message, 16)
        if kind == _ACKNOWLEDGEMENT and error[0]:
            raise OSError(-error[0], os.strerror(-error[0]))


def hold(queue: Queue, delay_s: float) -> None:
    """Let every packet go `delay_s` seconds after it came, until TERM."""
    waiting: deque[tuple[float, int]] = deque()
    try:
        while True:
            left = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
            select.select([queue.socket], [], [], left)
            came = queue.packets()
            # Read the clock after them: a packet may be held too long, never too short.
            now = time.monotonic()
            waiting.extend((now + delay_s, number) for number in came)
            _release_due(queue, waiting, now)
    except _Stop:
        _release_due(queue, waiting, float("inf"))


def _release_due(queue: Queue, waiting: deque[tuple[float, int]], now: float) -> None:
    last = None
    while waiting and waiting[0][0] <= now:
        last = waiting.popleft()[1]
    if last is not None:
        queue.release(last)


def _attribute(kind: int, layout: str, *values: int) -> bytes:
    value = struct.pack(layout, *values)
    # The length does not count what fills the attribute up to a multiple of four bytes.
    return struct.pack("=HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


def _to_background() -> None:
    if os.fork():
        os._exit(0)
    os.setsid()
    # Being late would be delay that nobody asked for, however humble who started it is.
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    os.chdir("/")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # A second TERM must not cut short what the first began.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Stop


if __name__ == "__main__":
    bound = Queue(int(sys.argv[1]))
    _to_background()
    signal.signal(signal.SIGTERM, _stop)
    hold(bound, float(sys.argv[2]))

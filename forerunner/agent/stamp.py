"""STAMP on the wire: packets, timestamps and the sockets that carry them.

Source: RFC 8762 (unauthenticated mode) and RFC 8972 (session identifier).
"""

import socket
import struct
import time
from collections.abc import Sequence

PORT = 8620
REQUEST = struct.Struct("!IQHH28x")
ANSWER = struct.Struct("!IQHHQIQHxxBxxx")
# Z bit: PTPv2 timestamps (seconds, nanoseconds); the multiplier may not be 0.
ERROR_ESTIMATE = 0x4001
TIME_TO_LIVE = 255
ANCILLARY_SIZE = 128

# Linux; this Python's socket module does not name them.
_SO_TIMESTAMPNS = 35
_IP_PKTINFO = 8
_TIMESPEC = struct.Struct("@ll")
_PACKET_INFORMATION = struct.Struct("@i4s4s")
_RECEIVE_BUFFER = 1 << 20
_BILLION = 1_000_000_000

Ancillary = Sequence[tuple[int, int, bytes]]


def open_socket(address: str, port: int) -> socket.socket:
    """Return a UDP socket bound to `address` that never leaves the link.

    Without a route through a gateway, a probe of a link that is down fails instead of going the
    long way round. The kernel stamps what it receives: waiting for a processor is no delay of
    the network's, and a large buffer keeps what arrives meanwhile.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, TIME_TO_LIVE)
    opened.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    opened.bind((address, port))
    return opened


def timestamp(nanoseconds: int) -> int:
    """Return nanoseconds since the epoch as a 64-bit PTPv2 timestamp."""
    seconds, rest = divmod(nanoseconds, _BILLION)
    return seconds << 32 | rest


def nanoseconds(stamp: int) -> int:
    """Return a PTPv2 timestamp as nanoseconds since the epoch."""
    return (stamp >> 32) * _BILLION + (stamp & 0xFFFFFFFF)


def received_ns(ancillary: Ancillary) -> int:
    """Return when the kernel received a packet, in nanoseconds since the epoch."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, rest = _TIMESPEC.unpack_from(data)
            return int(seconds) * _BILLION + int(rest)
    return time.time_ns()


def way_back(ancillary: Ancillary) -> list[tuple[int, int, bytes]]:
    """Return what makes an answer leave from the address and interface that were asked."""
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            interface, _, destination = _PACKET_INFORMATION.unpack(data)
            answer = _PACKET_INFORMATION.pack(interface, destination, bytes(4))
            return [(socket.IPPROTO_IP, _IP_PKTINFO, answer)]
    return []

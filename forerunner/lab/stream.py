"""The traffic's two ends: run by `/usr/bin/python3 -I -S` in the hosts' namespaces.

Standard library alone; each says "ready" first. `send <address> <port> <packets per second>`
numbers its packets and, on TERM, prints {"sent", "began_at"}; `receive <address> <port>` takes
them, so that no ICMP error comes back. `load <address> <port>` competes for a link: it sends big
packets at the rate that the last line on its standard input gives, in bit/s, until TERM or the
end of its input.
"""

import json
import select
import signal
import socket
import struct
import sys
import time
from types import FrameType

HEADER = struct.Struct("!4sId")
"""Mark, sequence number, and time of sending in seconds since the epoch."""
MARK = b"FRNR"
_PAYLOAD_BYTES = 172
"""What a G.711 voice packet of 20 ms carries with its RTP header."""
_FULL_BYTES = 1514
_HEADERS_BYTES = 42
"""Ethernet, IPv4 and UDP; the queue counts them."""
_LOAD_STEP_S = 0.01


class _Stop(Exception):
    """TERM came."""


def send(address: str, port: int, rate: float) -> None:
    """Send until TERM, at fixed times: a late packet delays no other."""
    padding = bytes(_PAYLOAD_BYTES - HEADER.size)
    _say("ready")
    sent, began_at, began = 0, time.time(), time.monotonic()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while True:
                _sleep_until(began + sent / rate)
                packet = HEADER.pack(MARK, sent, time.time()) + padding
                sent += 1
                _send(sender, packet, (address, port))
    except _Stop:
        _say(json.dumps({"sent": sent, "began_at": began_at}))


def receive(address: str, port: int) -> None:
    """Take packets until TERM."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((address, port))
        _say("ready")
        try:
            while True:
                receiver.recv(2048)
        except _Stop:
            return


def load(address: str, port: int) -> None:
    """Send packets of a full MTU at a rate that may change, in steps of ten milliseconds."""
    _say("ready")
    rate, owed, last = 0.0, 0.0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        try:
            while True:
                if select.select([sys.stdin], [], [], _LOAD_STEP_S)[0]:
                    line = sys.stdin.readline()
                    if not line:
                        return
                    rate = float(line)
                now = time.monotonic()
                # What a sleeping machine missed is not made up for by a burst.
                owed += rate / 8 * min(now - last, 5 * _LOAD_STEP_S)
                last = now
                while owed >= _FULL_BYTES:
                    owed -= _FULL_BYTES
                    _send(sender, bytes(_FULL_BYTES - _HEADERS_BYTES), (address, port))
        except _Stop:
            return


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _send(sender: socket.socket, packet: bytes, to: tuple[str, int]) -> None:
    try:
        sender.sendto(packet, to)
    except OSError:
        return  # No route for the moment: the packet counts as sent and is lost.


def _sleep_until(moment: float) -> None:
    left = moment - time.monotonic()
    if left > 0:
        time.sleep(left)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # A second TERM must not cut the report of the first short.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Stop


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    if sys.argv[1] == "send":
        send(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    elif sys.argv[1] == "load":
        load(sys.argv[2], int(sys.argv[3]))
    else:
        receive(sys.argv[2], int(sys.argv[3]))

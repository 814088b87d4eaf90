"""What a router itself sees of the network: whom it reaches, and its interfaces' errors."""

import contextlib
import json
import select
import socket
import sys
import time
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from forerunner.agent.timer import BadArgument

# Nobody listens there (the first of traceroute's): whoever is reached says so.
PORT = 33434
_TRIES, _TRY_S = 3, 0.3
_MOST_PEERS = 1000
_COUNTERS = Path("/proc/net/dev")


def run_health(argv: list[str]) -> int:
    """Print {"reached": [address, ...], "errors": {interface: number}} as one JSON line.

    Args:
        argv: The address to ask from, then those to reach, IPv4.
    """
    try:
        local, *peers = _addresses(argv)
        reached = reach(local, peers)
    except (BadArgument, OSError) as error:
        print(f"health: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadArgument) else 1
    print(json.dumps({"reached": reached, "errors": errors()}), flush=True)
    return 0


def reach(local: str, peers: list[str]) -> list[str]:
    """Return the peers that answer.

    A datagram to a port that nobody listens on is answered by "port unreachable" (RFC 1122,
    section 4.1.3.1), which needs no privilege to ask for or to hear.
    """
    sockets = {peer: _socket(local, peer) for peer in peers}
    found = set[str]()
    try:
        for _ in range(_TRIES):
            found |= _tried({name: each for name, each in sockets.items() if name not in found})
            if len(found) == len(sockets):
                break
    finally:
        for each in sockets.values():
            each.close()
    return [peer for peer in peers if peer in found]


def errors() -> dict[str, int]:
    """Return the errors that each interface has counted, received and sent."""
    rows = (line.partition(":") for line in _COUNTERS.read_text().splitlines() if ":" in line)
    words = {name.strip(): [int(word) for word in counts.split()] for name, _, counts in rows}
    return {name: counts[2] + counts[10] for name, counts in words.items()}


def _tried(waiting: dict[str, socket.socket]) -> set[str]:
    found = {peer for peer, each in waiting.items() if not _sent(each)}
    end = time.monotonic() + _TRY_S
    while len(found) < len(waiting) and (left := end - time.monotonic()) > 0:
        pending = [each for peer, each in waiting.items() if peer not in found]
        ready = select.select(pending, [], [], left)[0]
        found |= {peer for peer, each in waiting.items() if each in ready and _refused(each)}
    return found


def _socket(local: str, peer: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    with contextlib.suppress(OSError):
        made.bind((local, 0))
        # Connected, so that the refusal is heard; where there is no route it fails.
        made.connect((peer, PORT))
    return made


def _sent(each: socket.socket) -> bool:
    """Send, and return whether an answer is still waited for: a refusal may show here, too."""
    try:
        each.send(b"")
    except ConnectionRefusedError:
        return False
    except OSError:
        return True
    return True


def _refused(each: socket.socket) -> bool:
    try:
        each.recv(1)
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True


def _addresses(argv: list[str]) -> list[str]:
    if not 1 <= len(argv) <= _MOST_PEERS + 1:
        raise BadArgument(f"usage: health <local> <peer> ..., with {_MOST_PEERS} peers at the most")
    try:
        return [str(IPv4Address(word)) for word in argv]
    except AddressValueError as error:
        raise BadArgument(str(error)) from None

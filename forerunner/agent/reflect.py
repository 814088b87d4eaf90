"""The stateful session-reflector of STAMP (RFC 8762, section 4.3)."""

import socket
import sys
import time
from collections import OrderedDict

from forerunner.agent import stamp

# Waking up is what costs: probes are answered together. The answer holds when each of them came.
HOLD_S = 0.02
# Bounded, so that strangers cannot fill the memory; the session unused for longest goes first.
_MAXIMUM_SESSIONS = 1024


class Reflector:
    """Answers probes on one socket and counts what it answers, session by session."""

    def __init__(self, address: str = "", port: int = stamp.PORT) -> None:
        self._socket = stamp.open_socket(address, port)
        self._counts: OrderedDict[tuple[str, int, int], int] = OrderedDict()

    def answer(self) -> None:
        """Wait for probes and answer them all; what is no probe is ignored."""
        self._answer(0)
        try:
            while True:
                self._answer(socket.MSG_DONTWAIT)
        except BlockingIOError:
            return

    def _answer(self, flags: int) -> None:
        data, ancillary, _, source = self._socket.recvmsg(64, stamp.ANCILLARY_SIZE, flags)
        if len(data) < stamp.REQUEST.size:
            return
        sequence, sent, estimate, identifier = stamp.REQUEST.unpack_from(data)
        arrived = stamp.timestamp(stamp.received_ns(ancillary))
        count = self._count((*source, identifier))
        answer = stamp.ANSWER.pack(
            count,
            stamp.timestamp(time.time_ns()),
            stamp.ERROR_ESTIMATE,
            identifier,
            arrived,
            sequence,
            sent,
            estimate,
            stamp.TIME_TO_LIVE,
        )
        try:
            self._socket.sendmsg([answer], stamp.way_back(ancillary), 0, source)
        except OSError:
            # The link went down in between; the sender sees the loss.
            return

    def _count(self, session: tuple[str, int, int]) -> int:
        count = self._counts.pop(session, 0)
        self._counts[session] = (count + 1) & 0xFFFFFFFF
        if len(self._counts) > _MAXIMUM_SESSIONS:
            self._counts.popitem(last=False)
        return count


def run(argv: list[str]) -> int:
    """Answer probes until a signal ends the process.

    Args:
        argv: A UDP port, or nothing for the usual one.
    """
    try:
        port = int(argv[0]) if argv else stamp.PORT
        reflector = Reflector(port=port)
    except (OSError, OverflowError, ValueError) as error:
        print(f"reflect: cannot listen on UDP {argv[:1] or stamp.PORT}: {error}", file=sys.stderr)
        return 1
    while True:
        reflector.answer()
        time.sleep(HOLD_S)

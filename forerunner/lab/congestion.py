"""Congestion of a real link: a narrow queue, and load that competes for it.

Probes and traffic wait in the same queue as the load, so that they see what congestion always
shows: delay first, and loss only once the queue is full.
"""

import json
import subprocess
import time
from pathlib import Path
from typing import Self

from forerunner.lab import impairment
from forerunner.lab.commands import run_all
from forerunner.lab.errors import LabError
from forerunner.lab.lab import Lab
from forerunner.topology import Direction, Link

RATE = 8e6
"""Bit/s that a congested link lets through, each way."""
PORT = 9
"""The discard service (RFC 863)."""
_SCRIPT = str(Path(__file__).with_name("stream.py"))
_LIMIT = impairment.Impairment(rate=RATE)


class Congestion:
    """Congests one link, both ways, while it is asked to.

    Args:
        lab: A lab that is up.
        link: The link.
    """

    def __init__(self, lab: Lab, link: Link) -> None:
        self.lab, self.link = lab, link
        self._senders: list[subprocess.Popen[str]] = []
        self._others: list[float] = []

    def overload(self, excess: float) -> None:
        """Offer the link more than it can carry.

        Args:
            excess: Share of what is offered that the queue has no room for, 0 to 1. Small
                packets still find room where big ones do not, so they lose less than this.
        """
        if not self._senders:
            self._begin()
        for sender, others in zip(self._senders, self._others, strict=True):
            if sender.stdin is not None and sender.poll() is None:
                sender.stdin.write(f"{max(0.0, RATE / (1 - excess) - others)}\n")
                sender.stdin.flush()

    def end(self) -> None:
        """Take load and queue away."""
        if not self._senders:
            return
        for sender in self._senders:
            sender.terminate()
        for sender in self._senders:
            sender.communicate()
        self._senders = []
        impairment.set_queues(self.lab, self.link, impairment.CLEAN)

    def __enter__(self) -> Self:
        self._began, self._sent = time.monotonic(), self._bits_sent()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _begin(self) -> None:
        # What others send counts towards the overload; it is what they sent so far.
        seconds = max(time.monotonic() - self._began, 1.0)
        pairs = zip(self._bits_sent(), self._sent, strict=True)
        self._others = [(now - before) / seconds for now, before in pairs]
        impairment.set_queues(self.lab, self.link, _LIMIT)
        for way in self.link.directions:
            self._senders.append(self._sender(way))

    def _sender(self, way: Direction) -> subprocess.Popen[str]:
        # The kernel ends the process when ours dies, however that happens.
        tied = ("setpriv", "--pdeathsig", "TERM", "/usr/bin/python3", "-I", "-S")
        command = (*tied, _SCRIPT, "load", way.peer_address, str(PORT))
        inside = ("ip", "netns", "exec", self.lab.namespace(way.host), *command)
        pipe = subprocess.PIPE
        sender = subprocess.Popen(inside, stdin=pipe, stdout=pipe, text=True)
        # Once it says so it is tied to us.
        if sender.stdout is None or sender.stdout.readline() != "ready\n":
            raise LabError(f"{way.name}: the load that competes for the link does not start")
        return sender

    def _bits_sent(self) -> list[float]:
        shown = run_all(
            ("ip", "-n", self.lab.namespace(way.host), "-s", "-j", "link", "show", way.interface)
            for way in self.link.directions
        )
        return [8.0 * json.loads(text)[0]["stats64"]["tx"]["bytes"] for text in shown]

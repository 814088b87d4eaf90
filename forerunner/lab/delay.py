"""Delay where the kernel has no netem: an NFQUEUE rule, and a delayer that holds each packet.

The rule queues what leaves by an interface. The delayer, a process in the sender's namespace,
lets it go when it is due.

At the receiver the kernel would stamp a packet's arrival before it is held, and probes would see
no delay. At the sender a router's own TCP waits for what is held (TCP small queues), and loses
rate that netem would leave it; what a router forwards does not.

The rule is iptables-nft's, for a kernel may have that target and not nftables' own `queue`. It
carries the delay as its comment and lets packets pass once nobody holds the queue. Only IPv4 is
queued: ARP is not delayed.
"""

import os
import re
import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from forerunner.lab.commands import pids, run
from forerunner.lab.errors import CommandFailed, LabError
from forerunner.lab.journal import NETNS
from forerunner.lab.lab import Lab
from forerunner.topology import Direction

BROKEN_S = 1e-9
"""Stands for a rule without its delayer, or the reverse: equals nothing asked."""
_SCRIPT = Path(__file__).with_name("delayer.py")
_CHAIN = ("iptables-nft", "-t", "mangle")
_COMMENT = re.compile(r'--comment "delay ([0-9.e-]+)"')
# The kernel lists the queues that somebody holds, where it has any.
_HELD = "/proc/net/netfilter/nfnetlink_queue"
_SHOW = f"{' '.join(_CHAIN)} -S POSTROUTING && if [ -e {_HELD} ]; then cat {_HELD}; fi"
_GRACE_S = 5.0


def show(lab: Lab, way: Direction) -> tuple[str, ...]:
    """Return the command that shows what `read` reads, for `run_all`."""
    return (*_inside(lab, way), "sh", "-c", _SHOW)


def read(shown: str, lab: Lab, way: Direction) -> float:
    """Return the seconds that a direction is delayed, as the kernel says; 0 when it is not."""
    delays = [float(match[1]) for rule in _rules(shown, way) for match in _COMMENT.finditer(rule)]
    held = _is_held(shown, lab, way)
    if not delays and not held:
        return 0.0
    return delays[0] if held and len(delays) == 1 else BROKEN_S


def start(lab: Lab, way: Direction, delay_s: float) -> None:
    """Delay a direction that is not delayed.

    Raises:
        LabError: The kernel has no NFQUEUE either.
    """
    inside, number = _inside(lab, way), str(_number(lab, way))
    match = ("-o", way.interface, "-m", "comment", "--comment", f"delay {delay_s}")
    target = ("-j", "NFQUEUE", "--queue-num", number, "--queue-bypass")
    try:
        # The delayer comes first: from the first packet on, all are delayed.
        run(*inside, "/usr/bin/python3", "-I", "-S", str(_SCRIPT), number, str(delay_s))
        run(*inside, *_CHAIN, "-A", "POSTROUTING", *match, *target)
    except CommandFailed as error:
        raise LabError(
            f"this kernel offers no delay, neither netem nor NFQUEUE ({error}); load one with: "
            "modprobe sch_netem, or ask for loss, rate or blackhole instead"
        ) from error


def stop(lab: Lab, way: Direction) -> None:
    """Delay a direction no longer; what is held goes on its way.

    Raises:
        LabError: The delayer will not end.
    """
    shown = run(*show(lab, way))
    rules = list(_rules(shown, way))
    for rule in rules:
        run(*_inside(lab, way), *_CHAIN, "-D", *shlex.split(rule)[1:])
    if rules or _is_held(shown, lab, way):
        _end_delayer(lab, way)
    if rules and len(rules) == shown.count("\n-A"):
        run(*_inside(lab, way), "nft", "delete", "table", "ip", "mangle")


def _inside(lab: Lab, way: Direction) -> tuple[str, ...]:
    return ("nsenter", f"--net={NETNS / lab.namespace(way.host)}")


def _number(lab: Lab, way: Direction) -> int:
    # Queues are the namespace's own; a router has one link to each other router.
    return 1 + lab.routers.index(way.peer)


def _rules(shown: str, way: Direction) -> Iterator[str]:
    beginning = f"-A POSTROUTING -o {way.interface} "
    return (line for line in shown.splitlines() if line.startswith(beginning))


def _is_held(shown: str, lab: Lab, way: Direction) -> bool:
    return any(line.split()[:1] == [str(_number(lab, way))] for line in shown.splitlines())


def _end_delayer(lab: Lab, way: Direction) -> None:
    deadline = time.monotonic() + _GRACE_S
    while found := list(_delayers(lab, way)):
        if time.monotonic() > deadline:
            raise LabError(f"{way.name}: the delayer, process {found[0]}, will not end")
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        time.sleep(0.02)


def _delayers(lab: Lab, way: Direction) -> Iterator[int]:
    wanted = [_SCRIPT.name, str(_number(lab, way))]
    for pid in pids(lab.namespace(way.host)):
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if [Path(word).name for word in words[3:5]] == wanted:
                yield pid

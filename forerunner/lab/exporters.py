"""Flow exporters of the lab: a softflowd in each router, for whatever comes in on any interface.

They are no part of the lab's build: whoever wants flows starts them, and the lab's removal, which
empties the routers' namespaces, ends them too.
"""

import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from forerunner.lab.commands import run_all
from forerunner.lab.daemons import Daemon, runs
from forerunner.lab.errors import CommandFailed, LabError
from forerunner.lab.lab import Lab

_PULSE = Path(__file__).with_name("pulse.py")
# What came in, once on each router of the way; not what goes to and from the management network.
_FILTER = "inbound and not net {management}"
_RING_BYTES = 16 * 2**20
_LONGEST_PACKET = 65_535
_END_S = 5.0
TIMEOUTS: Mapping[str, int] = {"maxlife": 30, "tcp": 15, "udp": 15, "icmp": 15, "general": 15}
"""Seconds until a flow is exported: that lasts (active timeout), that is silent, by protocol."""


def control(lab: Lab, router: str) -> Path:
    """Return the socket that a router's exporter is told by."""
    return lab.router_directory(router) / "softflowd.ctl"


def start(
    lab: Lab, collectors: Sequence[str], timeouts: Mapping[str, int] = TIMEOUTS, check: bool = False
) -> list[str]:
    """Start what does not run of the exporters, and return the routers that it was started on.

    Args:
        lab: The lab, which is up.
        collectors: Each as `address:port`; all of them get every flow.
        timeouts: Seconds by softflowd's names.
        check: Start nothing.
    """
    wanted = [
        each for router in lab.routers for each in _daemons(lab, router, collectors, timeouts)
    ]
    dead = [each for each in wanted if not runs(each, lab.namespace(each.router))]
    if not check:
        run_all(
            ("ip", "netns", "exec", lab.namespace(x.router), "sh", "-c", x.command) for x in dead
        )
    return sorted({each.router for each in dead})


def stop(lab: Lab, check: bool = False) -> list[str]:
    """Stop the exporters once they have exported what they hold, and return their routers.

    Raises:
        LabError: One does not end.
    """
    known = [each for router in lab.routers for each in _daemons(lab, router, (), TIMEOUTS)]
    running = [each for each in known if runs(each, lab.namespace(each.router))]
    for each in () if check else running:
        os.kill(int(each.pid_file.read_text()), signal.SIGTERM)
    deadline = time.monotonic() + _END_S
    while not check and any(runs(each, lab.namespace(each.router)) for each in running):
        if time.monotonic() > deadline:
            raise LabError(f"lab {lab.name}: flow exporters do not end within {_END_S:g} s")
        time.sleep(0.02)
    return sorted({each.router for each in running})


def flush(lab: Lab) -> None:
    """Let every exporter export what it holds."""
    tell([control(lab, router) for router in lab.routers], "expire-all")


def tell(controls: Sequence[Path], word: str) -> None:
    """Tell software exporters on this machine something; those that do not run are passed over."""
    commands = [("softflowctl", "-c", str(each), word) for each in controls if each.exists()]
    try:
        run_all(commands)
    except CommandFailed:
        return


def _daemons(
    lab: Lab, router: str, collectors: Sequence[str], timeouts: Mapping[str, int]
) -> tuple[Daemon, Daemon]:
    directory = lab.router_directory(router)
    pid, pulse = directory / "softflowd.pid", directory / "pulse.pid"
    limits = " ".join(f"-t {name}={seconds}" for name, seconds in timeouts.items())
    only = _FILTER.format(management=lab.management_network)
    exporter = (
        f"softflowd -i any -v 9 -A milli -C {_LONGEST_PACKET} -B {_RING_BYTES} {limits} "
        f"-t expint=1 -n {','.join(collectors)} -p {pid} -c {control(lab, router)} '{only}' "
        f">>{directory}/softflowd.log 2>&1 </dev/null"
    )
    heart = (
        f"setsid /usr/bin/python3 -I -S {_PULSE} </dev/null >>{directory}/pulse.log 2>&1 & "
        f"echo $! >{pulse}"
    )
    return Daemon(router, "softflowd", exporter, pid), Daemon(router, "pulse", heart, pulse)

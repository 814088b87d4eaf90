"""A simulated EOS device: its configuration, its configuration sessions and their commit timer.

What sessions do is written from Arista's manual and from what NAPALM's driver sends and expects; it
was never held against a switch. The timer is the device's own: nobody has to be there when it ends.
"""

import asyncio
import difflib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

# A line with the sections that it stands in; in the order of the configuration.
Path = tuple[str, ...]
Tree = dict[Path, None]

VERSION = "4.30.1F"
# What stands at the margin, wherever it is given.
_TOP = ("hostname ", "interface ", "router ", "ip route ", "ip routing", "ip name-server ",
        "dns domain ", "clock ", "ntp ", "logging ", "snmp-server ", "username ", "vlan ",
        "ip prefix-list ", "ip access-list ", "management ", "spanning-tree ")  # fmt: skip
_SECTIONS = ("interface ", "router ", "ip prefix-list ", "ip access-list ", "management ", "vlan ",
             "address-family ")  # fmt: skip
_BELOW = re.compile(
    r"(?:description|shutdown|mtu|no|ip|ipv6|encapsulation|router-id|neighbor|network|seq|permit|"
    r"deny|address-family|passive-interface|idle-timeout|redistribute|name|\d+)\b"
)
State = Literal["pending", "pendingCommitTimer", "completed"]


class Link(Protocol):
    """A connection with the device."""

    def abort(self) -> None:
        """Break it off."""
        ...


@dataclass
class EosSession:
    """A configuration session.

    Attributes:
        tree: What it would make of the configuration.
        state: How far it is, in EOS's words.
        before: What ran before its commit, until that is confirmed.
    """

    tree: Tree
    state: State = "pending"
    before: Tree = field(default_factory=dict)


class EosDevice:
    """What one device runs, and what waits to be committed or confirmed.

    Args:
        name: Its hostname.

    Attributes:
        running: What it runs.
        startup: What it would start with.
        flash: The copy of that which the driver keeps to go back to, `flash:rollback-0`.
        sessions: Its configuration sessions, by name.
        links: Its connections, which break off when it is no longer managed.
        commit_by: When its commit timer ends, in seconds of uptime.
    """

    def __init__(self, name: str) -> None:
        self.running = parse(_birth(name))
        self.startup = dict(self.running)
        self.flash = dict(self.startup)
        self.sessions: dict[str, EosSession] = {}
        self.links: set[Link] = set()
        self.commit_by = 0.0
        self._booted = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self.peers_as = dict(_remote_as(self.running))

    @property
    def uptime(self) -> float:
        """Return the seconds since it was started."""
        return time.monotonic() - self._booted

    @property
    def managed(self) -> bool:
        """Return whether its management interface is up."""
        return ("interface Management1", "shutdown") not in self.running

    def commit(self, name: str, seconds: float | None) -> str:
        """Commit a session, until a timer ends where one is given, or confirm one that waits."""
        session = self.sessions.get(name)
        if session is None or session.state == "completed":
            return f"% Session {name} does not exist or is completed"
        if session.state == "pending":
            session.before = self.running
            self._run(dict(session.tree))
        self._stop_timer()
        if seconds is None:
            session.state = "completed"
        else:
            session.state = "pendingCommitTimer"
            self.commit_by = self.uptime + seconds
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(seconds, self.abort, name)
        return ""

    def abort(self, name: str) -> str:
        """Forget a session; what it committed and nobody confirmed goes back."""
        session = self.sessions.get(name)
        if session is None or session.state == "completed":
            return f"% Session {name} does not exist or is completed"
        if session.state == "pendingCommitTimer":
            self._stop_timer()
            self._run(session.before)
        del self.sessions[name]
        return ""

    def diffs(self, name: str) -> str:
        """Return how a session differs from what runs, as `show session-config ... diffs` does."""
        have, want = (text(x).splitlines() for x in (self.running, self.sessions[name].tree))
        names = "system:/running-config", f"session:/{name}-session-config"
        return "\n".join(difflib.unified_diff(have, want, *names, lineterm=""))

    def _run(self, tree: Tree) -> None:
        self.running = tree
        if not self.managed:
            for link in list(self.links):
                link.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None


def take(tree: Tree, section: Path, line: str) -> Path | None:
    """Take a configuration line into a tree; return the section after it, None where it is bad."""
    if not line or line.startswith("!"):
        return section
    if line == "exit":
        return section[:-1]
    if line.removeprefix("no ").startswith(_TOP):
        section = ()
    elif not section or not _BELOW.match(line):
        return None
    if line.startswith("address-family "):
        section = section[:1]
    path = (*section, line)
    if line.startswith("no ") and (*section, line[3:]) in tree:
        del tree[(*section, line[3:])]
    elif line != "no shutdown":
        tree[path] = None
    return path if line.startswith(_SECTIONS) else section


def parse(config: str) -> Tree:
    """Return a configuration as a tree."""
    tree, section = Tree(), Path()
    for line in config.splitlines():
        section = take(tree, section, line.strip()) or ()
    return tree


def text(tree: Tree) -> str:
    """Return a tree as EOS shows it, without head and end."""

    def below(parent: Path) -> Iterator[str]:
        for path in tree:
            if path[:-1] == parent:
                yield f"{'   ' * len(parent)}{path[-1]}"
                yield from below(path)
                if not parent and path[-1].startswith(_SECTIONS):
                    yield "!"

    return "".join(f"{line}\n" for line in below(()))


def shown(command: str, name: str, tree: Tree) -> str:
    """Return the answer to a command that shows a whole configuration."""
    head = f"! Command: {command}\n! device: {name} (vEOS-lab, EOS-{VERSION})\n!\n"
    return f"{head}{text(tree)}end"


def interfaces(device: EosDevice) -> dict[str, object]:
    """Return the answer to `show interfaces | json`."""
    names = [path[0] for path in device.running if len(path) == 1 and path[0].startswith("inter")]
    return {"interfaces": {name.split()[1]: _interface(device, name) for name in names}}


def bgp_peers(device: EosDevice) -> list[dict[str, object]]:
    """Return the peers, as in `show ip bgp neighbors vrf all | json`.

    A session is established with a peer that is given the AS which it had when the device was
    started: that is the peer's own.
    """
    counts = ("prefixesReceived", "prefixesSent", "v6PrefixesReceived", "v6PrefixesSent")
    return [
        {
            "peerAddress": peer, "asn": asn, "localAsn": "65001", "routerId": "10.0.0.1",
            "state": "Established" if device.peers_as.get(peer) == asn else "Idle",
            "idleReason": "OpenMessageErrorBadPeerAS", **dict.fromkeys(counts, 0),
        }
        for peer, asn in _remote_as(device.running)
    ]  # fmt: skip


def _interface(device: EosDevice, head: str) -> dict[str, object]:
    shut = (head, "shutdown") in device.running
    return {
        "lineProtocolStatus": "down" if shut else "up",
        "interfaceStatus": "disabled" if shut else "connected",
        "description": "", "mtu": 1500, "bandwidth": 10**9, "hardware": "ethernet",
        "interfaceCounters": {"totalInErrors": 0, "totalOutErrors": 0},
    }  # fmt: skip


def _remote_as(tree: Tree) -> Iterator[tuple[str, str]]:
    for path in tree:
        words = path[-1].split()
        if words[:1] == ["neighbor"] and words[2:3] == ["remote-as"]:
            yield words[1], words[3]


def _birth(name: str) -> str:
    ports = "".join(
        f"interface Ethernet{n}\n description to peer {n}\n ip address 10.1.{n}.1/30\n"
        for n in range(1, 5)
    )
    return f"""hostname {name}
ip routing
{ports}interface Management1
 ip address 192.0.2.10/24
ip prefix-list customers
 seq 10 permit 10.0.0.0/8
router bgp 65001
 router-id 10.0.0.1
 neighbor 10.1.1.2 remote-as 65002
 neighbor 10.1.2.2 remote-as 65003
 address-family ipv4
 neighbor 10.1.1.2 activate
"""

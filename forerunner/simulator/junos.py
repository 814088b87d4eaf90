"""A simulated Junos device: its configuration in `set` lines, and the NETCONF calls on it.

What they do is written from Juniper's manuals and from what PyEZ sends and expects; it was never
held against a router. A commit that nobody confirms is taken back by the device itself.
"""

import asyncio
import difflib
import re
import time
from collections.abc import Callable
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

Call = Callable[[Element], str]

_OK = "<ok/>"
# Of these leaves a place has one: a second one takes the first one's place.
_SINGLE = re.compile(r"set .*\b(?:host-name|description|peer-as|router-id)\s")
_WORDS = ("system", "interfaces", "protocols", "routing-options", "snmp", "policy-options")
_BGP = ("get-bgp-summary-information", "get-bgp-neighbor-information")


class RpcProblem(Exception):
    """A call is answered with an error; the message is the device's."""


class JunosDevice:
    """What one device runs, and what waits to be committed or confirmed.

    Args:
        name: Its host name.
        minute_s: Seconds that a minute of its timer lasts; less makes a trial shorter.
    """

    def __init__(self, name: str, minute_s: float = 60.0) -> None:
        self.committed = _birth(name).splitlines()
        self.candidate = list(self.committed)
        self.before: list[str] = []
        self.locked_by: object = None
        self._comment, self._minute_s = "", minute_s
        self._committed_at, self._revision = time.time(), 1
        self._timer: asyncio.TimerHandle | None = None
        self._peers = dict(self._peerings(self.committed))

    def call(self, request: Element, user: object) -> str:
        """Return the answer to a call, as XML.

        Args:
            request: The call.
            user: The session that it comes from, which holds a lock.

        Raises:
            RpcProblem: It is answered with an error.
        """
        calls: dict[str, Call] = {
            "lock-configuration": lambda _: self._lock(user),
            "unlock-configuration": lambda _: self.leave(user),
            "get-configuration": self._show,
            "load-configuration": self._load,
            "commit-configuration": self._commit,
            "get-commit-revision-information": lambda _: self._last_commit(),
            "get-system-uptime-information": lambda _: _uptime(),
            "get-interface-information": lambda _: self._interfaces(),
            "get-instance-information": lambda _: _INSTANCES,
            **dict.fromkeys(_BGP, lambda _: self._bgp()),
        }
        if request.tag not in calls:
            raise RpcProblem(f"syntax error, unknown command: {request.tag}")
        return calls[request.tag](request)

    def leave(self, user: object) -> str:
        """Let go of a session's lock, and of what it did not commit."""
        if self.locked_by is user:
            self.locked_by, self.candidate = None, list(self.committed)
        return _OK

    def _lock(self, user: object) -> str:
        if self.locked_by not in (None, user):
            raise RpcProblem("configuration database locked by another session")
        if self.candidate != self.committed:
            raise RpcProblem("configuration database modified")
        self.locked_by = user
        return _OK

    def _show(self, request: Element) -> str:
        if request.get("compare"):
            diff = difflib.unified_diff(self.committed, self.candidate, lineterm="", n=0)
            said = "\n".join(list(diff)[2:])
            return (
                f"<configuration-information><configuration-output>\n{escape(said)}"
                "</configuration-output></configuration-information>"
            )
        lines = self.candidate if request.get("database") == "candidate" else self.committed
        return f"<configuration-set>\n{escape(chr(10).join(lines))}\n</configuration-set>"

    def _load(self, request: Element) -> str:
        if request.get("rollback") is not None:
            self.candidate = list(self.before if request.get("rollback") == "1" else self.committed)
            return "<load-configuration-results><ok/></load-configuration-results>"
        for line in "".join(request.itertext()).strip().splitlines():
            self.candidate = _taken(self.candidate, line.strip())
        return "<load-configuration-results><ok/></load-configuration-results>"

    def _commit(self, request: Element) -> str:
        minutes = request.findtext("confirm-timeout")
        self._stop_timer()
        if self.candidate != self.committed:
            self.before = self.committed
        self._run(self.candidate)
        if request.find("confirmed") is not None:
            seconds = float(minutes or 10) * self._minute_s
            self._comment = f"commit confirmed, rollback in {minutes or 10}mins"
            self._timer = asyncio.get_running_loop().call_later(seconds, self._take_back)
        return _OK

    def _take_back(self) -> None:
        self._timer = None
        # That is a commit too: one step back from it is what it took away.
        old, self.before = self.before, self.committed
        self._run(old)
        self.candidate = list(self.committed)

    def _run(self, lines: list[str]) -> None:
        self.committed = list(lines)
        self._comment, self._committed_at, self._revision = "", time.time(), self._revision + 1

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _last_commit(self) -> str:
        comment = f"<comment>{self._comment}</comment>" if self._comment else ""
        return (
            f"<commit-revision-information><revision>re0-{self._revision}</revision>"
            f'<date-time seconds="{self._committed_at:.0f}">now</date-time>{comment}'
            "</commit-revision-information>"
        )

    def _interfaces(self) -> str:
        found = dict.fromkeys(x.split()[2] for x in self.committed if x.startswith("set interf"))
        rows = (self._interface(name) for name in found)
        return f"<interface-information>{''.join(rows)}</interface-information>"

    def _interface(self, name: str) -> str:
        up = "down" if f"set interfaces {name} disable" in self.committed else "up"
        return (
            f"<physical-interface><name>{name}</name><admin-status>{up}</admin-status>"
            f"<oper-status>{up}</oper-status><mtu>1514</mtu><speed>1000mbps</speed>"
            "</physical-interface>"
        )

    def _bgp(self) -> str:
        rows = (
            f"<bgp-peer><peer-address>{peer}</peer-address><peer-as>{asn}</peer-as>"
            f"<local-as>65001</local-as><peer-id>10.0.0.2</peer-id><local-id>10.0.0.1</local-id>"
            f"<peer-state>{'Established' if self._peers.get(peer) == asn else 'Idle'}</peer-state>"
            f'<elapsed-time seconds="60">1:00</elapsed-time><bgp-rib><name>inet.0</name>'
            "<send-state>in sync</send-state><received-prefix-count>0</received-prefix-count>"
            "<accepted-prefix-count>0</accepted-prefix-count>"
            "<advertised-prefix-count>0</advertised-prefix-count></bgp-rib>"
            f"</bgp-peer>"
            for peer, asn in self._peerings(self.committed)
        )
        return f"<bgp-information>{''.join(rows)}</bgp-information>"

    @staticmethod
    def _peerings(lines: list[str]) -> list[tuple[str, str]]:
        found = (re.search(r" neighbor (\S+) peer-as (\S+)", line) for line in lines)
        return [(each[1], each[2]) for each in found if each]


_INSTANCES = (
    "<instance-information><instance-core><instance-name>master</instance-name>"
    "<instance-type>forwarding</instance-type></instance-core></instance-information>"
)


def _taken(lines: list[str], line: str) -> list[str]:
    verb, _, rest = line.partition(" ")
    if verb not in ("set", "delete") or not rest.startswith(_WORDS):
        raise RpcProblem(f"syntax error: {line}")
    if verb == "delete":
        kept = [each for each in lines if not f"{each} ".startswith(f"set {rest} ")]
        if kept == lines:
            raise RpcProblem(f"statement not found: {line}")
        return kept
    single = _SINGLE.match(line)
    kept = [x for x in lines if not (single and x.startswith(single[0]))]
    return kept if line in kept else [*kept, line]


def _uptime() -> str:
    return (
        "<system-uptime-information><current-time>"
        f'<date-time seconds="{time.time():.0f}">now</date-time>'
        "</current-time></system-uptime-information>"
    )


def _birth(name: str) -> str:
    ports = "".join(f"set interfaces ge-0/0/{n} description to-{n}\n" for n in range(3))
    return f"""set version 23.4R1
set system host-name {name}
{ports}set routing-options router-id 10.0.0.1
set protocols bgp group ebgp neighbor 10.1.1.2 peer-as 65002
set protocols bgp group ebgp neighbor 10.1.2.2 peer-as 65003
set snmp description simulated
"""

"""Observing an FRR router through its command line."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from forerunner.dialects import UnreadableAnswer, frr
from forerunner.dialects.redaction import hide
from forerunner.fleet import Rejected, Session
from forerunner.health.declaration import ANY, Declared
from forerunner.health.finding import Observed, Value

Values = Mapping[str, Value]

_LONGEST_S = 10.0
_HOP = re.compile(r"^ *\d+ .*?\((?P<address>[^)]+)\) +[\d.]+ ms(?! +!)", re.MULTILINE)
_TARGET = re.compile(r"^traceroute to \S+ \((?P<address>[^)]+)\)")
_VERSION = re.compile(r"^FRRouting (\S+)")
_DAEMON = re.compile(r"^Logging configuration for (\S+):\nSyslog logging: (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Reader:
    """How one check is looked at.

    Attributes:
        commands: What is asked, for what is declared.
        parse: What an answer to one of them says, by subject.
    """

    commands: Callable[[Mapping[str, Any]], list[str]]
    parse: Callable[[str], Values]


async def observe(session: Session, declared: Declared) -> dict[str, Observed]:
    """Return what a router says about each check that it can be asked about.

    Raises:
        Unreachable: The session broke off.
    """
    names = [name for name in declared if name in READERS]
    return {name: await _observed(session, READERS[name], declared[name]) for name in names}


async def _observed(session: Session, reader: Reader, fields: Mapping[str, Any]) -> Observed:
    values: dict[str, Value] = {}
    problems: list[str] = []
    for command in reader.commands(fields):
        try:
            async with asyncio.timeout(_LONGEST_S):
                answer = await session.execute(command)
            values |= reader.parse(answer)
        except TimeoutError:
            problems.append(f"no answer to {command!r} within {_LONGEST_S:g} s")
        except Rejected as error:
            problems.append(hide(error.problem))
        except (UnreadableAnswer, KeyError, TypeError, AttributeError, ValueError) as error:
            problems.append(hide(f"the answer to {command!r} cannot be read: {error}"))
    return Observed(values, "; ".join(problems))


def _always(command: str) -> Callable[[Mapping[str, Any]], list[str]]:
    return lambda _: [command]


def _document(answer: str) -> Mapping[str, Any]:
    (document,) = frr.documents(answer)
    return dict(document)


def _neighbours(answer: str) -> Values:
    """Return `full`, or the state that is reached, by interface."""
    states = {
        str(entry["ifaceName"]).split(":")[0]: str(entry["nbrState"]).split("/")[0].lower()
        for entries in _document(answer)["neighbors"].values()
        for entry in entries
    }
    return states | dict.fromkeys(frr.full_interfaces(_document(answer)), "full")


def _sessions(answer: str) -> Values:
    """Return the state by neighbour; one that is established in any family is."""
    found: dict[str, Value] = {}
    for family in _document(answer).values():
        for address, peer in family.get("peers", {}).items():
            if found.get(address) != "established":
                found[address] = str(peer["state"]).lower()
    return found


def _interfaces(answer: str) -> Values:
    return {name: _interface_state(data) for name, data in _document(answer).items()}


def _interface_state(data: Mapping[str, Any]) -> str:
    if data["administrativeStatus"] != "up":
        return "shut down"
    return str(data["operationalStatus"])


def _routes(answer: str) -> Values:
    """Return `present` for a prefix by which packets are really forwarded."""
    return {
        prefix: "present" if any(each.get("installed") for each in entries) else "not installed"
        for prefix, entries in _document(answer).items()
    }


def _route_commands(fields: Mapping[str, Any]) -> list[str]:
    families = [("ipv6" if ":" in each else "ip", each) for each in fields["present"]]
    return [f"show {family} route {prefix} json" for family, prefix in families]


def _reached(answer: str) -> Values:
    """Return `reachable` for the target of a trace that arrived there."""
    target = _TARGET.match(answer)
    if target is None:
        raise UnreadableAnswer(f"expected a trace, the device said {answer[:80]!r}")
    hops = {hop["address"] for hop in _HOP.finditer(answer)}
    address = target["address"]
    return {address: "reachable" if address in hops else "not reached"}


def _trace_commands(fields: Mapping[str, Any]) -> list[str]:
    # Not ping: vtysh's never ends, not even with its session.
    families = [("ipv6" if ":" in each else "ip", each) for each in fields["addresses"]]
    return [f"traceroute {family} {address}" for family, address in families]


def _version(answer: str) -> Values:
    found = _VERSION.match(answer)
    return {"version": found[1]} if found else {}


def _logging(answer: str) -> Values:
    """Return `enabled` when every daemon tells syslog."""
    daemons = dict(_DAEMON.findall(answer))
    silent = [name for name, word in daemons.items() if word == "disabled"]
    if not daemons:
        return {}
    return {ANY: f"disabled in {', '.join(silent)}" if silent else "enabled"}


READERS: Mapping[str, Reader] = {
    "ospf_neighbors": Reader(_always(frr.SHOW_NEIGHBOURS), _neighbours),
    "bgp_sessions": Reader(_always("show bgp summary json"), _sessions),
    "interfaces": Reader(_always("show interface json"), _interfaces),
    "routes": Reader(_route_commands, _routes),
    "reachable": Reader(_trace_commands, _reached),
    "software": Reader(_always("show version"), _version),
    "syslog": Reader(_always("show logging"), _logging),
}

"""Reading a collector's file with nfdump: record by record, and whatever is no flow refused.

Whoever can send a packet to a collector writes into its files: nothing in them is taken for
granted. nfdump 1.7.1 gives right milliseconds in its JSON alone (`%ter` of `fmt:` has wrong ones).
"""

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from forerunner.collect.errors import CollectError
from forerunner.collect.flows.closed import REFUSED
from forerunner.store.flows import FlowRecord
from forerunner.store.flows.records import LONGEST_S

PROGRAM = "nfdump"
# What routers tell themselves is no traffic of the network.
_FILTER = "not (src net 127.0.0.0/8 or dst net 127.0.0.0/8)"
_MOST_LINES = 200
_INDENT = ("\t", " ")
_MOST_BYTES_A_PACKET = 65_535
# Clocks of routers and of the collector may differ by as much.
_SKEW_S = 300.0
_MOST_SHOWN = 500
# What a shell, or the loader of its libraries, ends with in its stead.
_NOT_STARTED = (126, 127)
_HEARD = re.compile(
    r"SysID: \d+, IP:\s*(?P<address>\S+), version: \d+, ID:\s*\d+"
    r"(?: - no flows sent|, Sequence failures: (?P<lost>\d+), packets: \d+, flows: (?P<flows>\d+))$"
)


class BadFile(CollectError):
    """A collector's file cannot be read: nfdump ran to its end, and says so."""


class NotRead(CollectError):
    """Nothing is known of a collector's file: nfdump did not run to its end."""


@dataclass(frozen=True)
class Refused:
    """What is in a collector's file and is no flow.

    Attributes:
        text: As nfdump shows it, cut.
        reason: What is wrong with it.
    """

    text: str
    reason: str


@dataclass(frozen=True)
class Heard:
    """What a file says of one exporter.

    Attributes:
        address: That it exports from.
        flows: Its records in the file.
        lost: Of its packets, by their sequence numbers.
    """

    address: str
    flows: int
    lost: int


def exporters(path: Path) -> list[Heard]:
    """Return the exporters that the collector knew when it closed a file.

    Raises:
        BadFile: nfdump says that it cannot be read.
        NotRead: nfdump is missing, or was killed before it was through.
    """
    with _nfdump("-E", str(path)) as lines:
        found = [match for line in lines if (match := _HEARD.match(line.strip()))]
    heard: dict[str, Heard] = {}
    for match in found:
        # A router that exports from several domains is one exporter.
        address, flows, lost = match["address"], int(match["flows"] or 0), int(match["lost"] or 0)
        before = heard.get(address, Heard(address, 0, 0))
        heard[address] = Heard(address, before.flows + flows, before.lost + lost)
    return list(heard.values())


def records(path: Path, names: Mapping[str, str], latest: float) -> Iterator[FlowRecord | Refused]:
    """Yield what is in a file, one record after the other.

    Args:
        path: The file; nobody writes to it any more.
        names: Inventory name of each exporter by its address; others are refused.
        latest: When the file was closed, in seconds since the epoch; later flows are refused.

    Raises:
        BadFile: nfdump says that it cannot be read.
        NotRead: nfdump is missing, or was killed before it was through.
    """
    with _nfdump("-r", str(path), "-q", "-o", "json", _FILTER) as lines:
        for text in objects(lines):
            try:
                yield flow(json.loads(text), names, latest)
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                yield Refused(text[:_MOST_SHOWN], f"{type(error).__name__}: {error}"[:_MOST_SHOWN])


def objects(lines: Iterable[str]) -> Iterator[str]:
    """Yield the text of each object of nfdump's JSON, which it writes a line a field."""
    held: list[str] = []
    for line in lines:
        if line[:1] in _INDENT:
            if held and len(held) < _MOST_LINES:
                held.append(line)
            continue
        bare = line.strip()
        if bare == "{":
            if held:
                yield "".join(held)
            held = ["{"]
        elif bare.startswith("}"):
            if held:
                yield "".join([*held, "}"])
            held = []
    if held:
        yield "".join(held)


def flow(data: Mapping[str, Any], names: Mapping[str, str], latest: float) -> FlowRecord:
    """Return a record of nfdump's JSON.

    Raises:
        ValueError: It is no flow, or none that can be.
        KeyError: A field is missing.
        TypeError: A field is of another kind.
    """
    exporter = names.get(str(data.get("ip4_router") or data.get("ip6_router")))
    if exporter is None:
        raise ValueError("exported by nobody that the inventory names")
    begin, end = (_seconds(data[name]) for name in ("first", "last"))
    if not 0 <= end - begin <= LONGEST_S or not latest - LONGEST_S <= end <= latest + _SKEW_S:
        raise ValueError("its times cannot be")
    packets, octets = (_number(data[name], 2**62) for name in ("in_packets", "in_bytes"))
    if not 1 <= packets <= octets <= packets * _MOST_BYTES_A_PACKET:
        raise ValueError("its packets cannot be as long as its bytes say")
    source, destination = _address(data, "src"), _address(data, "dst")
    ports = [_number(data.get(name, 0), 65_535) for name in ("src_port", "dst_port")]
    protocol, tos = (_number(data.get(name, 0), 255) for name in ("proto", "src_tos"))
    ends = (source, destination, ports[0], ports[1])
    return FlowRecord(begin, end, exporter, *ends, protocol, tos, packets, octets)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _number(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{str(value)[:20]!r} is no number from 0 to {most}")
    return value


def _address(data: Mapping[str, Any], end: str) -> str:
    text = data.get(f"{end}4_addr") or data.get(f"{end}6_addr")
    if not isinstance(text, str):
        raise ValueError(f"it has no {end} address")
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        return socket.inet_ntop(family, socket.inet_pton(family, text))
    except OSError:
        raise ValueError(f"its {end} address is none") from None


@contextmanager
def _nfdump(*arguments: str) -> Iterator[Iterable[str]]:
    """Give the lines that nfdump writes; it ends with whoever reads them."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC", "LC_ALL": "C"}
    with TemporaryFile("w+", errors="replace") as said:
        process = _started([PROGRAM, "-C", "none", *arguments], environment, said)
        try:
            yield process.stdout or iter(())
            process.wait()
        finally:
            process.kill()
            process.communicate()
        said.seek(0)
        _judge(arguments[1], process.returncode, said.read(_MOST_SHOWN).strip())


def _judge(file: str, code: int, complaint: str) -> None:
    """Raise an error unless nfdump read a file to its end without a complaint."""
    if code < 0:
        killed = f"{file}: nfdump was ended by signal {-code}; the file stays, and is tried again"
        alone = f"where it alone makes nfdump die, move it to {REFUSED}/ beside it"
        raise NotRead(f"{killed}; {alone}: {complaint}")
    if code in _NOT_STARTED:
        raise NotRead(
            f"{PROGRAM} cannot be started; apt-get install --reinstall nfdump: {complaint}"
        )
    # It returns 0 for a file that is none.
    if code or complaint:
        raise BadFile(f"{file}: nfdump cannot read it: {complaint}")


def _started(
    command: list[str], environment: Mapping[str, str], errors: IO[str]
) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        raise NotRead("nfdump is missing; apt-get install nfdump") from error
    except OSError as error:
        raise NotRead(f"{PROGRAM} cannot be started: {error}") from error

"""The receiver: two sockets, a door before each, and events in the ledger."""

import asyncio
import json
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

from forerunner import supervisor
from forerunner.errors import ForerunnerError
from forerunner.events import EventBook, EventWriter
from forerunner.files import write_whole
from forerunner.listen import notices, syslog
from forerunner.listen.config import Config
from forerunner.listen.door import Door, Storm
from forerunner.listen.syslog import BadLine
from forerunner.listen.traps import NoNotification, TrapReader
from forerunner.model import Event, Severity, new_id

# What comes while one message is read waits in the kernel.
_KERNEL_BUFFER = 4 * 2**20
_STATUS_EVERY_S = 1.0
# Shorter than this nobody notices that nothing was heard.
_GAP_S = 2.0
_HERE = "controller"
_log = logging.getLogger(__name__)
Read = Callable[[str, bytes, str], Event | None]


class NotListening(ForerunnerError):
    """The receiver cannot listen; the message says why and what to do."""


def main(config: Path) -> None:
    """Listen until TERM or INT, then write what is left and return.

    Raises:
        ForerunnerError: Something is missing or wrong, or an address is taken.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    supervisor.bind()
    settings = Config.from_file(config)
    asyncio.run(Service(settings, EventBook()).run())


class Receiver(asyncio.DatagramProtocol):
    """One socket: what comes through its door is read, and what it says is handed on."""

    def __init__(self, door: Door, read: Read, take: Callable[[Event], None]) -> None:
        self.door, self._read, self._take = door, read, take
        self.closed = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that nothing comes any more."""
        self.closed = True
        if exc is not None:
            _log.error("a socket is lost: %s", exc)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Read a datagram of somebody who is known; what is hostile is counted and forgotten."""
        address = plain(str(addr[0]))
        host = self.door.admit(address, len(data), time.monotonic())
        if host is None:
            return
        try:
            event = self._read(host, data, address)
        except (NoNotification, BadLine) as error:
            # The reason is ours, never a word of what came.
            self.door.refuse(str(error))
            return
        self.door.counts.taken[host] += 1
        if event is not None:
            self._take(event)


def plain(address: str) -> str:
    """Return a sender's address as the inventory has it: not mapped into IPv6, without a zone.

    Source: RFC 4291, section 2.5.5.2.
    """
    found = ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


class Service:
    """Everything that runs, and what it shares."""

    def __init__(self, config: Config, book: EventBook) -> None:
        self._config = config
        self._traps = TrapReader(config.users(), config.community_names())
        self._writer = EventWriter(book)
        doors = [Door(config.hosts, config.limits) for _ in range(2)]
        self._receivers = {
            "trap": Receiver(doors[0], self._read_trap, self._take),
            "syslog": Receiver(doors[1], self._read_line, self._take),
        }
        self._started = time.time()
        self._ports: dict[str, int] = {}

    async def run(self) -> None:
        """Listen until TERM or INT."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        self._mark_gap()
        transports = [await self._open(name) for name in self._receivers]
        _log.info("listening on %s, %s", self._config.address, self._ports)
        try:
            # A part that fails ends the others, and with them the service, which is started again.
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(part) for part in (self._writer.run(), self._report())]
                await ended.wait()
                for task in tasks:
                    task.cancel()
        finally:
            for transport in transports:
                transport.close()
            for receiver in self._receivers.values():
                receiver.closed = True
            self._writer.flush()
            self._write_status(ended=ended.is_set())
            _log.info("ended")

    async def _open(self, name: str) -> asyncio.DatagramTransport:
        port = self._config.trap_port if name == "trap" else self._config.log_port
        family = socket.AF_INET6 if ":" in self._config.address else socket.AF_INET
        try:
            opened = socket.socket(family, socket.SOCK_DGRAM)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BUFFER)
            if family == socket.AF_INET6:
                # Whatever the machine's default is: on `::` both families are heard.
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            opened.bind((self._config.address, port))
        except OSError as error:
            where = f"{self._config.address}:{port}"
            raise NotListening(f"{where}: {error}; is the lab up, and nobody else there?") from None
        self._ports[name] = opened.getsockname()[1]
        loop, receiver = asyncio.get_running_loop(), self._receivers[name]
        transport, _ = await loop.create_datagram_endpoint(lambda: receiver, sock=opened)
        return transport

    def _read_trap(self, host: str, data: bytes, address: str) -> Event | None:
        return notices.event(host, self._traps.read(data, (address, 0)), time.time())

    def _read_line(self, host: str, data: bytes, _: str) -> Event | None:
        event = self._config.rules.event(host, syslog.line(data), time.time())
        if event is None:
            self._receivers["syslog"].door.counts.refused["no event by the rules"] += 1
        return event

    def _take(self, event: Event) -> None:
        self._writer.add([event])

    def _mark_gap(self) -> None:
        """Say since when nothing was heard, where another receiver was there before this one."""
        try:
            before = json.loads(self._config.status.read_text())
            silent_s, meant = self._started - float(before["time"]), bool(before["ended"])
        except (OSError, ValueError, KeyError, TypeError):
            return
        if silent_s >= _GAP_S:
            severity: Severity = "info" if meant else "warning"
            text = f"no notification and no log line was heard for {silent_s:.0f} s"
            details = {"seconds": round(silent_s, 1), "stopped": meant}
            told = Event(
                new_id("event"), self._started, "listen.gap", _HERE, "", severity, text, details
            )
            self._writer.add([told])

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(_STATUS_EVERY_S)
            supervisor.alive()
            for kind, receiver in self._receivers.items():
                storms = receiver.door.storms(time.monotonic())
                self._writer.add(_storm(kind, each) for each in storms)
            try:
                await asyncio.to_thread(self._write_status)
            except OSError as error:
                _log.error("the status file cannot be written: %s", error)

    def _write_status(self, ended: bool = False) -> None:
        said = json.dumps(self._described(ended), indent=1)
        write_whole(self._config.status, f"{said}\n", mode=0o644)

    def _heard(self) -> list[bool]:
        """Return, for each socket, whether it is open still."""
        return [not each.closed for each in self._receivers.values()]

    def _described(self, ended: bool) -> Mapping[str, Any]:
        heard = {name: each.door.counts.to_dict() for name, each in self._receivers.items()}
        return {
            "pid": os.getpid(),
            "time": time.time(),
            "started": self._started,
            "healthy": not ended and not self._writer.trouble and all(self._heard()),
            "ended": ended,
            "ports": self._ports,
            "events": {
                "written": self._writer.written,
                "lost": self._writer.lost,
                "trouble": self._writer.trouble,
            },
            **heard,
        }


def _storm(kind: str, storm: Storm) -> Event:
    text = f"{storm.dropped} were dropped: more came than is taken of one device"
    details = {"dropped": storm.dropped}
    name = f"{kind}.storm"
    return Event(new_id("event"), time.time(), name, storm.host, "", "warning", text, details)

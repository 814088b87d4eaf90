"""The SSH servers of simulated devices: one listener a device, one event loop a process."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import asyncssh

from forerunner.simulator.configuration import RunningConfig
from forerunner.simulator.console import PAGE_LINES, CommandLine, Console
from forerunner.simulator.eos import EosDevice
from forerunner.simulator.eos_console import EosConsole
from forerunner.simulator.fleet import Fleet, SimulatedDevice
from forerunner.simulator.junos import JunosDevice
from forerunner.simulator.keys import authorized_keys, host_key
from forerunner.simulator.netconf import NetconfSession

_MORE = " --More-- "
# An answer of this many characters is the configuration.
_LONG = 2000
_log = logging.getLogger(__name__)
Channel = asyncssh.SSHServerChannel[str]


class DeviceSession(asyncssh.SSHServerSession[str]):
    """A shell, or one exec command, on a device; answers one line after the other.

    Args:
        console: The device's command line.
        latency_s: Seconds for each answer to a command that is no configuration line.
        device: What it is and how it behaves.
    """

    def __init__(self, console: CommandLine, latency_s: float, device: SimulatedDevice) -> None:
        self._console, self._latency_s = console, latency_s
        self._behaviour, self._share = device.behaviour, device.share
        self._channel: Channel | None = None
        self._command: str | None = None
        self._typed, self._seen = "", 0
        self._rest: list[str] = []
        self._busy = False

    def connection_made(self, chan: Channel) -> None:
        """Remember the channel."""
        self._channel = chan

    def pty_requested(self, *_: Any) -> bool:
        """Take a terminal, as every command line does."""
        return True

    def shell_requested(self) -> bool:
        """Take a shell."""
        return True

    def exec_requested(self, command: str) -> bool:
        """Take one command; several lines are carried out up to the first bad one."""
        self._command = command
        return True

    def session_started(self) -> None:
        """Show the prompt, or carry out the command."""
        if self._command is None:
            self._write(f"\r\n{self._console.prompt}")
        else:
            self._later(self._execute)

    def data_received(self, data: str, _datatype: int | None) -> None:
        """Take what was typed."""
        self._typed += data
        if not self._busy:
            self._next()

    def eof_received(self) -> bool:
        """Keep the channel: an exec command still answers."""
        return self._command is not None

    def _next(self) -> None:
        while not self._busy and self._typed:
            if self._rest:
                self._typed = self._typed[1:]
                self._page()
                continue
            line, end, rest = self._typed.replace("\r\n", "\n").replace("\r", "\n").partition("\n")
            # As a terminal does: what is typed is seen before the line is at its end.
            seen, self._seen = self._seen, len(line)
            if not end:
                self._write(line[seen:])
                return
            self._typed, self._seen = rest, 0
            self._write(f"{line[seen:]}\r\n")
            self._take(line)

    def _take(self, line: str) -> None:
        if self._latency_s and line.strip() and "(config" not in self._console.prompt:
            self._later(lambda: self._reply(line))
        else:
            self._reply(line)

    def _reply(self, line: str) -> None:
        said, _ = self._console.answer(line)
        if self._breaks_off(said):
            return
        if self._console.left:
            cast(Channel, self._channel).exit(0)
            return
        self._rest = self._shown(said).splitlines()
        self._page()

    def _page(self) -> None:
        length = PAGE_LINES if self._console.paged else len(self._rest)
        shown, self._rest = self._rest[:length], self._rest[length:]
        text = "".join(f"{line}\r\n" for line in shown)
        self._write(text + (_MORE if self._rest else self._console.prompt))

    def _execute(self) -> None:
        status = 0
        for said, taken in self._console.run(self._command or ""):
            if self._breaks_off(said):
                return
            self._write(self._shown(said))
            status = 0 if taken else 1
        channel = cast(Channel, self._channel)
        channel.write_eof()
        channel.exit(status)

    def _shown(self, said: str) -> str:
        """Return as much of an answer as the device gives."""
        share = {"cut": self._share, "short": self._share, "empty": 0.0}.get(self._behaviour, 1.0)
        return said[: int(len(said) * share)] if len(said) > _LONG else said

    def _breaks_off(self, said: str) -> bool:
        channel = cast(Channel, self._channel)
        if self._behaviour == "dies" or (self._behaviour == "cut" and len(said) > _LONG):
            if self._behaviour == "cut":
                self._write(self._shown(said).replace("\n", "\r\n"))
            asyncio.get_running_loop().call_later(0.1, channel.get_extra_info("connection").abort)
            return True
        return False

    def _later(self, work: Callable[[], None]) -> None:
        if not self._latency_s:
            work()
            return
        self._busy = True
        asyncio.get_running_loop().call_later(self._latency_s, self._done, work)

    def _done(self, work: Callable[[], None]) -> None:
        self._busy = False
        work()
        self._next()

    def _write(self, text: str) -> None:
        cast(Channel, self._channel).write(text)


ServerSession = DeviceSession | NetconfSession


class DeviceServer(asyncssh.SSHServer):
    """The SSH server of one device, which lets nobody in while it is not managed."""

    def __init__(self, make_session: Callable[[], ServerSession], eos: EosDevice | None) -> None:
        self._make_session, self._eos = make_session, eos
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection, or break it off."""
        self._connection = conn
        if self._eos is None:
            return
        self._eos.links.add(conn)
        if not self._eos.managed:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        del exc
        if self._eos is not None and self._connection is not None:
            self._eos.links.discard(self._connection)

    def begin_auth(self, _username: str) -> bool:
        """Let nobody in without a key."""
        return True

    def session_requested(self) -> ServerSession:
        """Open a session."""
        return self._make_session()


async def serve(fleet: Fleet, part: int) -> None:
    """Serve the devices of one part of a fleet, until cancelled."""
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
    common = asyncssh.SSHServerConnectionOptions(
        authorized_client_keys=authorized_keys(fleet.directory),
        line_editor=False,
        compression_algs=["none"],
        login_timeout=60,
    )
    listeners = [await _listen(fleet, device, common) for device in fleet.part(part)]
    _log.warning("part %s: %s devices answer", part, sum(map(bool, listeners)))
    await asyncio.Event().wait()


async def _listen(
    fleet: Fleet, device: SimulatedDevice, common: asyncssh.SSHServerConnectionOptions
) -> object:
    where = (device.address, device.port)
    if device.behaviour == "dead":
        return None
    if device.behaviour == "silent":
        return await asyncio.get_running_loop().create_server(asyncio.Protocol, *where)
    shown = f"{device.name} impostor" if device.behaviour == "impostor" else device.name
    eos = EosDevice(device.name) if device.platform == "eos" else None
    session = _sessions(fleet, device, eos)
    return await asyncssh.listen(
        *where,
        server_factory=lambda: DeviceServer(session, eos),
        server_host_keys=[host_key(fleet.directory, shown)],
        options=common,
        backlog=16,
        config=None,
    )


def _sessions(
    fleet: Fleet, device: SimulatedDevice, eos: EosDevice | None
) -> Callable[[], ServerSession]:
    """Return what makes each session with a device."""
    log = fleet.directory / f"{device.name}.log"
    if device.platform == "junos":
        return partial(NetconfSession, JunosDevice(device.name, fleet.minute_s), log)
    config = RunningConfig(device.name, device.platform)

    def session() -> DeviceSession:
        console = (
            EosConsole(device.name, eos, log)
            if eos
            else Console(device.name, device.platform, config)
        )
        return DeviceSession(console, fleet.latency(device), device)

    return session

"""One SSH session with one device; asyncssh's errors become ours, with what to do next."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncssh

from forerunner.fleet.device import Device
from forerunner.fleet.errors import Rejected, Unreachable

# A device that stops answering is found out by keepalives, not by a command's own timeout.
_KEEPALIVE_S = 5
_LOST = (asyncssh.Error, OSError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command gave: standard output, standard error and the exit status."""

    output: str
    error: str
    status: int | None


class Session:
    """Runs commands on one device; each in a channel of its own."""

    def __init__(self, device: Device, connection: asyncssh.SSHClientConnection) -> None:
        self.device = device
        self._connection = connection

    async def ask(self, command: str, stdin: str = "") -> Answer:
        """Run a command and return its answer, whatever the exit status.

        Raises:
            Unreachable: The session broke off.
        """
        try:
            done = await self._connection.run(
                command, input=stdin, encoding="utf-8", errors="backslashreplace"
            )
        except _LOST as error:
            raise _lost(self.device, error) from error
        return Answer(str(done.stdout or ""), str(done.stderr or ""), done.exit_status)

    async def execute(self, command: str, stdin: str = "") -> str:
        """Run a command and return its output.

        Raises:
            Rejected: It ended with an error; the message holds what the device said.
            Unreachable: The session broke off.
        """
        answer = await self.ask(command, stdin)
        if answer.status is None:
            raise Unreachable(self.device.name, f"{_first(command)!r} was cut off; try again")
        if answer.status:
            said = (answer.output + answer.error).strip()[-500:]
            said = said or f"exit status {answer.status}, without a word"
            raise Rejected(self.device.name, f"{_first(command)!r} was rejected: {said}")
        return answer.output

    @asynccontextmanager
    async def stream(self, command: str) -> AsyncIterator[AsyncIterator[str]]:
        """Run a command and hand out its lines as they come; leaving closes its input."""
        try:
            async with self._connection.create_process(
                command, encoding="utf-8", errors="backslashreplace"
            ) as process:
                yield _lines(process.stdout)
                process.stdin.write_eof()
        except _LOST as error:
            raise _lost(self.device, error) from error


@asynccontextmanager
async def connect(device: Device, timeout_s: float = 10.0) -> AsyncIterator[Session]:
    """Open a session with a device: public key only, strict host key, no agent, no ~/.ssh.

    Args:
        device: The device.
        timeout_s: Seconds until it counts as unreachable.

    Raises:
        Unreachable: With the cause and the next step.
    """
    connection = await _open(device, timeout_s)
    try:
        yield Session(device, connection)
    finally:
        connection.abort()


async def _open(device: Device, timeout_s: float) -> asyncssh.SSHClientConnection:
    _check_files(device)
    try:
        return await asyncssh.connect(device.address, device.port, **_options(device, timeout_s))
    except asyncssh.HostKeyNotVerifiable as error:
        raise Unreachable(device.name, _host_key_problem(device)) from error
    except asyncssh.PermissionDenied as error:
        raise Unreachable(
            device.name,
            f"{device.address} does not let {device.user} in with the key {device.key_file}; "
            "put its public half into the account's authorized keys",
        ) from error
    except TimeoutError as error:
        raise Unreachable(
            device.name,
            f"no SSH session with {device.address} port {device.port} within {timeout_s:g} s; "
            f"see whether it answers: ssh -p {device.port} {device.user}@{device.address}",
        ) from error
    except (*_LOST, ValueError) as error:
        raise _lost(device, error) from error


def _options(device: Device, timeout_s: float) -> dict[str, Any]:
    return {
        "username": device.user,
        "client_keys": [str(device.key_file)],
        "known_hosts": str(device.known_hosts),
        "preferred_auth": "publickey",
        "agent_path": None,
        "config": None,
        "connect_timeout": timeout_s,
        "login_timeout": timeout_s,
        "keepalive_interval": _KEEPALIVE_S,
    }


async def _lines(reader: asyncssh.SSHReader[str]) -> AsyncIterator[str]:
    while line := await reader.readline():
        yield line


def _check_files(device: Device) -> None:
    for what, path in (("private key", device.key_file), ("known_hosts", device.known_hosts)):
        if not path.is_file():
            raise Unreachable(
                device.name,
                f"its {what} file {path} does not exist; in the lab, run: "
                "ansible-playbook playbooks/build_lab.yml",
            )


def _host_key_problem(device: Device) -> str:
    known = asyncssh.read_known_hosts(str(device.known_hosts))
    trusted = known.match(device.address, device.address, device.port)[0]
    where = f"{device.address} in {device.known_hosts}"
    if trusted:
        return (
            f"its host key is not the one that is known for {where}: somebody else may be "
            "answering. If the device was rebuilt, compare the key on its console and replace "
            "the line"
        )
    return f"there is no host key for {where}: compare the key on its console and add the line"


def _lost(device: Device, error: Exception) -> Unreachable:
    cause = str(error) or type(error).__name__
    return Unreachable(
        device.name,
        f"{device.address} port {device.port}: {cause}; "
        f"see whether it answers: ssh -p {device.port} {device.user}@{device.address}",
    )


def _first(command: str) -> str:
    lines = command.splitlines() or [""]
    return lines[0] if len(lines) == 1 else f"{lines[0]} (and {len(lines) - 1} lines)"

"""One SSH session with one device."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncssh

from forerunner.fleet.connection import LOST, lost
from forerunner.fleet.device import Device
from forerunner.fleet.errors import Rejected, Unreachable


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
        except LOST as error:
            raise self._lost(error) from error
        return Answer(str(done.stdout or ""), str(done.stderr or ""), done.exit_status)

    async def ask_once(self, command: str) -> Answer:
        """Do what `ask` does, for the only command of a session.

        Raises:
            Unreachable: The session broke off.
        """
        return await self.ask(command)

    async def execute(self, command: str, stdin: str = "") -> str:
        """Run a command and return its output.

        Raises:
            Rejected: It ended with an error; the message holds what the device said.
            Unreachable: The session broke off.
        """
        return self._output(command, await self.ask(command, stdin))

    async def execute_once(self, command: str) -> str:
        """Do what `execute` does, for the only command of a session."""
        return self._output(command, await self.ask_once(command))

    def _output(self, command: str, answer: Answer) -> str:
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
        except LOST as error:
            raise self._lost(error) from error

    def close(self) -> None:
        """End the session at once."""
        self._connection.abort()

    def _lost(self, error: Exception) -> Unreachable:
        return Unreachable(self.device.name, lost(self.device, error))


async def _lines(reader: asyncssh.SSHReader[str]) -> AsyncIterator[str]:
    while line := await reader.readline():
        yield line


def _first(command: str) -> str:
    lines = command.splitlines() or [""]
    return lines[0] if len(lines) == 1 else f"{lines[0]} (and {len(lines) - 1} lines)"

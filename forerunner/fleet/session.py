"""One SSH session with one device."""

import asyncio
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


class Talk:
    """A command that is spoken with while it runs."""

    def __init__(self, process: asyncssh.SSHClientProcess[str]) -> None:
        self._process = process

    def say(self, line: str) -> None:
        """Give it a line; nothing where it has ended."""
        self._process.stdin.write(f"{line}\n")

    async def line(self) -> str:
        """Return its next line of standard output; empty where there is no more."""
        return str(await self._process.stdout.readline())

    async def answer(self) -> Answer:
        """Wait until it ends and return what it said that was not read yet."""
        done = await self._process.wait()
        return Answer(str(done.stdout or ""), str(done.stderr or ""), done.exit_status)


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

    @asynccontextmanager
    async def talk(self, command: str, patience_s: float = 5.0) -> AsyncIterator[Talk]:
        """Run a command and speak with it; leaving ends its input and waits for its end.

        Args:
            command: What to run.
            patience_s: Seconds for its end.

        Raises:
            Unreachable: The session broke off, or it did not end: it may still run.
        """
        try:
            async with self._connection.create_process(
                command, encoding="utf-8", errors="backslashreplace"
            ) as process:
                try:
                    yield Talk(process)
                finally:
                    process.stdin.write_eof()
                    async with asyncio.timeout(patience_s):
                        await process.wait_closed()
        except TimeoutError as error:
            raise Unreachable(self.device.name, f"{_first(command)!r} does not end") from error
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
